"""Where sample records lie: our own, and the shared ones beside the repository if there."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
SHARED = ROOT.parent / "shared" / "samples"
