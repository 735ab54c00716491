"""What holds for every format, whatever the bytes; and what is simulated is read back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.calls import CallRecord
from cmtel.domain.masking import MaskRule
from cmtel.formats import registry
from cmtel.formats.masking import Masking
from cmtel.formats.options import decode_options
from cmtel.formats.seam import DecodeOptions, Format
from cmtel.formats.switches import delimited, fixed
from tests.format_samples import RECEIVED, decode_records, frame

#: Many examples; `make unit` leaves them out.
pytestmark = pytest.mark.slow

NEEDED = {"delimited": delimited.SIMULATED_FIELDS, "fixed": fixed.SIMULATED_FIELDS}
#: The empty line after an oversize record belongs to it: to the block, to the document.
MORE_THAN_LINES = {"asterisk-ami", "broadworks-xml"}
ZONES = [None, "Europe/Berlin"]
SIMULATED = [name for name in registry.names() if registry.get(name).encode]


def options_for(name: str, *more: str, timezone: str | None = None) -> DecodeOptions:
    fields = [f"fields={NEEDED[name]}"] if name in NEEDED else []
    return decode_options([*fields, *more], timezone, "2024-05-01")


def damaged(examples: list[bytes]) -> st.SearchStrategy[bytes]:
    """Lines as the switch sends them, pieces of them, and noise, in any order."""
    part = st.sampled_from(examples).flatmap(
        lambda line: st.integers(0, len(line)).map(lambda end: line[:end])
    )
    noise = st.sampled_from([b'"', b"\r", b"\n", b"\r\n", b",", b";", b"\x00", b"\xff", b" ", b"{"])
    return st.lists(
        st.sampled_from(examples) | part | noise | st.binary(max_size=5), max_size=25
    ).map(b"".join)


def lines_of(*texts: bytes) -> list[bytes]:
    """All lines, sorted: records of calls that overlap are joined out of their order."""
    return sorted(line for text in texts for line in text.splitlines(keepends=True))


def examples_of(form: Format) -> list[bytes]:
    call = a_call(direction="in", state="CONN", name="Ann", ring_ms=5000, connected_secs=60)
    sent = [record.data for record in form.encode(call)] if form.encode else []
    return [*sent, form.example.encode() + b"\r\n"]


def a_call(**values: object) -> CallRecord:
    blank: dict[str, object] = dict.fromkeys(CallRecord._fields)
    usual = {"state": "RING", "started_at": "2024-05-01T08:00:00", "remote_number": "0301234567"}
    return CallRecord(**{**blank, **usual, "local_number": "201", "raw": "", **values})  # type: ignore[arg-type]  # drawn by name


@pytest.mark.parametrize("timezone", ZONES)
@pytest.mark.parametrize("name", registry.names())
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_byte_is_lost_and_batches_do_not_matter(
    name: str, timezone: str | None, data: st.DataObject
) -> None:
    form = registry.get(name)
    options = options_for(name, timezone=timezone)
    text = data.draw(st.binary(max_size=60) | damaged(examples_of(form)))
    records = frame(form, text, data.draw(st.lists(st.integers(0, len(text)))))
    cuts = data.draw(st.lists(st.integers(0, len(records))))

    whole = decode_records(form, options, records)

    assert records == frame(form, text)
    assert b"".join(whole.raws) == text or lines_of(*whole.raws) == lines_of(text)
    assert sum(whole.covers) == len(records)
    assert whole.at == sorted(whole.at)
    assert decode_records(form, options, records, cuts) == whole


@pytest.mark.parametrize("name", [n for n in registry.names() if not registry.get(n).spans_records])
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_masking_changes_no_length_whatever_the_bytes(name: str, data: st.DataObject) -> None:
    form, options = registry.get(name), options_for(name, timezone="Europe/Berlin")
    text = data.draw(st.binary(max_size=60) | damaged(examples_of(form)))
    framer = Masking(MaskRule(3), form, options, lambda: RECEIVED).framer()
    cut = data.draw(st.integers(0, len(text)))

    masked = [*framer.feed(text[:cut]), *framer.feed(text[cut:]), *framer.finish()]
    assert list(map(len, masked)) == list(map(len, frame(form, text)))
    assert framer.pending_bytes == 0


@pytest.mark.parametrize("name", registry.names())
@given(records=st.lists(st.binary(max_size=12)))
@settings(max_examples=100, deadline=None)
def test_records_that_no_framer_makes_do_no_harm(name: str, records: list[bytes]) -> None:
    decoding = decode_records(registry.get(name), options_for(name), records)

    assert sum(decoding.covers) == len(records)


@pytest.mark.parametrize("name", registry.names())
def test_an_oversize_record_is_one_rejection(name: str) -> None:
    form = registry.get(name)
    data = b'"' + b"x" * 200_000 + b"\r\n\r\n"

    outcomes = decode_records(form, options_for(name), frame(form, data)).outcomes

    alone = [] if name in MORE_THAN_LINES else ["blank"]
    assert [outcome[0] for outcome in outcomes] == ["oversize", *alone]
    assert len(outcomes[0].raw) == 65_536


# --- what is simulated is read back --------------------------------------------------------------

outside = st.from_regex(r"\+?0[0-9]{6,12}", fullmatch=True)
inside = st.from_regex(r"[1-9][0-9]{1,3}", fullmatch=True)
words = st.from_regex(r"[A-Z][a-zäöü' ,\";]{0,9}[a-z]", fullmatch=True)
maybe = st.none() | words
starts = st.datetimes(datetime(2023, 1, 2), datetime(2025, 12, 30)).map(  # noqa: DTZ001  # local times are drawn
    lambda moment: moment.replace(microsecond=0)
)


@st.composite
def calls(draw: st.DrawFn) -> CallRecord:
    """Calls of which every part is known; each format forgets what it cannot hold."""
    direction = draw(st.sampled_from(["in", "out", "internal"]))
    state = draw(st.sampled_from(["CONN", "RING", "BUSY"]))
    start = draw(starts)
    ring_secs = draw(st.integers(0, 200))
    talk_secs = draw(st.integers(1, 90_000)) if state == "CONN" else 0
    end = start + timedelta(seconds=ring_secs + talk_secs)
    charge = draw(st.none() | st.integers(0, 10**6))
    return a_call(
        direction=direction,
        state=state,
        started_at=start.isoformat(),
        ended_at=end.isoformat(),
        remote_number=draw(inside if direction == "internal" else outside),
        local_number=draw(inside),
        forwarded_via=draw(st.none() | st.just("4930999")) if direction == "in" else None,
        name=draw(maybe),
        ring_ms=ring_secs * 1000,
        connected_secs=talk_secs,
        charge=None if charge is None else f"{charge // 100}.{charge % 100:02}",
        charge_cents=charge,
        currency=None if charge is None else "EUR",
        line=draw(st.sampled_from(["T9001", "T7"])),
        account_code=draw(maybe),
        call_id=draw(st.integers(1, 10**9 - 1).map(str)),
        leg=1,
    )


def without(call: CallRecord, *names: str) -> CallRecord:
    return CallRecord(**{**call._asdict(), **dict.fromkeys(names)})


def as_asterisk_has_it(call: CallRecord) -> CallRecord:
    call = without(call, "forwarded_via", "charge", "charge_cents", "currency")
    if call.direction != "in":
        call = without(call, "name")
    return without(call, "line") if call.direction == "internal" else call


def as_freeswitch_has_it(call: CallRecord) -> CallRecord:
    return without(as_asterisk_has_it(call), "line")


def as_beronet_has_it(call: CallRecord) -> CallRecord:
    call = without(as_asterisk_has_it(call), "account_code")
    name = None if set('",') & set(call.name or "") else call.name
    return call._replace(name=name, line=call.line and "SIP")


def as_avaya_has_it(call: CallRecord) -> CallRecord:
    call = call._replace(state="CONN" if call.connected_secs else "RING")
    if call.direction != "internal":
        return without(call, "name")
    return without(call, "line")


def as_fritzbox_has_it(call: CallRecord) -> CallRecord:
    call = without(call, "forwarded_via", "name", "charge", "charge_cents", "currency")
    assert call.started_at
    digits = "".join(c for c in call.started_at if c.isdigit())
    return without(call, "account_code")._replace(
        direction="in" if call.direction == "in" else "out",
        state="CONN" if call.state == "CONN" else "RING",
        call_id=f"{digits}-{(call.call_id or '')[-9:]}",
    )


def as_unify_has_it(call: CallRecord) -> CallRecord:
    call = without(call, "forwarded_via", "name", "currency", "call_id", "leg")
    assert call.line
    return call._replace(
        direction="in" if call.direction == "in" else "out",
        state="CONN" if call.connected_secs else "RING",
        connected_secs=call.connected_secs or None,
        line=call.line.strip("T")[-3:],
    )


def as_oxe_has_it(call: CallRecord) -> CallRecord:
    call = call._replace(state="CONN" if call.connected_secs else "RING")
    return without(call, "name", "currency")


UNSENT_BY_LINES = ("forwarded_via", "name", "charge", "charge_cents", "currency", "call_id", "leg")


def ending_at_a_minute(call: CallRecord) -> CallRecord:
    """The switch sends the end without seconds; the start is that less what is known."""
    assert call.ended_at
    end = datetime.fromisoformat(call.ended_at).replace(second=0)
    start = end - timedelta(seconds=(call.ring_ms or 0) // 1000 + (call.connected_secs or 0))
    return call._replace(started_at=start.isoformat(), ended_at=end.isoformat())


def as_cm_has_it(call: CallRecord) -> CallRecord:
    call = without(call, *UNSENT_BY_LINES, "account_code")
    is_in, line = call.direction == "in", call.line or ""
    is_abandoned = is_in and call.state == "RING"
    return ending_at_a_minute(
        call._replace(
            state=call.state if call.connected_secs or is_in else "RING",
            ring_ms=call.ring_ms if is_abandoned else None,
            line=line[-3:] if is_in else line[-4:] if call.direction == "out" else None,
        )
    )


def as_panasonic_has_it(call: CallRecord) -> CallRecord:
    is_in, is_internal, name = call.direction == "in", call.direction == "internal", call.name
    is_name_sent = is_in and name and len(f"<I>{call.remote_number} {name}") <= 25
    account = (call.account_code or "")[:10].strip() or None
    return ending_at_a_minute(
        without(call, *UNSENT_BY_LINES)._replace(
            state="CONN" if call.connected_secs else "RING",
            name=name if is_name_sent else None,
            ring_ms=call.ring_ms if is_in else None,
            line=None if is_internal else (call.line or "").strip("T")[-2:],
            account_code=account,
        )
    )


def as_mivb_has_it(call: CallRecord) -> CallRecord:
    """The year is not sent: it is one that puts the date near the hint of these tests."""
    assert call.started_at
    start = datetime.fromisoformat(call.started_at)
    nearest = start.replace(year=2023 if (start.month, start.day) > (10, 30) else 2024)
    length = timedelta(seconds=(call.ring_ms or 0) // 1000 + (call.connected_secs or 0))
    sent = without(call, *UNSENT_BY_LINES)._replace(
        started_at=nearest.isoformat(),
        ended_at=(nearest + length).isoformat(),
        call_id=(call.call_id or "")[-8:],
        leg=1,
    )
    return without(sent, "line") if call.direction == "internal" else sent


def as_nec_has_it(call: CallRecord) -> CallRecord:
    """Neither year nor seconds are sent, nor how long it rang; a call has a name or an account."""
    assert call.started_at
    start = datetime.fromisoformat(call.started_at).replace(second=0)
    start = start.replace(year=2023 if (start.month, start.day) > (10, 30) else 2024)
    length = timedelta(seconds=call.connected_secs or 0)
    is_in = call.direction == "in"
    sent = without(call, *(n for n in UNSENT_BY_LINES if n != "name"), "ring_ms", "account_code")
    return sent._replace(
        state="CONN" if call.connected_secs else "RING",
        started_at=start.isoformat(),
        ended_at=(start + length).isoformat() if call.connected_secs else None,
        line=(call.line or "")[-4:],
        name=call.name if is_in and call.connected_secs else None,
        account_code=None if is_in or not call.connected_secs else call.account_code,
    )


def as_inter_tel_has_it(call: CallRecord) -> CallRecord:
    """The year hint of these tests is the date; an internal call is no type of this switch."""
    start = datetime.fromisoformat(f"2024-05-01T{(call.started_at or '')[11:16]}:00")
    ring_secs = (call.ring_ms or 0) // 1000
    end = start + timedelta(seconds=call.connected_secs or ring_secs)
    is_charge_sent = call.charge is not None and len(call.charge) < 6
    sent = without(call, *(() if is_charge_sent else ("charge", "charge_cents")))
    return without(sent, "forwarded_via", "name", "call_id", "leg")._replace(
        direction=None if call.direction == "internal" else call.direction,
        state="CONN" if call.connected_secs else "RING",
        started_at=start.isoformat(),
        ended_at=end.isoformat(),
        local_number=call.local_number if call.connected_secs else None,
        ring_ms=None if call.connected_secs else call.ring_ms,
        currency="$" if is_charge_sent else None,
    )


def as_3cx_has_it(call: CallRecord) -> CallRecord:
    is_name_lost = call.name and "," in call.name
    call = without(call, "currency", "account_code", *(["name"] if is_name_lost else []))
    call = call._replace(started_at=f"{call.started_at}+00:00", ended_at=f"{call.ended_at}+00:00")
    return without(call, "line") if call.direction == "internal" else call


AS_THE_FORMAT_HAS_IT = {
    "3cx": as_3cx_has_it,
    "avaya-cm": as_cm_has_it,
    "inter-tel-axxess": as_inter_tel_has_it,
    "mitel-5000": as_inter_tel_has_it,
    "mitel-mivb": as_mivb_has_it,
    "nec-sl": as_nec_has_it,
    "panasonic": as_panasonic_has_it,
    "alcatel-oxe": as_oxe_has_it,
    "hipath": as_unify_has_it,
    "openscape": as_unify_has_it,
    "asterisk-csv": as_asterisk_has_it,
    "asterisk-ami": as_asterisk_has_it,
    "beronet": as_beronet_has_it,
    "freeswitch-csv": as_freeswitch_has_it,
    "grandstream-ucm": as_asterisk_has_it,
    "avaya-ipo": as_avaya_has_it,
    "fritzbox": as_fritzbox_has_it,
}


@pytest.mark.parametrize("name", SIMULATED)
@given(call=calls())
@settings(max_examples=100, deadline=None)
def test_what_is_simulated_is_read_back(name: str, call: CallRecord) -> None:
    form = registry.get(name)
    assert form.encode is not None
    records = [record.data for record in form.encode(call)]

    (found,) = decode_records(form, options_for(name), records).outcomes

    expected = AS_THE_FORMAT_HAS_IT.get(name, lambda same: same)(call)
    assert found._replace(raw="") == expected
    assert found.raw == b"".join(records).decode()


@pytest.mark.parametrize("name", SIMULATED)
@given(call=calls())
@settings(max_examples=50, deadline=None)
def test_simulated_records_come_in_the_order_of_time(name: str, call: CallRecord) -> None:
    encode = registry.get(name).encode
    assert encode is not None
    times = [record.after_secs for record in encode(call)]

    assert times == sorted(times)
    assert times[-1] == (call.ring_ms or 0) // 1000 + (call.connected_secs or 0)
    assert all(record.data.endswith(b"\n") for record in encode(call))


@pytest.mark.parametrize("name", SIMULATED)
def test_a_call_of_which_little_is_known_can_be_simulated(name: str) -> None:
    form = registry.get(name)
    assert form.encode is not None
    call = a_call(remote_number=None, local_number=None)
    records = [record.data for record in form.encode(call)]

    (found,) = decode_records(form, options_for(name), records).outcomes

    assert isinstance(found, CallRecord)
    assert found.started_at
    assert found.started_at[:19] == "2024-05-01T08:00:00"
