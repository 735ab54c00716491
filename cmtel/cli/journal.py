"""``cmtel journal``: each part of the group is a module whose commands are added here."""

from __future__ import annotations

import typer

from cmtel.cli import (
    journal_ingest,
    journal_pause,
    journal_price,
    journal_prune,
    journal_spool,
    journal_table,
    journal_view,
    service_verbs,
)

app = typer.Typer(
    name="journal",
    help="Make, fill and read the journal table.",
    no_args_is_help=True,
)
# An app without a name adds its commands to this group, not a group below it.
app.add_typer(journal_table.app)
app.add_typer(journal_ingest.app)
app.add_typer(journal_spool.app)
app.add_typer(journal_view.app)
app.add_typer(journal_price.app)
app.add_typer(service_verbs.verbs_of("journal"))
app.add_typer(journal_pause.app)
app.add_typer(journal_prune.app)
