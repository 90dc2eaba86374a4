"""The API under /api/v1: a module per noun, every answer typed, every error problem+json.

Indexed reads are answered on the event loop; whatever judges runs in a thread beside it.
"""
