"""The judge: pure arithmetic on promises and observations; no I/O, no clock, no library but pydantic."""
