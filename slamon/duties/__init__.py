"""Duties: what slamon does by the clock, without being asked."""
