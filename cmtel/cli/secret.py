"""``cmtel secret set|list|remove``: passwords, kept outside the settings file."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cmtel.cli.output import emit_json, emit_table, settings, tell
from cmtel.errors import ExitStatus, UsageError

app = typer.Typer(
    name="secret", help="Keep passwords outside the settings file.", no_args_is_help=True
)

Reference = Annotated[
    str,
    typer.Argument(
        metavar="REFERENCE",
        help="file:PATH, cred:NAME, dpapi:NAME or keyring:SERVICE/NAME, as in secretRef.",
    ),
]

#: As much as is read again (adapters/secrets); what is longer is the wrong file.
_MAX_BYTES = 65_536


@app.command("set")
def set_secret(reference: Reference) -> None:
    """Store a secret, read from standard input or typed unseen."""
    from cmtel.bootstrap import secrets
    from cmtel.config.secret import Secret

    found = secrets.read_reference(reference, settings.config_path)
    secrets.check_settable(found)
    secrets.set_secret(found, Secret(_read_value()))
    _emit(str(found), "stored")


@app.command("list")
def list_secrets() -> ExitStatus:
    """List the secrets that the settings use, and whether each is there."""
    from cmtel.bootstrap.secrets import used_secrets

    used = used_secrets(settings.config_path)
    if settings.is_json:
        names = ("setting", "reference", "problem")
        emit_json([{name: getattr(each, name) for name in names} for each in used])
    else:
        rows = [(each.setting, each.reference, each.problem or "there") for each in used]
        emit_table(("setting", "reference", "state"), rows)
    return ExitStatus.CONFIGURATION if any(each.problem for each in used) else ExitStatus.DONE


@app.command("remove")
def remove(reference: Reference) -> None:
    """Forget a secret; it is no error if there is none."""
    from cmtel.bootstrap import secrets

    found = secrets.read_reference(reference, settings.config_path)
    _emit(str(found), "removed" if secrets.remove_secret(found) else "not there")


def _emit(reference: str, state: str) -> None:
    if settings.is_json:
        emit_json({"reference": reference, "state": state})
    else:
        tell(f"{reference} is {state}.")


def _read_value() -> str:
    """Return what standard input has, without its last line end; a terminal is asked unseen."""
    value = _ask() if sys.stdin.isatty() else _read_piped()
    value = value.removesuffix("\n").removesuffix("\r")
    if not value:
        hint = "Type it, or pipe it into the command."
        raise UsageError("No secret was given.", hint=hint)
    if len(value.encode("utf-8")) > _MAX_BYTES or "\0" in value:
        raise UsageError(f"The secret has more than {_MAX_BYTES} bytes, or a NUL.")
    return value


def _read_piped() -> str:
    try:
        return sys.stdin.buffer.read(_MAX_BYTES + 3).decode("utf-8-sig")
    except UnicodeDecodeError:
        # The error itself would show the bytes.
        raise UsageError("The secret on standard input is no UTF-8.") from None


def _ask() -> str:
    from getpass import getpass

    value = getpass("Secret: ", stream=sys.stderr)
    if getpass("Again: ", stream=sys.stderr) != value:
        raise UsageError("The two are not the same; nothing was stored.")
    return value
