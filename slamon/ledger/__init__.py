"""The ledger: facts in one order, append-only; the only room that knows the event store's library."""
