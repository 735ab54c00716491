"""cmtel: call records into your own journal table, exactly once; a mail when charging stops.

The map of the house (imports point down only; tests/test_architecture.py enforces it):

    cli, dashboard    words in, words out
    bootstrap         configuration -> adapters -> services; the only place that constructs
    adapters          one outside thing a module: clock, spool, databases, sources
    services          what cmtel does, over the Protocols of services/ports.py
    config            the settings file, as pydantic models
    formats           one switch format a module: framing and decoding, pure
    domain            facts and rules; no I/O, no clock
    errors            the error tree and the exit statuses

Where to look first: the promise of the ingest loop is in services/delivery.py, the durable
queue in adapters/spool/, what a switch format is in formats/__init__.py.
"""

from __future__ import annotations

__version__ = "0.1.0"
