"""Service managers of operating systems.

systemd.py       systemd, over systemctl
systemd_unit.py  the text of a unit, hardened, each directive with its reason
systemctl.py     running systemctl and reading what it shows
windows.py       Windows' service control manager
windows_shape.py, windows_command.py, windows_access.py, windows_errors.py
                 pure: what a service is there, its command line, rights, refusals and their cures
windows_replaced.py
                 what a service was that ours has replaced
windows_api.py   what is asked of Windows; windows_pywin32.py does it
"""
