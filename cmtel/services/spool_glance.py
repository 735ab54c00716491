"""What those who only look at a spool need of it, as a Protocol."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from cmtel.services.spool_ports import SpoolSource


class Rejects(NamedTuple):
    """Records of a source that were rejected since its last call that was delivered."""

    total: int
    #: The last one with its reason, one line; empty if there is none.
    sample: str


class SpoolView(Protocol):
    """A spool, looked at. Every method raises SpoolError if there is none, or it is damaged."""

    def spool_id(self) -> str: ...

    def sources(self) -> list[SpoolSource]: ...

    def rejects(self, source: SpoolSource) -> Rejects: ...

    def close(self) -> None: ...
