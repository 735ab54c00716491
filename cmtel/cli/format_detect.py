"""``cmtel format detect``: which format a file or a feed has, or what layout it may have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cmtel.cli.output import emit_json, emit_table, emit_text, safe, settings, tell
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.bootstrap.sampling import Sample
    from cmtel.services.format_detection import Fit
    from cmtel.services.layout_proposal import TriedProposal

#: Below that a known format does not fit well enough to leave it at that: feeds have bad lines.
_GOOD_SHARE = 0.5
#: Below that it fits by chance, and a proposal that fits better comes first.
_CHANCE_SHARE = 0.3

File = Annotated[
    str | None,
    typer.Argument(help="The file to look at; - is standard input.", show_default=False),
]
Source = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="Listen instead: tcp:HOST:PORT, tcp-listen:HOST:PORT, serial:DEV ... Not stored.",
    ),
]
Secs = Annotated[
    float,
    typer.Option("--secs", min=0.1, help="How long to listen; it ends earlier after 200 lines."),
]
Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="PATH", help="Keep what came in a new file, to import it."),
]
Layout = Annotated[
    bool, typer.Option("--layout", help="Propose a layout also where a known format fits.")
]


def detect(
    file: File = None,
    source: Source = None,
    secs: Secs = 30.0,
    save: Save = None,
    layout: Layout = False,
) -> ExitStatus:
    """Name the formats that fit a file or a live feed, best first.

    Where none fits, a layout is proposed: which field is what, as options and as XML.
    """
    from cmtel.adapters.clock import SystemClock
    from cmtel.formats import registry
    from cmtel.services.format_detection import detect as find_fits

    clock = SystemClock()
    sample = _sample(file, source, secs, save, clock)
    now = clock.now()
    fits = find_fits(map(registry.get, registry.names()), sample.data, now)
    tried = None
    if layout or not fits or fits[0].share < _GOOD_SHARE:
        tried = _proposed(sample, clock)
    return _emit(fits, tried, sample)


def _sample(
    file: str | None, source: str | None, secs: float, save: Path | None, clock: Any
) -> Sample:
    from cmtel.bootstrap.sampling import keep_sample, take_sample
    from cmtel.cli.signals import stopped_by_signals

    if source is not None:
        tell(f"Listening to {source} for up to {secs:g} s. No spool: cmtel keeps nothing of it.")
    with stopped_by_signals(clock):
        sample = take_sample(file, source, secs, clock, tell)
    if save is not None:
        keep_sample(sample, save)
        tell(f"{len(sample.data)} bytes are kept in {save}.")
    return sample


def _proposed(sample: Sample, clock: Any) -> TriedProposal | None:
    from cmtel.formats import registry
    from cmtel.services.layout_proposal import propose_layout

    return propose_layout(registry.get, sample.data, clock.now(), is_cut=sample.is_cut)


def _emit(fits: Sequence[Fit], tried: TriedProposal | None, sample: Sample) -> ExitStatus:
    found = [*fits, *([tried.fit] if tried else [])]
    found.sort(key=lambda fit: fit.share < _CHANCE_SHARE)
    if settings.is_json:
        emit_json([_document(fit, tried, sample) for fit in found])
    elif found:
        rows = [_row(fit, tried) for fit in found]
        emit_table(("format", "decodes", "calls", "skipped", "rejected"), rows)
        if tried:
            _emit_proposal(tried, sample)
    else:
        _tell_nothing(sample)
    return ExitStatus.DONE if found else ExitStatus.FAILURE


def _tell_nothing(sample: Sample) -> None:
    if sample.data:
        tell("No format fits. 'delimited' and 'fixed' take what you describe by --opt fields=...")
    else:
        tell("Nothing came. Some switches want a login first: see docs/sessions.md.")


def _row(fit: Fit, tried: TriedProposal | None) -> tuple[object, ...]:
    name = f"{fit.format_name} (proposed)" if tried and fit is tried.fit else fit.format_name
    return name, f"{fit.share:.1%}", fit.calls, fit.skipped, fit.rejected


def _document(fit: Fit, tried: TriedProposal | None, sample: Sample) -> dict[str, Any]:
    document = {**fit._asdict(), "share": round(fit.share, 4)}
    if tried and fit is tried.fit:
        document["proposal"] = _proposal_document(tried, sample)
    return document


def _proposal_document(tried: TriedProposal, sample: Sample) -> dict[str, Any]:
    from cmtel.services.layout_words import option_words, source_element

    proposal = tried.proposal
    return {
        "options": proposal.options,
        "fields": [field._asdict() for field in proposal.fields],
        "notes": list(proposal.notes),
        "words": option_words(proposal),
        "xml": source_element(proposal, sample.address),
        "examples": [call._asdict() for call in tried.examples],
    }


def _emit_proposal(tried: TriedProposal, sample: Sample) -> None:
    from cmtel.services.layout_words import option_words, source_element

    proposal = tried.proposal
    emit_text("\nProposed layout, from the values of the sample:")
    rows = [(field.place, field.heading, field.name, field.example) for field in proposal.fields]
    unit = "field" if proposal.format_name == "delimited" else "column"
    emit_table((unit, "heading", "is taken as", "example"), rows)
    for note in proposal.notes:
        emit_text(f"  note: {safe(note)}")
    emit_text(
        f"\nFor the settings file:\n\n{_safe_lines(source_element(proposal, sample.address))}"
    )
    emit_text(f"\nFor the command line:\n\n  {safe(option_words(proposal))}")
    emit_text("\nThe first calls, so decoded:\n")
    _emit_examples(tried)


def _emit_examples(tried: TriedProposal) -> None:
    names = ("started_at", "direction", "state", "remote_number", "local_number", "name",
             "ring_ms", "connected_secs", "charge", "line")  # fmt: skip
    used = [
        name for name in names if any(getattr(call, name) is not None for call in tried.examples)
    ]
    emit_table(used, [[getattr(call, name) for name in used] for call in tried.examples])


def _safe_lines(text: str) -> str:
    return "\n".join(safe(line) for line in text.splitlines())
