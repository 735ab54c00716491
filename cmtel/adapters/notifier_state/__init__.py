"""The notifier's state, outbox and history in one SQLite file.

store.py      SqliteNotifierStore: one transaction a step, synchronous=FULL
opening.py    open it; a damaged file is moved aside, a newer one refused
schema.py     the tables and their version
states.py     a feed's state, to SQL and back
rows.py       rows of the outbox, to SQL and back
documents.py  dataclasses to JSON and back
"""
