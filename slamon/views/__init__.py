"""Read tables folded from the ledger, and one query module per question."""
