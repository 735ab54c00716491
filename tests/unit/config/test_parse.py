"""A mapping to the model: every problem at once, each with its path."""

from __future__ import annotations

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cmtel.config.kinds import Known
from cmtel.config.model import Config
from cmtel.domain.source_address import SourceKind, parse_source_address
from cmtel.errors import ConfigError, ExitStatus
from tests.unit.config.settings_text import SOURCE, journal, problems_of, read, settings

DESIGN_EXAMPLE = r"""
<CmTelNotifier version="1" timeZone="America/Sao_Paulo" language="pt-BR">
  <Hotel id="H042" name="Hotel Atlântico"/>   <!-- or registryKey="HKLM\SOFTWARE\..." -->
  <Database url="odbc:DSN=Telefonia" user="cmtel" secretRef="dpapi:database"/>
  <Journal table="anrufe">
    <Column type="Journal_Zeitpunkt" name="Zeitpunkt"/>
    <Column type="Journal_Firma" name="Firma" size="60"/>
    <Source name="reception" kind="tcp-listen" address="0.0.0.0:9000" allow="10.1.0.0/16"
      format="avaya-ipo" timeZone="Europe/Berlin">
      <Option name="internal" value="[1-9]\d{2,3}"/>
    </Source>
    <Numbers country="DE" areaCode="30" outsideLine="0"/>
    <PhoneBook kind="sql" url="odbc:DSN=Kontakte" table="Kontakte" number="Telefon" name="Name"
      company="Firma" id="ID"/>
    <Spool folder="spool" maxMegabytes="2048"/>
  </Journal>
</CmTelNotifier>
"""

NOTIFIER_EXAMPLE = """
<CmTelNotifier version="1" timeZone="Europe/Vienna">
  <Check every="5m" confirm="2"/>
  <Feed name="Main" source="database" connection="odbc:DSN=x" table="calls"/>
  <Silence mode="expected" falseAlarmsPerMonth="1" floor="10m" ceiling="24h" fallback="24h">
    <Open days="Mon-Fri" from="07:00" to="19:00"/> <Closed date="2026-12-25"/>
    <Holidays file="holidays.txt"/>
  </Silence>
  <Repeat every="5m,15m,60m" maxPerDay="48"><Escalate after="2h" list="managers"/></Repeat>
  <Recover records="3" hold="5m" merge="60m"/> <Blind grace="15m" list="admins"/>
  <Mail from="cmtel@example.org" subjectPrefix="[CmTel]" language="en">
    <Server host="smtp.office365.com" port="587" tls="starttls" auth="xoauth2" tenant="t"
      clientId="c" secretRef="dpapi:mail"/>
    <Server host="relay.local" port="25" tls="none" allowInsecure="true"/>
  </Mail>
  <Recipients list="default"><To>noc@example.org</To>
    <To quiet="22:00-06:00" quietPass="first">boss@example.org</To></Recipients>
  <Recipients list="managers"><To>m@example.org</To></Recipients>
  <Recipients list="admins"><To>a@example.org</To></Recipients>
  <Heartbeat dailyAt="08:00" url=""/>
  <Log file="CmTelNotifier.log" maxMegabytes="10" keep="10" level="info" time="local"/>
</CmTelNotifier>
"""


def test_the_journals_example_is_read() -> None:
    config = read(DESIGN_EXAMPLE, Known(folder=Path("/etc/cmtel")))

    source = config.journal.sources[0]
    assert config.hotel.id == "H042"
    assert source.text == "tcp-listen:0.0.0.0:9000"
    assert source.time_zone == ZoneInfo("Europe/Berlin")
    assert [str(each) for each in source.allow or ()] == ["10.1.0.0/16"]
    assert [(each.name, each.size) for each in config.journal.selected_columns] == [
        ("Zeitpunkt", 20),
        ("Firma", 60),
    ]
    assert config.journal.spool.folder == Path("/etc/cmtel/spool")


def test_the_notifiers_example_is_read() -> None:
    config = read(NOTIFIER_EXAMPLE, Known(folder=Path("/etc/cmtel")))

    assert config.check.every_secs == 300
    assert config.repeat.every_secs == (300, 900, 3600)
    assert config.silence.open[0].days == (0, 1, 2, 3, 4)
    assert config.heartbeat.url is None
    assert config.log.file == Path("/etc/cmtel/CmTelNotifier.log")
    assert [to.address for to in config.recipients[0].to] == ["noc@example.org", "boss@example.org"]


def test_a_file_with_nothing_in_it_has_all_defaults() -> None:
    assert read(settings()) == Config(version="1")


def test_every_problem_is_told_at_once_with_path_and_line() -> None:
    text = """<CmTelNotifier version="1" timeZone="Mars/Base">
  <Journal table="x">
    <Source name="a" kind="tcp-listen" address="h:9000" format="jsonl"/>
    <Source name="b" kind="tcp-listen" adress="h:9000" format="jsonl" allow="10.0.0.1/8"/>
    <Spool maxMegabytes="2 GB"/>
  </Journal>
  <Jornal/>
</CmTelNotifier>"""

    with pytest.raises(ConfigError) as caught:
        read(text)

    assert caught.value.exit_status is ExitStatus.CONFIGURATION
    assert caught.value.source == "test.xml"
    assert caught.value.problems == (
        "CmTelNotifier/@timeZone (line 1): must be a time zone of the IANA database, such as "
        "Europe/Berlin (got 'Mars/Base')",
        "CmTelNotifier/Journal/Source[2]/@allow (line 4): '10.0.0.1/8' has host bits set; "
        "write 10.0.0.0/8",
        "CmTelNotifier/Journal/Source[2]/@adress (line 4): is no known attribute; "
        "did you mean address?",
        "CmTelNotifier/Journal/Spool/@maxMegabytes (line 5): must be a whole number from 16 to "
        "1048576 (got '2 GB')",
        "CmTelNotifier/Jornal (line 7): is no known element; did you mean Journal?",
    )


S = "CmTelNotifier/Journal/Source[1]"


def tariff(*attributes: str) -> str:
    each = "".join(f"<Tariff {one}/>" for one in attributes)
    return journal(f'<Tariffs currency="BRL">{each}</Tariffs>')


PROBLEMS: list[tuple[str, str]] = [
    # What the XML itself allows and the model does not.
    (settings("<Hotel/><Hotel/>"), "CmTelNotifier/Hotel: may stand only once (found 2)"),
    (settings("text"), "CmTelNotifier: has text beside its attributes and elements"),
    (settings("<Check>5m</Check>"), "CmTelNotifier/Check: has text beside"),
    (settings("<Check><every>5m</every></Check>"), "Check/every: is no element, but an attribute"),
    (settings("", 'Check="x"'), "CmTelNotifier/@Check: is no attribute, but an element"),
    (settings("<time_zone/>"), "CmTelNotifier/time_zone: is no known element"),
    (settings("", 'time_zone="UTC"'), "CmTelNotifier/@time_zone: is no known attribute; did you"),
    (settings("<hotel id='x'/>"), "CmTelNotifier/hotel: is no known element; did you mean Hotel?"),
    ('<CmTelNotifier version="2"/>', "CmTelNotifier/@version: must be 1 (got '2')"),
    (settings("", 'language="fr"'), "@language: must be one of en, de, pt-BR (got 'fr')"),
    # Needed.
    (settings("<Database/>"), "CmTelNotifier/Database/@url: is missing"),
    (settings('<Database url=""/>'), "CmTelNotifier/Database/@url: is empty; fill it in"),
    (settings("<Recipients><To/></Recipients>"), "Recipients[1]/To[1]: is empty; fill it in"),
    (settings("<Recipients/>"), "CmTelNotifier/Recipients[1]/To: is needed"),
    (settings('<Mail from="a@b"/>'), "CmTelNotifier/Mail/Server: is needed"),
    # Sources.
    (journal(SOURCE + SOURCE), f"{S[:-3]}[2]/@name: 'a' is already that of Source[1]"),
    (journal(SOURCE.replace('"a"', '"a b"')), f"{S}/@name: must be a name without blanks"),
    (settings('<Feed name="a b"/>'), "Feed[1]/@name: must be a name without blanks"),
    (journal(SOURCE.replace("address", "path")), f"{S}/@address: is needed by kind tcp-listen"),
    (journal(SOURCE.replace("/>", ' path="x"/>')), f"{S}/@path: is not for kind tcp-listen"),
    (journal(SOURCE.replace(":9000", "")), f"{S}/@address: 'tcp-listen:127.0.0.1' is no source"),
    (journal(SOURCE.replace(":9000", ":70000")), "the port must be from 1 to 65535"),
    (journal(SOURCE.replace("tcp-listen", "http")), f"{S}/@address: "),
    (journal(SOURCE.replace("jsonl", "jsnl")), f"{S}/@format: 'jsnl' is no known format; did you"),
    (
        journal(SOURCE.replace("/>", '><SourceOption name="x" value="y"/></Source>')),
        f"{S}/SourceOption[1]/@name: A source of kind tcp-listen has no option 'x'.",
    ),
    (
        journal(SOURCE.replace("/>", '><Option name="skip" value="("/></Source>')),
        f"{S}/Option[1]/@value: is no regular expression",
    ),
    (
        journal(SOURCE.replace("/>", ' secretRef="env:X" password="y"/>')),
        f"{S}/@password: cannot stand beside secretRef",
    ),
    # Columns.
    (journal('<Column type="Journal_Nam"/>'), "did you mean Journal_Name?"),
    (journal('<Column type="ID"/><Column type="id"/>'), "Column[2]/@type: 'ID' is already"),
    (
        journal('<Column type="Journal_Name" name="X"/><Column type="Journal_Firma" name="x"/>'),
        "Column[2]/@name: 'x' is already that of Column[1]",
    ),
    (
        journal('<Column type="Journal_Name"/><Column type="Journal_Firma" name="NAME"/>'),
        "Column[2]/@name: 'NAME' is already that of Column[1]",
    ),
    (journal('<Column type="Journal_Rufdauer_ms" size="9"/>'), "a long has no size"),
    (journal('<Column type="Journal_Name" size="4001"/>'), "must be 1 to 4000 (got '4001')"),
    (journal('<Column type="Journal_Name" size="long"/>'), "may be long for Journal_DatensatzID"),
    (journal("", 'table="x."'), "CmTelNotifier/Journal/@table: "),
    (journal('<PhoneBook kind="csv"/>'), "PhoneBook[1]/@path: is needed by kind csv"),
    (
        journal('<PhoneBook kind="sql" table="t" number="n" name="m"/>'),
        "PhoneBook[1]/@url: is needed where there is no Database",
    ),
    # Numbers and prices.
    (journal('<Numbers country="XX"/>'), "Numbers/@country: 'XX' is no country with a numbering"),
    (journal('<Numbers areaCode="30"/>'), "Numbers/@areaCode: needs a country"),
    (journal('<Numbers lcrPrefixes="010x-"/>'), "@lcrPrefixes: must be digits, parted by commas"),
    (journal('<Numbers extensions="899-100"/>'), "@extensions: '899-100' does not go from a"),
    (journal('<Numbers extensions="001-099"/>'), "@extensions: '001-099' begins with 0"),
    (journal('<Numbers extensionDigits="4-2"/>'), "@extensionDigits: goes from 4 down to 2"),
    (journal("<Tariffs/>"), "CmTelNotifier/Journal/Tariffs/@currency: is missing"),
    (journal('<Tariffs currency="BRL"/>'), "Journal/Tariffs/Tariff: is missing, and so is file"),
    (tariff('prefix="+1"'), "Tariffs/Tariff[1]/@perUnit: is missing"),
    (tariff('perUnit="0,2"'), "Tariff[1]/@perUnit: must be a number such as 0.12, with a point"),
    (tariff('perUnit="1" from="20:00"'), "Tariff[1]/@to: is needed: hours have a from and a to"),
    (tariff('perUnit="1" secondUnitSecs="6"'), "@afterSecs: is needed beside a second value"),
    (tariff('perUnit="1" afterSecs="6"'), "@afterSecs: needs secondUnitSecs or secondPerUnit"),
    (tariff('perUnit="1" unitSecs="0"'), "@unitSecs: must be a whole number from 1 to 86400"),
    (tariff('perUnit="1"', 'perUnit="2"'), "Tariff[2]/@prefix: has the prefix and the hours of"),
    # Notifier.
    (settings('<Silence mode="fixed"/>'), "CmTelNotifier/Silence/@after: is needed by mode fixed"),
    (settings('<Silence mode="schedule"/>'), "Silence/Open: is needed by mode schedule"),
    (settings('<Silence floor="2h" ceiling="1h"/>'), "@ceiling: must not be less than floor"),
    (
        settings('<Silence><Closed date="2026-12-25" until="2026-12-24"/></Silence>'),
        "Silence/Closed[1]/@until: must not lie before date",
    ),
    (settings("<Silence><Holidays/></Silence>"), "Holidays[1]: needs file or country"),
    (settings('<Feed name="f"/>'), "CmTelNotifier/Feed[1]/@source: journal needs a Database"),
    (settings('<Feed name="f" source="file"/>'), "Feed[1]/@path: is needed by source file"),
    (settings('<Feed name="f" source="database"/>'), "Feed[1]: needs either table or query"),
    (settings('<Blind list="x"/>'), "CmTelNotifier/Blind/@list: 'x' is the list of no Recipients"),
    (
        settings('<Repeat><Escalate after="1h" list="x"/></Repeat>'),
        "CmTelNotifier/Repeat/Escalate[1]/@list: 'x' is the list of no Recipients",
    ),
    (settings('<Repeat><Escalate list="x"/></Repeat>'), "Escalate[1]: needs either after or"),
    (
        settings('<Mail from="a@b"><Server host="h" tls="none"/></Mail>'),
        "CmTelNotifier/Mail/Server[1]/@tls: none needs allowInsecure='true'",
    ),
    (
        settings('<Mail from="a@b"><Server host="h" auth="xoauth2"/></Mail>'),
        "CmTelNotifier/Mail/Server[1]/@clientId: is needed by auth xoauth2",
    ),
    (settings('<Hotel id="x" registryKey="HKLM\\x"/>'), "@registryKey: cannot stand beside id"),
    (
        settings('<Mail from="a@b"><Server host="h" auth="xoauth2" clientId="c"/></Mail>'),
        "CmTelNotifier/Mail/Server[1]/@tenant: is needed by auth xoauth2",
    ),
    (
        settings(
            '<Mail from="a@b"><Server host="h" auth="xoauth2" grant="refresh-token"'
            ' tokenUrl="https://t.test/token" clientId="c"/></Mail>'
        ),
        "CmTelNotifier/Mail/Server[1]/@refreshTokenRef: is needed by auth xoauth2",
    ),
    (
        settings(
            '<Mail from="a@b"><Server host="h" auth="xoauth2" secretRef="env:S"'
            ' tokenUrl="http://t.test/token" clientId="c"/></Mail>'
        ),
        "CmTelNotifier/Mail/Server[1]/@tokenUrl: must be https",
    ),
    (
        settings('<Mail from="a@b"><Server host="h" user="u"/></Mail>'),
        "CmTelNotifier/Mail/Server[1]/@secretRef: is needed by auth auto",
    ),
    (
        settings('<Recipients><Channel name="teams"/></Recipients>'),
        "CmTelNotifier/Recipients[1]/Channel[1]: needs either secretRef or url",
    ),
    (
        settings(
            '<Recipients><Channel name="t" url="a"/></Recipients>'
            '<Recipients list="b"><Channel name="t" url="b"/></Recipients>'
        ),
        "CmTelNotifier/Recipients[2]/Channel[1]/@name: 't' is already the name of another channel",
    ),
]


@pytest.mark.parametrize(("text", "expected"), PROBLEMS)
def test_a_problem_is_told_in_the_words_of_the_xml(text: str, expected: str) -> None:
    problems = problems_of(text, Known(formats=frozenset({"jsonl", "fixed"}), countries=["DE"]))

    assert any(expected in problem for problem in problems), problems


def test_a_password_is_in_no_message() -> None:
    text = settings('<Database url="hunter2" password="hunter2" secretRef="hunter2"/>')

    with pytest.raises(ConfigError) as caught:
        read(text)

    found = [problem for problem in caught.value.problems if "secretRef" in problem]
    assert found
    assert "hunter2" not in "".join(found)


def test_formats_are_not_checked_without_a_list_of_them() -> None:
    assert problems_of(journal(SOURCE.replace("jsonl", "anything"))) == []


def test_column_types_may_be_spelt_for_consoles_without_umlauts() -> None:
    config = read(journal('<Column type="journal_gebuehren"/>'))

    assert [each.type.name for each in config.journal.selected_columns] == ["Journal_Gebühren"]


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ('kind="file" path="/var/cdr/*.log"', "file:/var/cdr/*.log"),
        ('kind="serial" device="COM3" mode="7E2"', "serial:COM3?baud=9600&mode=7E2"),
        ('kind="stdin"', "stdin"),
        ('kind="tcp" address="[::1]:23"', "tcp:[::1]:23"),
        ('kind="http" address="https://h/cdr"', "https://h/cdr"),
        ('kind="nats" address="nats://h:4222"', "nats://h:4222"),
    ],
)
def test_a_source_is_the_text_of_the_command_line(attributes: str, text: str) -> None:
    source = read(journal(f'<Source name="a" format="x" {attributes}/>')).journal.sources[0]

    assert source.text == text
    assert parse_source_address(source.text).kind == source.kind


def test_the_kinds_of_sources_are_those_of_the_command_line() -> None:
    with pytest.raises(ConfigError) as caught:
        read(journal(SOURCE.replace("tcp-listen", "pigeon")))

    assert all(kind.value in caught.value.problems[0] for kind in SourceKind)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read(settings()).journal.table = "other"


def test_a_token_url_stands_for_the_tenant_and_a_public_client_has_no_secret() -> None:
    config = read(
        settings(
            '<Mail from="a@b"><Server host="h" auth="xoauth2" grant="refresh-token" clientId="c"'
            ' tokenUrl="https://t.test/token" refreshTokenRef="file:token"/></Mail>'
        ),
        Known(),
    )

    assert config.mail is not None
    assert str(config.mail.servers[0].refresh_token_ref) == "file:token"


def test_a_list_may_be_a_channel_alone_and_lists_may_share_it() -> None:
    channel = '<Channel name="teams" secretRef="env:TEAMS"/>'
    lists = [f'<Recipients list="{name}">{channel}</Recipients>' for name in "ab"]
    config = read(settings("".join(lists)), Known())

    assert [each.channels[0].name for each in config.recipients] == ["teams", "teams"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("sqlite:///journal.db", "sqlite:////etc/cmtel/journal.db"),
        ("sqlite+pysqlite:///a/b.db?timeout=3", "sqlite+pysqlite:////etc/cmtel/a/b.db?timeout=3"),
        ("sqlite:////srv/journal.db", "sqlite:////srv/journal.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("sqlite://", "sqlite://"),
        ("odbc:DSN=Telefonia", "odbc:DSN=Telefonia"),
        ("postgresql://u@db/journal", "postgresql://u@db/journal"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="absolute paths are others there")
def test_a_sqlite_file_counts_from_the_settings_file(url: str, found: str) -> None:
    config = read(settings(f'<Database url="{url}"/>'), Known(folder=Path("/etc/cmtel")))

    assert config.database is not None
    assert config.database.url == found
