"""CmTelNotifier.log on disk.

writer.py   NotifierLog: a new file at each start, rotation by size; never raises
last.py     where the last lines of a log of any size begin
tail.py     reading on from there, and following it through all that
place.py    how far which file was read
"""
