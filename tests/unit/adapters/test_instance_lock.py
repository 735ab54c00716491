"""One process at a time, also where the disk is full."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cmtel.adapters.instance_lock import InstanceLock
from cmtel.errors import SpoolError


@pytest.mark.skipif(sys.platform == "win32", reason="there is no /dev/full")
def test_a_lock_that_cannot_be_written_is_named() -> None:
    with pytest.raises(SpoolError, match=r"^The spool x cannot be written \("):
        InstanceLock(Path("/dev/full"), thing="The spool x", hint="")
