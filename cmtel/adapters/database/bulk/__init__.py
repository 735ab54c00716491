"""The fast ways of each database to insert many rows; seam.py is what they have in common.

Adding one: a module with a class that has ``write``, and a line in choose.py.
"""

from __future__ import annotations
