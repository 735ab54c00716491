"""When is it too quiet? The rule, pure: no I/O, no clock.

``rule`` judges a silence and says when it will be too long; ``calendar`` says which time counts,
``level`` how busy it is today, ``calibration`` how many missed calls are too many; ``weekdays``
reads names of days. They need nothing but the standard library.

``fitting`` learns profile, level and limit from history, and replays a history; it needs numpy
and is imported only by what fits or replays.
"""

from __future__ import annotations
