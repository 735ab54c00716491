"""The connection of this process to Windows' service control manager.

The process ends where the service does. pywin32 would report the end once more, as one without an
exit code; whether Windows took ours or that one was a matter of luck.

Windows gives a process 30 s to connect; so whoever calls this has imported as little as possible.
"""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable
from typing import Any

from cmtel.adapters.windows_host.hosted import HostedService, Report, Work
from cmtel.errors import MissingExtra, UsageError

#: SERVICE_WIN32_OWN_PROCESS (winsvc.h).
_OWN_PROCESS = 0x10
#: ERROR_FAILED_SERVICE_CONTROLLER_CONNECT: it was not Windows that started this process.
_NOT_A_SERVICE = 1063


def serve(make_work: Callable[[str], Work]) -> int:
    """Do the work as a service; Windows is told of the end, and the process ends with its status.

    Args:
        make_work: Takes the name of the service; called after Windows has been told of the start.

    Raises:
        UsageError: This process was not started by the service control manager.
        MissingExtra: pywin32 is not installed.
    """
    try:
        manager = importlib.import_module("servicemanager")
        refusal: type[Exception] = importlib.import_module("pywintypes").error
    except ImportError as error:
        raise MissingExtra(
            "Services need the package pywin32.", hint="pip install pywin32"
        ) from error
    manager.PrepareToHostSingle(_service_class(make_work))
    try:
        manager.StartServiceCtrlDispatcher()
    except refusal as error:
        if error.args[0] != _NOT_A_SERVICE:
            raise
        raise UsageError(
            "This is how Windows runs cmtel's services; it was not Windows that called it.",
            hint="'cmtel notifier start' starts the service; 'cmtel notifier run' runs here.",
        ) from error
    return 1  # Windows let it go before it had begun


def _service_class(make_work: Callable[[str], Work]) -> type:
    """Return a class as pywin32 wants one: made with the start's words, then ``SvcRun``."""
    manager: Any = importlib.import_module("servicemanager")
    win32service: Any = importlib.import_module("win32service")

    class Service:
        def __init__(self, words: list[str]) -> None:
            self._name = words[0]
            self._hosted: HostedService | None = None
            # Extended, or SHUTDOWN's relatives would not come.
            self._handle = manager.RegisterServiceCtrlHandler(self._name, self._control, True)

        def SvcRun(self) -> None:  # noqa: N802 - pywin32's name
            self._hosted = HostedService(make_work(self._name), self._report)
            status = self._hosted.run()
            logging.shutdown()
            os._exit(status)

        def _control(self, order: int, _event: int, _data: object) -> None:
            if self._hosted is not None:
                self._hosted.control(order)

        def _report(self, report: Report) -> None:
            win32service.SetServiceStatus(self._handle, (_OWN_PROCESS, *report))

    return Service
