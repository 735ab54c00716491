"""The seam between what a switch wants to be told over a connection and the socket it is told on.

Some switches send records to whoever connects; others want a login, a request for each record, an
acknowledgement, a sign of life. A session is that talk as a pure state machine: told what came
and what time it is, it says what is to be sent and which bytes belong to records. It opens
nothing and asks no clock. What it says depends only on the bytes, not on how they came in pieces.

The source that runs a session does what a step says in this order: the records are framed and
accepted, durably and with the session's memory in the same transaction; only then ``send`` is
sent. So an acknowledgement never leaves before what it acknowledges is in the spool.

What the session itself hears (prompts, echoes, answers to a login) is no record and never gets
into the spool.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cmtel.errors import UsageError

if TYPE_CHECKING:
    from cmtel.formats.peer import Switch
    from cmtel.formats.seam import FormatOption

#: A login or a greeting that is not answered within this is given up.
ANSWER_SECS = 10.0


class Ending(NamedTuple):
    """Why a session ended by itself; ``detail`` is for ``cmtel status`` and holds no secret."""

    detail: str
    #: The switch does not want this login: trying again soon could lock the account.
    is_refused: bool = False


class Step(NamedTuple):
    """What is to be done now, in the order of the fields."""

    #: Bytes of records, in order.
    records: tuple[bytes, ...] = ()
    #: Each of ``records`` ends a record, whatever its last byte.
    ends_records: bool = False
    #: What :meth:`Session.recall` is to be given after a restart; None: as before.
    memory: str | None = None
    #: To be sent once the records and the memory are accepted.
    send: bytes = b""
    #: The session is over; the connection is to be closed.
    ending: Ending | None = None


class Session(Protocol):
    """The talk with one switch, over all its connections. Times are monotonic seconds."""

    @property
    def is_up(self) -> bool:
        """The switch has let us in (or never asked): records can come."""

    @property
    def due(self) -> float | None:
        """When :meth:`passed` has to be called; None: not before something comes."""

    def recall(self, memory: str) -> None:
        """Go on with the memory of an earlier run; called before the first connection."""

    def connected(self, now: float) -> Step:
        """A new connection was made; what was half said over the one before is forgotten."""

    def received(self, data: bytes, now: float) -> Step:
        """Bytes came."""

    def passed(self, now: float) -> Step:
        """The moment :attr:`due` has come, and nothing else."""

    def closed(self) -> Step:
        """The connection has ended: what was held back belongs to records.

        ``ending`` is what it means if the other side has cut it just now.
        """

    def farewell(self) -> bytes:
        """What is sent before we close by our own wish."""


class OpenLine:
    """Session with a switch that says nothing but records. Also what all sessions begin with."""

    is_up = True
    due: float | None = None

    def recall(self, memory: str) -> None:
        """Nothing is remembered."""

    def connected(self, now: float) -> Step:
        """Nothing is said."""
        return Step()

    def received(self, data: bytes, now: float) -> Step:
        """All are records."""
        return Step(records=(data,))

    def passed(self, now: float) -> Step:
        """Nothing is waited for."""
        return Step()

    def closed(self) -> Step:
        """Nothing is held back."""
        return Step()

    def farewell(self) -> bytes:
        """Nothing is said."""
        return b""


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in, and the session's other options; its text has no password."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> set[str]:
        """The names of the options that were given."""
        names = set(self.values)
        if self.user is not None:
            names.add(USER)
        if self.password is not None:
            names.add(SECRET)
        return names


#: The options that every login may have, under the names of ``--source-opt``.
USER, SECRET = "user", "secretRef"  # the name of an option


@dataclass(frozen=True, slots=True)
class SessionFormat:
    """The session that a format's switch wants: part of ``Format``.

    Attributes:
        says: What is said over the connection, for people.
        options: ``user`` and ``secretRef`` if it has them, and its own ones.
        make: A new session, for one source; raises UsageError on a bad option.
        make_switch: The other side, for ``cmtel simulate switch``; None: with these options
            nothing is said.
    """

    says: str
    options: tuple[FormatOption, ...]
    make: Callable[[Login], Session]
    make_switch: Callable[[Login], Switch | None]


def check_login(name: str, session: SessionFormat | None, login: Login) -> None:
    """Return if the session of format ``name`` has what ``login`` gives, and gets what it needs.

    Raises:
        UsageError: It does not; the hint says what there is.
    """
    known = {option.name: option for option in session.options} if session else {}
    for given in sorted(login.given - known.keys()):
        hint = "; ".join(f"{each.name}: {each.meaning}" for each in known.values())
        raise UsageError(
            f"A connection to {name} has no option '{given}'.",
            hint=hint or "This switch wants no login: it sends to whoever connects.",
        )
    for option in known.values():
        if option.required and option.name not in login.given:
            raise UsageError(
                f"A connection to {name} needs the option '{option.name}'.",
                hint=f"--source-opt {option.name}=...: {option.meaning}.",
            )
    for text in (login.user, login.password):
        if text is not None and not text.isprintable():
            raise UsageError(f"User and password for {name} must have no control characters.")
