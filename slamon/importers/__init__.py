"""Files of foreign observations."""
