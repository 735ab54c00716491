"""Mails as people read them: from an order with facts to a message as it goes over the wire.

cleaning.py   values from outside, made fit to be shown
words.py      the language: sentences, times, durations, numbers
letter.py     what a mail says, before it has a form
stall_texts.py, blind_texts.py, notice_texts.py, digest_texts.py, stage_texts.py
              the words of each kind of mail; to add one: a function Draft -> Letter, and its line
              in contents.py
plain.py, html.py (letter.html)
              a letter as plain text, and as HTML
message.py    headers and MIME
late.py       the note "written 14:40, delivered 17:05"
brief.py      title and one paragraph, for channels other than mail
writer.py     MailWriter, which puts all of it together
"""

from __future__ import annotations
