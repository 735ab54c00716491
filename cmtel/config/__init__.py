"""The settings file CmTelNotifier.xml: bytes to mapping, mapping to model, model to words.

Three steps, three modules: :mod:`load` (bytes to mapping), :mod:`parse` (mapping to model, pure),
and use (bootstrap and services, each with its section). Nothing here opens a file.

Adding an option: one line in the section's model. The check, the XSD, docs/configuration.md and
sample_configs/complete.xml all come from it (``make docs``).
"""
