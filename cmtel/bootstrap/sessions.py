"""From the options of a source, user and secret to the session that its switch wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cmtel.domain.source_address import SourceKind
from cmtel.errors import UsageError
from cmtel.formats.options import bad_value
from cmtel.formats.session import SECRET, USER, Login, OpenLine, Session, check_login

if TYPE_CHECKING:
    from cmtel.config.secret import Secret, SecretRef
    from cmtel.formats.peer import Switch
    from cmtel.formats.seam import Format

#: Kinds whose login is HTTP's, whatever the format.
HTTP_KINDS = frozenset({SourceKind.HTTP, SourceKind.HTTP_LISTEN})

#: Names of source options that are the session's, not the socket's.
_SESSION = "session"


def split_login(
    options: Mapping[str, str], config_path: str | None
) -> tuple[Mapping[str, str], Login]:
    """Return the options without user and secret, and these two, the secret resolved.

    Raises:
        UsageError: The reference is none.
        ConfigError, MissingExtra, AccessDenied: There is no secret behind it.
    """
    from cmtel.bootstrap.secrets import read_reference

    rest = dict(options)
    user, text = rest.pop(USER, None), rest.pop(SECRET, None)
    reference = None if text is None else read_reference(text, config_path)
    return rest, login_of(user, None, reference)


def login_of(user: str | None, password: Secret | None, reference: SecretRef | None) -> Login:
    """Return user and password, from where it is kept.

    Raises:
        ConfigError, MissingExtra, AccessDenied: There is no secret behind the reference.
    """
    from cmtel.bootstrap.config import resolve_password

    secret = resolve_password(password, reference)
    return Login(user, None if secret is None else secret.reveal())


def session_for(
    form: Format, kind: SourceKind, options: Mapping[str, str], login: Login
) -> Session | None:
    """Return what a source of this kind says to the format's switch; None: no kind that talks.

    Raises:
        UsageError: The session has no such option, needs another one, or there is no login.
    """
    if kind is not SourceKind.TCP:
        if login.given and kind not in HTTP_KINDS:
            raise UsageError(
                f"A source of kind {kind} does not log in, so user and secretRef are of no use."
            )
        return None
    whole = _whole_login(options, login)
    if _is_silent(options):
        if whole.given:
            names = ", ".join(sorted(whole.given))
            raise UsageError(f"With session=none, {names} cannot be used.")
        return OpenLine()
    check_login(form.name, form.session, whole)
    return form.session.make(whole) if form.session else OpenLine()


def switch_for(form: Format, options: Mapping[str, str], login: Login) -> Switch | None:
    """Return the other side of the session, for a simulation; None: it says nothing.

    Raises:
        UsageError: The session has no such option.
    """
    whole = _whole_login(options, login)
    if form.session is None or _is_silent(options):
        if whole.given:
            raise UsageError(
                f"The simulated switch of {form.name} has no option '{min(whole.given)}'.",
                hint="It sends to whoever connects.",
            )
        return None
    known = {option.name for option in form.session.options}
    for name in sorted(whole.given - known):
        raise UsageError(f"The simulated switch of {form.name} has no option '{name}'.")
    return form.session.make_switch(whole)


def _whole_login(options: Mapping[str, str], login: Login) -> Login:
    values = {name: value for name, value in options.items() if name != _SESSION}
    return Login(login.user, login.password, values)


def _is_silent(options: Mapping[str, str]) -> bool:
    word = options.get(_SESSION, "auto")
    if word not in ("auto", "none"):
        raise bad_value(_SESSION, word, "It is auto or none.")
    return word == "none"
