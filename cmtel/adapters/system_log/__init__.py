"""The system's own log, where monitoring looks: syslog or journald, Windows Event Log. No raise."""
