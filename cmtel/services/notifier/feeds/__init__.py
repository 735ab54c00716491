"""Feeds: what the notifier watches, and what is new in it since the last look.

    rows.py        a record as a table shows it, and the port to read some by their key
    spec.py        which table, which columns; which records count
    cursor.py      where a feed was left, as text
    sift.py        what is new, and whether it is still the same table
    unpriced.py    records that wait for their price
    table_feed.py  a table as a feed, whole and in parts

A record becomes an arrival once. What could make it look new again (a second look, an UPDATE, a
vacuum, a backup that was restored, a table that was emptied) is told apart by key, content and
the record's own time; see sift.py.
"""

from __future__ import annotations
