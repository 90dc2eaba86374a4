"""What agents hand in."""
