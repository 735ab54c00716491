"""The outlets of the simulated switch: a line it dials, a port it listens on, a file it writes."""

from __future__ import annotations
