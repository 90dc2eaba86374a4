"""The judgement: what was promised, what was delivered, and what follows from the difference."""
