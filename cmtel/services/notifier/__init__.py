"""The notifier: it notices, tells, repeats, and says when all is well again.

    notifier.py   the loop: when to look at which feed, clock jumps, operators' requests
    watch.py      one feed: read, judge, step, commit
    arrivals.py   new records to arrivals, by our clock
    catch_up.py   what would have been judged while paused or down
    jumps.py      a clock that was set, a machine that slept
    requests.py   what operators ask for, from another process
    outbox.py     actions to rows of the outbox; supersession
    delivery.py   rows to mail servers, until each is accepted or refused
    servers.py    which server is tried first
    digest.py     the daily sign of life
    silence_judge.py  the silence rule as the judge
    health.py     how it stands, for check and status
    results.py    what an answer makes of a row, and its log line
    unfailing.py  logs that cannot stop anything
    ports.py      what all this needs from the outside
    changes.py    what one transaction of the store writes

What counts: every step of the state machine commits with the mails it queues, in one
transaction; a mail is marked SENDING before it is handed over and recorded after, so that a
crash repeats at most one mail and loses none.
"""
