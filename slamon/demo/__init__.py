"""The demonstration: generated history, loopback targets with published misbehaviour."""
