"""A mail server that delivers nowhere: for the demo, for ``simulate mail-server``, for tests."""
