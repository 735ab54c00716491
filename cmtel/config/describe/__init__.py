"""The settings file described from its models: outline, XSD, reference, commented XML."""
