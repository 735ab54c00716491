"""What layout an unknown text may have: a sample in, options of a describable format out.

The way of a sample::

    sample_lines → tables (delimited_table, fixed_table) → roles → proposal

``sample_lines`` guesses the encoding and cuts lines; a table cuts these into columns; ``roles``
says which column is what (``moments`` for dates and times, ``words`` for headings and the words
of a field, ``lengths`` for durations); ``proposal`` makes options of it. Nothing here decodes: the
service tries every proposal with the format itself and keeps the best one.

A guess is never silent: what the values do not prove is a note for the person who reads it.
"""
