"""Service managers of operating systems.

systemd.py       systemd, over systemctl
systemd_unit.py  the text of a unit, hardened, each directive with its reason
systemctl.py     running systemctl and reading what it shows
"""
