"""What a reply must fulfil for a probe to be good: one module per thing looked at."""
