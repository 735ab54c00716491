"""What becomes of silence: the incidents of a feed, as a state machine without I/O or clock.

    states.py     what is remembered of a feed: state, incidents, overlays
    rules.py      the timers, as data
    events.py     what can happen to a feed
    actions.py    what the machine wants done: mails to queue, lines to log, incidents to archive
    turn.py       one step in the making
    step.py       step(state, event, now, rules) -> (state, actions)
    judged.py     rows 1 to 8 of the table: a good read
    blindness.py  rows 9 and 10: a read that failed, and the first good one after it
    operator.py   rows 11 and 13 to 16: people, starts and stops, a clock that jumped
    reminders.py  rows 3, 4 and 12 as far as they mail: first mails, repeats, escalation
    wake.py       when the machine wants to be called next

The rows, shortened; the modules cite them by number:

     1  INIT -> OK           first good read
     2  OK <-> LATE          half of the silence that is too much; a new arrival
     3  OK, LATE -> STALLED  overdue on ``confirm`` good reads in a row; FIRST
     4  STALLED              a repeat is due; REPEAT
     5  STALLED -> RECOVERING     a new arrival
     6  RECOVERING -> OK     enough arrivals, or the hold has passed; RECOVERED
     7  RECOVERING -> STALLED     late again: same incident, a flap
     8  OK -> STALLED        soon after a close: same thread, longer hold
     9  any -> BLIND         unreadable for longer than the grace; BLIND
    10  BLIND -> previous    a good read; RECOVERED_BLIND
    11  ack, unack           12  downtime ends     13  pause
    14  resume, expiry       15  stop              16  start

Overlays (ACK, DOWNTIME, PAUSED; QUIET is a matter of delivery) hold mails back. They never change
the state, and never hold back the closing mail of an incident whose first mail was queued.
"""
