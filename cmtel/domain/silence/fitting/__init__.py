"""Learning the silence rule from a history, and replaying one. The only place with numpy.

``arrivals`` and ``grid`` are the history as arrays, ``weekly_profile`` the usual week, ``levels``
the level filter over a whole history, ``learner`` puts them together week by week, ``replay``
tells what the rule would have done.
"""

from __future__ import annotations
