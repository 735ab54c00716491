"""A process of ours as Windows hosts it.

hosted.py      what is told to Windows, and what its orders mean; without Windows, for tests
dispatcher.py  the connection to Windows' service control manager, by pywin32
"""
