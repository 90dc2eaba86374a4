"""Probes that ask somebody, or report themselves: what all kinds share, and where a field of another kind belongs."""

from __future__ import annotations

from typing import Self, get_args
from urllib.parse import urlsplit

from pydantic import model_validator

from catalogue.faults import names_at
from catalogue.probing import Probe
from catalogue.references import Path
from catalogue.values import wrong

_MODELS: list[type[Known]] = []


def kinds(model: type[Probe]) -> tuple[str, ...]:
    """The kinds that a model reads; none where it is only what some share."""
    return get_args(model.model_fields["kind"].annotation)


class Known(Probe):
    """A probe of a known kind, which can say where a field that is none of its own belongs."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        """Make a kind known to the others."""
        if kinds(cls):
            _MODELS.append(cls)

    @classmethod
    def misplaced(cls, path: Path) -> tuple[str, str | None] | None:
        """Say to which kinds a field at a path belongs, with a correction; null if to none."""
        owners = [kinds(model)[0] for model in _MODELS if path[-1] in names_at(model, path[:-1])]
        if not owners:
            return None
        whose = f"{_a(owners[0])} probe" if len(owners) == 1 else f"{_and(owners)} probes"
        field = ".".join(part for part in path if isinstance(part, str))
        said = f'"{field}" belongs to {whose}, not to {kinds(cls)[0]}'
        return said, f'"kind: {owners[0]}"' if len(owners) == 1 else None


class Asked(Known):
    """A probe that asks somebody, at a target and at one for demonstrations."""

    @model_validator(mode="after")
    def _asks_for_somebody(self) -> Self:
        if self.service is None and not self.control:
            raise wrong("a probe belongs to a service, unless it is a control probe")
        for field in ("target", "demo_target"):
            address: str | None = getattr(self, field)
            if address is None:
                raise wrong(f'{_a(self.kind)} probe needs "{field}"')
            self._check(address, field)
        return self

    def _check(self, address: str, field: str) -> None:
        """Check an address of a host; a port may be named."""
        if address.startswith(("http://", "https://")):
            host = urlsplit(address).netloc
            raise wrong(_no_address(address, self.kind), f'"{host}"', at=(field,))


class AtAPort(Asked):
    """A probe that asks at a port, which has no default."""

    def _check(self, address: str, field: str) -> None:
        super()._check(address, field)
        if urlsplit(f"//{address}").port is None:
            raise wrong(f'"{address}" names no port', f'"{address}:443"', at=(field,))


class AtAUrl(Asked):
    """A probe that asks at an URL."""

    def _check(self, address: str, field: str) -> None:
        if not address.startswith(("http://", "https://")):
            raise wrong(_no_address(address, self.kind), f'"https://{address}"', at=(field,))


def _no_address(address: str, kind: str) -> str:
    return f'"{address}" is no address of {_a(kind)} probe'


def _a(kind: str) -> str:
    return f"{'an' if kind.startswith(('http', 'icmp', 'oai')) else 'a'} {kind}"


def _and(kinds: list[str]) -> str:
    return f"{', '.join(kinds[:-1])} and {kinds[-1]}"
