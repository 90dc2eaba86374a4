"""The pages: rendered on the server, complete without a script."""
