"""``cmtel notifier feeds`` and ``explain``: what is watched, and why it is too quiet or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cmtel.cli.notifier_view import local
from cmtel.cli.output import emit_json, emit_pairs, emit_table, emit_text, safe, settings

if TYPE_CHECKING:
    from cmtel.bootstrap.notifier_explain import Explained

app = typer.Typer()

Feed = Annotated[
    str | None, typer.Option("--feed", metavar="F", help="Only this feed, and its parts.")
]


@app.command("feeds")
def feeds() -> None:
    """List what is watched, how it is read, and how it is judged."""
    from cmtel.bootstrap.notifier_explain import explain_feeds

    found = explain_feeds(settings.config_path)
    if settings.is_json:
        emit_json({"feeds": [each.document() for each in found.feeds]})
    else:
        _list(found)


@app.command("explain")
def explain(feed: Feed = None) -> None:
    """Show silence, expected calls, the limit, and when it would fire."""
    from cmtel.bootstrap.notifier_explain import explain_feeds

    found = explain_feeds(settings.config_path, feed)
    if settings.is_json:
        emit_json({"feeds": [each.document() for each in found.feeds]})
        return
    for number, each in enumerate(found.feeds):
        if number:
            emit_text("")
        emit_pairs(_lines(each.document(), found))


def _list(found: Explained) -> None:
    documents = [each.document() for each in found.feeds]
    emit_table(
        ("feed", "reads", "counts", "index", "last call", "mode"),
        [
            (
                d["feed"], d["origin"] or d["error"], d["calls"], _index(d),
                _at(d["last_call_at"], found), _mode(d),
            )
            for d in documents
        ],
    )  # fmt: skip
    for document in documents:
        for line in _notes(document):
            emit_text(safe(f"{document['feed']}: {line}"))


def _notes(document: dict[str, Any]) -> list[str]:
    notes = [document["error"]] if document["error"] else []
    if document["index_ok"] is False:
        notes += [document["index"], *([document["index_cure"]] if document["index_cure"] else [])]
    unwatched = [part for part in document["parts"] if not part["watched"]]
    return notes + [f"{part['value']} is not watched: {part['reason']}" for part in unwatched]


def _lines(document: dict[str, Any], found: Explained) -> dict[str, object]:
    silence, learned = document["silence_secs"], document["records"]
    silent = "" if silence is None else f"{timedelta(seconds=silence)} ({document['verdict']})"
    budget = document["budget_per_month"]
    supported = {True: "", False: " (not yet supported by the history)", None: ""}
    known = {
        "feed": document["feed"],
        "reads": document["origin"],
        "counts": document["calls"],
        "cannot be read": document["error"],
        "mode": _mode(document),
        "now": "open" if document["is_open"] else "closed",
        "last call": _at(document["last_call_at"], found),
        "silence": silent,
        "expected calls": document["expected_calls"],
        "limit": document["limit"],
        "today": None if document["level"] is None else f"{document['level']:.2f} times the usual",
        "fires at": _at(document["alarm_at"], found),
        "learned from": None if learned is None else f"{learned} records",
        "false alarms": None if budget is None else
        f"{budget:.2g} a month{supported[document['is_budget_supported']]}",
        "index": document["index"],
        "cure": document["index_cure"],
    }  # fmt: skip
    return {name: value for name, value in known.items() if value is not None and value != ""}


def _mode(document: dict[str, Any]) -> str:
    if document["is_learning"]:
        return f"{document['mode']}, learning: {timedelta(seconds=document['fixed_secs'])}"
    if document["fixed_secs"] is not None:
        return f"{document['mode']}: {timedelta(seconds=document['fixed_secs'])}"
    return str(document["mode"])


def _index(document: dict[str, Any]) -> str:
    return {True: document["key"] or "yes", False: "MISSING", None: "-"}[document["index_ok"]]


def _at(moment: Any, found: Explained) -> str:
    return local(moment, found.zone) if moment is not None else ""
