"""The API under /api/v1: a module per noun, every answer typed, every error problem+json."""
