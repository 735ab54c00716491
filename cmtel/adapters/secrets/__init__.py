"""Where secrets are kept, one kind of place a module; each is a SecretStore."""
