"""Mails as the notifier sees them: kinds, ids, order, supersession, retry. No I/O, no clock.

kinds.py      what a mail says, and its place in the order
facts.py      what a mail is written from
message_id.py the id that makes a repeated delivery recognisable
outbox.py     a row of the outbox and its states
settle.py     which waiting mails are superseded or merged
allowance.py  how many mails a recipient gets
quiet.py      hours in which a recipient's mails wait
replies.py    what a server's answer means
back_off.py   when to try again
"""
