"""A settings file and what the probes find for it, for the tests of doctor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.doctor.examination import PROBES, all_probes
from cmtel.services.doctor import Checked, Finding, Verdict, examine
from cmtel.services.service_ports import ServiceManager
from tests.fakes_services import FakeServices

SOURCE = '<Source name="a" kind="tcp-listen" address="127.0.0.1:0" format="jsonl"/>'
MAIL = """<Mail from="c@x.test"><Server host="127.0.0.1" port="9" tls="none"/></Mail>
<Recipients><To>a@x.test</To></Recipients>"""


def settings_file(folder: Path, content: str, attributes: str = 'timeZone="Europe/Vienna"') -> Path:
    path = folder / "CmTelNotifier.xml"
    text = f'<CmTelNotifier version="1" {attributes}>{content}</CmTelNotifier>'
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def journal(folder: Path, content: str, rest: str = "") -> str:
    """A journal whose spool is the test's own."""
    return f'<Journal><Spool folder="{folder / "spool"}"/>{content}</Journal>{rest}'


def examined(
    path: Path, *names: str, manager: ServiceManager | None = None, limit_secs: float = 30.0
) -> list[Checked]:
    """What is found; every probe is one that is documented."""
    clock = SystemClock()
    strands = all_probes(str(path), clock, manager or FakeServices(), names)
    found = list(examine(strands, clock, limit_secs=limit_secs))
    assert {each.name for each in found} <= {*PROBES}
    return found


def the(found: Sequence[Checked], name: str, subject: str = "") -> Finding:
    """The one finding of a probe."""
    fitting = [each.finding for each in found if each.name == name and subject in each.subject]
    assert len(fitting) == 1, f"{len(fitting)} of {name} {subject}"
    return fitting[0]


def verdict(path: Path, name: str, subject: str = "") -> tuple[Verdict, str]:
    """Verdict and text of one probe."""
    finding = the(examined(path, name), name, subject)
    return finding.verdict, finding.text
