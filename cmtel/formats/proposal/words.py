"""Words that tell what a field is: headings, directions and states, in many languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

#: Headings by the field that they name; German, English, Portuguese and Spanish.
_HEADINGS = {
    "datetime": "datetime zeitpunkt datumzeit datumuhrzeit datahora fechahora timestamp when start "
    "startzeit starttime beginn inicio callstart calltime zeitstempel",
    "end-datetime": "end ende endzeit endtime endezeit fim termino fin callend",
    "answer-datetime": "answer answertime connect connecttime atendimento annahme verbunden",
    "date": "date datum data dia fecha tag calldate startdate",
    "time": "time uhrzeit zeit hora clock uhr tod",
    "connected": "duration dauer duracao duracion verbdauer verbdauersec verbindungsdauer secs "
    "seconds sekunden segundos billsec gesprachsdauer gesprachszeit gespraechsdauer tempo length "
    "dur elapsed talk talktime conversacao tempoconversacao sec",
    "ring": "ring ringtime ringing rufdauer rufdauerms rufzeit klingeldauer toque tempotoque "
    "espera wait waittime ringsecs ringms",
    "remote_number": "number nummer rufnummer numero telefone telefon phone remote num "
    "remotenumber telefonnummer gegenstelle digits dialed dialled dialednumber "
    "dialeddigits numerodiscado discado externa fremdnummer phonenumber telno",
    "caller": "caller from callerid cli source src anrufer origem originador calling ani "
    "callingnumber von de origen clip chamador",
    "called": "called to destination dst ziel destino angerufener calledno callednumber an para "
    "chamado dest",
    "local_number": "extension ext nebenstelle ramal local lokalerufnummer durchwahl station "
    "teilnehmer eigenenummer msn interno extno localnumber stn nst anexo",
    "forwarded_via": "weitergeleitet forwarded redirected desvio transferido via umgeleitet",
    "direction": "direction dir richtung inout sentido tipo type typ direcao direccion es ea",
    "state": "state status verbzustand zustand result res situacao disposition estado resultado",
    "name": "name nome nombre who callername",
    "charge": "cost kosten gebuhr gebuhren gebuehr gebuehren charge valor custo preco price betrag "
    "amount importe costo",
    "currency": "currency wahrung waehrung moeda moneda cur",
    "line": "line trunk leitung linha tronco co amt trk linie troncal",
    "account_code": "account accountcode konto conta projekt project acc cuenta centrodecusto",
    "call_id": "id callid uniqueid lfd lfdnr seq sequence uuid recordid",
}  # fmt: skip
_BY_HEADING = {word: name for name, words in _HEADINGS.items() for word in words.split()}

#: Words for directions; only those of one row are used together.
_DIRECTIONS: tuple[Mapping[str, str], ...] = (
    {"in": "in", "out": "out", "int": "internal", "internal": "internal"},
    {"i": "in", "o": "out", "int": "internal", "t": "internal"},
    {"inc": "in", "incoming": "in", "inbound": "in", "outgoing": "out", "outbound": "out",
     "out": "out", "internal": "internal"},
    {"e": "in", "s": "out", "i": "internal"},
    {"ent": "in", "sai": "out", "int": "internal"},
    {"entrada": "in", "saida": "out", "interna": "internal", "interno": "internal"},
    {"entrante": "in", "saliente": "out", "sainte": "out", "interna": "internal"},
    {"recebida": "in", "realizada": "out", "efetuada": "out", "originada": "out",
     "interna": "internal"},
    {"k": "in", "g": "out", "i": "internal"},
    {"e": "in", "a": "out", "i": "internal"},
    {"ein": "in", "aus": "out", "int": "internal", "intern": "internal"},
    {"kommend": "in", "gehend": "out", "abgehend": "out", "intern": "internal"},
    {"ankommend": "in", "eingehend": "in", "ausgehend": "out", "abgehend": "out",
     "intern": "internal"},
    {"<-": "in", "->": "out", "<>": "internal"},
    {"<": "in", ">": "out"},
)  # fmt: skip
#: Words for states, in any mixture.
_STATE_WORDS = {
    "CONN": "conn connected answered answer ans ok verbunden angenommen atendida atendido sucesso "
    "erfolgreich completed normal",
    "RING": "ring rang noanswer noans na unanswered missed verpasst nichtangenommen perdida "
    "perdido naoatendida naoatendido cancel cancelled canceled failed abandoned unbeantwortet "
    "falha nichterreicht",
    "BUSY": "busy bsy besetzt ocupado ocupada",
}
_STATES = {word: state for state, words in _STATE_WORDS.items() for word in words.split()}


def heading_field(heading: str) -> str | None:
    """Return the name of the field that a heading names; None if it is none of those known."""
    word = _plain(heading)
    return _BY_HEADING.get(word.removeprefix("journal")) if word else None


def direction_map(values: Iterable[str], *, is_named: bool) -> dict[str, str] | None:
    """Return what each word of a direction field means; None if they are no directions.

    A single word proves nothing, unless it is a long one or the heading names the field.
    """
    known = sorted({value for value in values if value})
    for row in _DIRECTIONS:
        found = {word: row[_folded(word)] for word in known if _folded(word) in row}
        is_whole = len(found) == len(known) or (is_named and len(found) == len(known) - 1 > 1)
        if known and is_whole:
            is_proof = len(set(found.values())) > 1 or len(known[0]) > 3
            return found if is_named or is_proof else None
    return None


def state_map(values: Iterable[str]) -> dict[str, str] | None:
    """Return what each word of a state field means; None if one of them is unknown."""
    known = sorted({value for value in values if value})
    found = {word: _STATES[_plain(word)] for word in known if _plain(word) in _STATES}
    is_map = bool(known) and len(found) == len(known) and not any("," in word for word in known)
    return found if is_map else None


def option_of(mapping: Mapping[str, str]) -> str:
    """Return a mapping as the value of ``direction-map`` or ``state-map``; empty if not needed."""
    needed = {word: value for word, value in mapping.items() if word != value}
    return ",".join(f"{word}={value}" for word, value in needed.items())


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _plain(text: str) -> str:
    return re.sub("[^a-z]", "", _folded(text))
