"""The text of a systemd unit: what it runs, and everything that it must not do.

Source:
    systemd.service(5), systemd.exec(5) ("Sandboxing"), systemd.syntax(7) (quoting),
    systemd.unit(5) (specifiers).
"""

from __future__ import annotations

from collections.abc import Iterable

from cmtel.domain.service_states import ServiceDefinition, StartMode

#: The first line of a unit of ours; one without it belongs to somebody else.
MARK = "# Written by 'cmtel install'; changes are overwritten, drop-ins (systemctl edit) are kept."
#: The account of both services, made at the installation.
ACCOUNT = "cmtel"
#: systemd waits so long for a sign of life; the service tells it a shorter time once it runs.
_WATCHDOG_SECS = 3600
#: How long a stop may take before systemd kills: mails under way have 5 s, a batch 10.
_STOP_SECS = 30

#: What cmtel never needs. Each is checked by `systemd-analyze security`.
_HARDENING = (
    ("NoNewPrivileges=yes", "no setuid program can be gained"),
    ("CapabilityBoundingSet=", "no privilege at all"),
    ("ProtectSystem=strict", "the file system is read-only but for the folders below"),
    ("ProtectHome=read-only", "Python may be installed in a home; nothing is written there"),
    ("PrivateTmp=yes", "no files shared through /tmp"),
    ("ProtectProc=invisible", "other users' processes are not seen"),
    ("ProcSubset=pid", "nothing of the kernel's /proc is needed"),
    ("ProtectKernelTunables=yes", "no kernel settings"),
    ("ProtectKernelModules=yes", "no kernel modules"),
    ("ProtectKernelLogs=yes", "no kernel log"),
    ("ProtectControlGroups=yes", "no control groups"),
    ("ProtectClock=yes", "the clock is read, never set"),
    ("ProtectHostname=yes", "the host name is read, never set"),
    ("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX", "TCP, UDP, and the notify socket"),
    ("RestrictNamespaces=yes", "no containers are made"),
    ("RestrictRealtime=yes", "no real-time scheduling"),
    ("RestrictSUIDSGID=yes", "no setuid files are made"),
    ("LockPersonality=yes", "one kind of system calls"),
    ("MemoryDenyWriteExecute=yes", "no code is made at run time"),
    ("RemoveIPC=yes", "nothing stays behind in shared memory"),
    ("SystemCallArchitectures=native", "no foreign system calls"),
    ("SystemCallFilter=@system-service", "what services usually call"),
    ("SystemCallFilter=~@privileged @resources", "and none that needs privilege"),
    ("SystemCallErrorNumber=EPERM", "libraries that try such a call (numpy) do without it"),
)


def unit_text(wanted: ServiceDefinition, *, is_user: bool = False) -> str:
    """Return the unit file of a service.

    Args:
        is_user: For a user's own systemd: it has no account to change to, cannot harden, and
            leaves the folders to us, for its idea of them changed with systemd 254.
    """
    sections = [_unit(wanted), _service(wanted, is_user=is_user), _install(is_user=is_user)]
    return "\n\n".join(["\n".join(section) for section in sections]).join([f"{MARK}\n\n", "\n"])


def quoted(word: str) -> str:
    """Return one word of a command line as systemd reads it back: quotes, %, $ and all.

    Raises:
        ValueError: It has control characters, which no path of ours needs.
    """
    if not word.isprintable():
        raise ValueError(f"{word!r} has control characters.")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def is_started_at_boot(start: StartMode) -> bool:
    """Tell whether systemd starts it; systemd knows no delayed start."""
    return start is not StartMode.MANUAL


def _unit(wanted: ServiceDefinition) -> Iterable[str]:
    yield "[Unit]"
    yield f"Description={_plain(wanted.display_name)}"
    yield "# Names of database and mail servers have to be found."
    yield "Wants=network-online.target"
    yield "After=network-online.target nss-lookup.target time-sync.target"


def _service(wanted: ServiceDefinition, *, is_user: bool) -> Iterable[str]:
    yield "[Service]"
    yield "# READY comes once the first check has finished; WATCHDOG with every further one."
    yield "Type=notify"
    yield f"WatchdogSec={_WATCHDOG_SECS}"
    yield f"ExecStart={' '.join(map(quoted, wanted.command))}"
    yield "Restart=on-failure"
    yield "RestartSec=5"
    yield "# Wrong usage and broken settings (2, 6) do not mend themselves."
    yield "RestartPreventExitStatus=2 6"
    yield f"TimeoutStopSec={_STOP_SECS}"
    yield "KillMode=mixed"
    yield "Environment=PYTHONUTF8=1 PYTHONUNBUFFERED=1"
    yield "UMask=0027"
    for name, path in wanted.credentials:
        yield f"LoadCredential={name}:{_plain(path).replace('%', '%%')}"
    if not is_user:
        yield from _account(wanted)
        yield from _hardened(wanted)


def _account(wanted: ServiceDefinition) -> Iterable[str]:
    yield f"User={wanted.account or ACCOUNT}"
    if not wanted.account:
        yield f"Group={ACCOUNT}"
    if wanted.groups:
        yield f"SupplementaryGroups={' '.join(wanted.groups)}"
    yield "StateDirectory=cmtel"
    yield "LogsDirectory=cmtel"
    yield "# For the status file, which everybody may read; it outlives a stop."
    yield "RuntimeDirectory=cmtel"
    yield "RuntimeDirectoryPreserve=yes"
    yield "StateDirectoryMode=0750"
    yield "LogsDirectoryMode=0750"


def _hardened(wanted: ServiceDefinition) -> Iterable[str]:
    for directive, reason in _HARDENING:
        yield f"# {reason}"
        yield directive
    for folder in wanted.folders:
        yield f"ReadWritePaths={quoted(folder)}"
    if not wanted.devices:
        yield "# no devices but null, random and the like"
        yield "PrivateDevices=yes"
        return
    yield "# these devices and no others"
    yield "DevicePolicy=closed"
    for device in wanted.devices:
        yield f"DeviceAllow={device} rw"


def _install(*, is_user: bool) -> Iterable[str]:
    yield "[Install]"
    yield f"WantedBy={'default' if is_user else 'multi-user'}.target"


def _plain(text: str) -> str:
    return " ".join(text.split())
