"""CmTelNotifier.log on disk.

writer.py   NotifierLog: a new file at each start, rotation by size; never raises
tail.py     the last lines of a file of any size, and following it through all that
"""
