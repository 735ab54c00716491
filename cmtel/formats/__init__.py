"""Switch formats: bytes in, calls out; pure, with no I/O and no clock.

The way of a format: its framer (``framers.py``) cuts bytes into records, its decoder
(``line_decoder.py``, ``csv_decoder.py``, ``joining_decoder.py``) turns records into outcomes.
The contract is ``seam.py``. What is the same for all formats is a rule with a module of its own:

    text, strict_csv         bytes to text, text to fields
    times, dates, durations  local times and zones, guessed years and dates, lengths of time
    numbers, direction       numbers and names, in/out/internal by numbers
    state, legs, charges     outcome, counting of call ids, money
    options                  the ``--opt`` of a format, checked

Records that are more than a line are found by ``search_framer.py`` (blocks, objects, elements);
calls that are joined from rows of CSV or of lines go through ``row_joining.py``.

Adding a format:

1. One module ``cmtel/formats/switches/<name>.py`` (``_`` for ``-``; ``_`` before a leading digit)
   that exports ``FORMAT``, a :class:`cmtel.formats.seam.Format`. ``asterisk_csv.py`` is the model
   for one record = one call, ``fritzbox.py`` for calls joined from several records.
2. Its fixtures in ``tests/data/<name>/``: ``<sample>.<ext>``, ``<sample>.expected.jsonl`` and,
   where options are needed, ``<sample>.options.json``; tests/unit/formats/test_fixtures.py finds
   them.

Nothing else: the registry finds the module by its name. A switch that wants to be talked to has a
session besides: see ``sessions``.
"""

from __future__ import annotations
