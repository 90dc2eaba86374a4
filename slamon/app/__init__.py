"""Use cases by noun: read a stream, fold, decide, append."""
