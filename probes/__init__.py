"""The observers: they ask targets on time and tell what they saw; they know neither promises nor the judge."""
