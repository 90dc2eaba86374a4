"""How rows are written: one statement for both stores."""

from sqlalchemy.dialects.postgresql import insert  # SQLite spells ON CONFLICT the same way

__all__ = ["insert"]
