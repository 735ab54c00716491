"""What the services are called in the system's list, in the language of the settings.

Source: the original's display name, "Serviço de Notificação do Sistema de Telefonia".
"""

from __future__ import annotations

_TITLES = {
    ("notifier", "pt-BR"): "cmtel: Serviço de Notificação do Sistema de Telefonia",
    ("notifier", "de"): "cmtel: Benachrichtigungsdienst der Telefonanlage",
    ("notifier", "en"): "cmtel: Notification Service of the Telephone System",
    ("journal", "pt-BR"): "cmtel: Serviço de Registro de Chamadas",
    ("journal", "de"): "cmtel: Anrufjournal",
    ("journal", "en"): "cmtel: Call Journal",
}
_DESCRIPTIONS = {
    ("notifier", "pt-BR"): "Avisa por e-mail quando não está ocorrendo tarifação, e quando volta.",
    ("notifier", "de"): "Meldet per E-Mail, wenn keine Gespräche mehr erfasst werden, und wann "
    "wieder.",
    ("notifier", "en"): "Mails when call charging has stopped, and when it is back.",
    ("journal", "pt-BR"): "Grava os bilhetes da central telefônica no banco de dados.",
    ("journal", "de"): "Schreibt die Gesprächsdaten der Telefonanlage in die Datenbank.",
    ("journal", "en"): "Writes the call records of the switch into the database.",
}


def service_title(job: str, language: str | None) -> str:
    """Return the display name of the notifier or the journal; English if none is known."""
    return _TITLES.get((job, language or "en"), _TITLES[job, "en"])


def service_description(job: str, language: str | None) -> str:
    """Return the description of the notifier or the journal; English if none is known."""
    return _DESCRIPTIONS.get((job, language or "en"), _DESCRIPTIONS[job, "en"])
