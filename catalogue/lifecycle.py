"""What people do with a record after it was stated: facts that move its lifecycle, and why one is not allowed."""

from __future__ import annotations

from abc import abstractmethod

from pydantic import BaseModel, ConfigDict

from catalogue.changes import Json


class LifecycleError(Exception):
    """The lifecycle of a record does not allow this; the message says what does."""


class LifecycleFact(BaseModel):
    """Something that happened to a record as a whole, such as a signature; it stands in the stream of its terms.

    It sets fields that documents may state as first assertions, so that an export can state them again.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True
    )

    @abstractmethod
    def told(self, lifecycle: Json) -> Json:
        """Return the lifecycle after this, as a document states it."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """Say in words what happened."""
