"""Write tests/data/mails and docs/mails.md anew: ``python -m tests.generate_mails``.

One file for each sample (tests/mail_samples.py), language and form. A test compares them with
what is written now; what changes in a commit is read by a person before it goes in.
"""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

from cmtel.config.languages import LANGUAGES, Language
from cmtel.domain.mails.kinds import MailKind
from tests.mail_samples import SAMPLES, a_test_message, a_writer, an_order

FOLDER = Path(__file__).parent / "data" / "mails"
PAGE = Path(__file__).parents[1] / "docs" / "mails.md"
#: Of the variants of a kind only the text is kept; the HTML is the same template.
_WITH_HTML = (*MailKind, "TEST")


def documents() -> dict[Path, str]:
    """Return every file with its content."""
    made = {PAGE: page()}
    for language in LANGUAGES:
        for name, raw in messages(language).items():
            subject, plain, html = contents(raw)
            made[FOLDER / language / f"{name}.txt"] = f"Subject: {subject}\n\n{plain}"
            if name in _WITH_HTML:
                made[FOLDER / language / f"{name}.html"] = html
    return made


def messages(language: Language) -> dict[str, bytes]:
    """Return all samples in a language, and the test mail."""
    writer = a_writer(language)
    made = {name: writer.render(an_order(name)) for name in SAMPLES}
    return made | {"TEST": a_test_message(language)}


def contents(raw: bytes) -> tuple[str, str, str]:
    """Return subject, plain text and HTML of a message."""
    mail = message_from_bytes(raw, policy=policy.default)
    plain, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    return str(mail["Subject"]), plain, html


def page() -> str:
    """Return the page of the documentation: each kind in English, some in all languages."""
    english = messages("en")
    parts = [_OPENING]
    for kind, told in _KINDS.items():
        parts.append(f"### {kind}\n\n{told}\n\n{_quoted(english[kind])}")
    parts.append(_OTHER_LANGUAGES)
    for language in ("de", "pt-BR"):
        parts.append(f"### In {language}\n")
        parts += [_quoted(messages(language)[name]) + "\n" for name in ("FIRST", "RECOVERED")]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _quoted(raw: bytes) -> str:
    subject, plain, _ = contents(raw)
    return f"```text\nSubject: {subject}\n\n{plain}```"


_OPENING = """# The mails of the notifier

<!-- Made by `python -m tests.generate_mails`; changes made here are lost. -->

What each mail says, as a hotel in São Paulo gets it. Every mail has the same text twice, as plain
text and as HTML (inline styles, one column of at most 600 pixels, nothing loaded from elsewhere).
The language is that of `Mail`, else that of `CmTelNotifier`, else the system's: `en`, `de` or
`pt-BR`. Times are those of the site (`timeZone`); a moment of another day is shown with its day.

The subject begins with prefix, hotel and feed, which stay the same within an incident; what
changes stands at its end. Mails of one incident refer to its first one (`In-Reply-To`,
`References`), so that Outlook, Thunderbird and Apple Mail show them as one conversation; Gmail
demands the same subject for that, and shows them one by one. To sort them by a rule:

| header | content |
|---|---|
| `X-CmTel-Kind` | the kind, as in the headings below; `TEST` for the test mail |
| `X-CmTel-Incident` | the incident; the same for all of its mails |
| `X-CmTel-Seq` | the number of the mail within the incident |
| `X-CmTel-Late` | both times, where a mail was delivered later than 5 minutes after writing |
| `Importance` | `high` for FIRST and BLIND, which open an incident; otherwise there is none |
| `Auto-Submitted`, `X-Auto-Response-Suppress` | so that absence notes do not answer |

A recipient whose server refused his last mail is named at the end of the others' mails.

## The kinds"""

_KINDS = {
    "FIRST": "Charging has stopped. It says where the stream stopped, if cmtel knows that stage of"
    " the way, and what to do about it. The calls that were expected are told in mode `expected`"
    " only.",
    "REPEAT": "It still has. Repeats come until charging is back, somebody acknowledges the"
    " incident, or monitoring is paused.",
    "RECOVERED": "Charging is back. If the notifier was paused or not running then, the mail says"
    " that the times are approximate. An incident that ends because limits were changed says so"
    " in place of this.",
    "BLIND": "The feed cannot be read, so nobody knows whether calls are charged.",
    "RECOVERED_BLIND": "It can be read again.",
    "ACKED": "Somebody has acknowledged the incident (`cmtel notifier ack`); to all others.",
    "PAUSED": "Monitoring was paused while charging was stopped.",
    "RESUMED": "A pause has run out.",
    "STOPPED": "An operator has stopped the service while an incident was open.",
    "JOINING": "To somebody who became a recipient of an open incident, by escalation or a change"
    " of the settings.",
    "REMOVED": "To somebody who is no longer a recipient, or of a feed that is no longer watched.",
    "SUMMARY": "First and closing mail in one, where neither could be delivered in time.",
    "DIGEST": "The daily sign of life.",
    "NOTICE": "The notifier has trouble of its own; to the administrators.",
    "TEST": "`cmtel notifier test-mail`.",
}

_OTHER_LANGUAGES = """## Other languages

The texts are in `cmtel/locales/*/LC_MESSAGES/cmtel.po`. After a change there, or of a text in the
program, `make translations` brings the catalogues up to date and compiles them, and
`python -m tests.generate_mails` writes this page and the samples of the tests anew."""


def main() -> None:
    """Write all of it."""
    for path, content in documents().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
