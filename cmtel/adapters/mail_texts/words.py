"""The language of a mail: sentences, times of the site, durations and numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

from babel import Locale
from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal

from cmtel.config.languages import Language, Translator

#: British: 14:02 and 22 November, as international mail has it.
_LOCALES: dict[Language, str] = {"en": "en_GB", "de": "de", "pt-BR": "pt_BR"}
_DAY_SECS, _HOUR_SECS, _MINUTE_SECS = 86_400, 3600, 60
#: A moment further away than this is shown with its year.
_NEAR = timedelta(days=180)


class Words:
    """Texts in one language and zone; ``now`` is when the mail is written."""

    def __init__(self, translator: Translator, zone: tzinfo, now: datetime) -> None:
        self.language: Language = translator.language
        self.gettext = translator.gettext
        self._ngettext = translator.ngettext
        self._locale = Locale.parse(_LOCALES[self.language])
        self._zone = zone
        self._now = self.local(now)

    def local(self, moment: datetime) -> datetime:
        """Return the moment on the clock of the site."""
        return moment.astimezone(self._zone)

    def ngettext(self, one: str, many: str, count: int, /) -> str:
        """Return the form for ``count``, with ``{count}`` as the language writes numbers."""
        return self._ngettext(one, many, count, count=self.number(count))

    # --- moments -------------------------------------------------------------------------------

    def since(self, moment: datetime) -> str:
        """Return "since 14:02", or with the day if it was another one."""
        time = self.time(moment)
        if self._is_today(moment):
            return self.gettext("since {time}", time=time)
        return self.gettext("since {date}, {time}", date=self._day(moment), time=time)

    def at(self, moment: datetime) -> str:
        """Return "at 14:02", or with the day if it is another one."""
        time = self.time(moment)
        if self._is_today(moment):
            return self.gettext("at {time}", time=time)
        return self.gettext("on {date} at {time}", date=self._day(moment), time=time)

    def until(self, moment: datetime) -> str:
        """Return "until 14:02", or with the day if it is another one."""
        time = self.time(moment)
        if self._is_today(moment):
            return self.gettext("until {time}", time=time)
        return self.gettext("until {date}, {time}", date=self._day(moment), time=time)

    def span(self, start: datetime, end: datetime) -> str:
        """Return "from 14:02 to 15:31", with the days where they matter."""
        is_one_day = self._is_today(start) and self._is_today(end)
        shown = self.time if is_one_day else self._with_day
        return self.gettext("from {start} to {end}", start=shown(start), end=shown(end))

    def short(self, moment: datetime) -> str:
        """Return "14:02", or "Sat, 21 Nov, 22:14" if it is another day."""
        return self.time(moment) if self._is_today(moment) else self._with_day(moment)

    def time(self, moment: datetime) -> str:
        """Return "14:02"."""
        return format_time(self.local(moment), "HH:mm", locale=self._locale)

    def full(self, moment: datetime) -> str:
        """Return "Sun, 22 Nov 2026, 14:02 (UTC+1)": what needs no guess about day or zone."""
        local = self.local(moment)
        date = format_skeleton("yMMMEd", local, locale=self._locale)
        return f"{date}, {self.time(moment)} ({offset(local)})"

    # --- quantities ----------------------------------------------------------------------------

    def duration(self, secs: float) -> str:
        """Return "1 hour 29 minutes": the two largest units, in full."""
        large, *small = (_FULL[unit](self, count) for unit, count in _units(secs))
        return self.gettext("{large} {small}", large=large, small=small[0]) if small else large

    def brief_duration(self, secs: float) -> str:
        """Return "1 h 29 min", for subjects."""
        return " ".join(_BRIEF[unit](self, count) for unit, count in _units(secs))

    def number(self, value: float) -> str:
        """Return "1,234" or "12.4": one decimal at most."""
        return format_decimal(round(value, 1), format="#,##0.#", locale=self._locale)

    def ordinal(self, number: int) -> str:
        """Return "3rd", "3." or "3ª"."""
        if self.language == "de":
            return f"{number}."
        if self.language == "pt-BR":
            return f"{number}ª"
        is_teen = number % 100 in (11, 12, 13)
        return f"{number}{'th' if is_teen else _ENGLISH.get(number % 10, 'th')}"

    def _is_today(self, moment: datetime) -> bool:
        return self.local(moment).date() == self._now.date()

    def _with_day(self, moment: datetime) -> str:
        return f"{self._day(moment)}, {self.time(moment)}"

    def _day(self, moment: datetime) -> str:
        local = self.local(moment)
        skeleton = "MMMEd" if abs(local - self._now) < _NEAR else "yMMMEd"
        return format_skeleton(skeleton, local, locale=self._locale)


def _units(secs: float) -> list[tuple[str, int]]:
    """Return the largest unit that is not 0, and the next one unless that is 0."""
    total = max(0, round(secs))
    if total >= _MINUTE_SECS:
        total = round(total / _MINUTE_SECS) * _MINUTE_SECS
    days, rest = divmod(total, _DAY_SECS)
    hours, rest = divmod(rest, _HOUR_SECS)
    minutes, seconds = divmod(rest, _MINUTE_SECS)
    units = [("day", days), ("hour", hours), ("minute", minutes), ("second", seconds)]
    first = next((index for index, (_, count) in enumerate(units) if count), len(units) - 1)
    return [units[first], *[unit for unit in units[first + 1 : first + 2] if unit[1]]]


#: In the catalogues, and not from CLDR: that lacks some of them in Portuguese.
_FULL: dict[str, Callable[[Words, int], str]] = {
    "day": lambda words, count: words.ngettext("{count} day", "{count} days", count),
    "hour": lambda words, count: words.ngettext("{count} hour", "{count} hours", count),
    "minute": lambda words, count: words.ngettext("{count} minute", "{count} minutes", count),
    "second": lambda words, count: words.ngettext("{count} second", "{count} seconds", count),
}
_BRIEF: dict[str, Callable[[Words, int], str]] = {
    "day": lambda words, count: words.gettext("{count} d", count=count),
    "hour": lambda words, count: words.gettext("{count} h", count=count),
    "minute": lambda words, count: words.gettext("{count} min", count=count),
    "second": lambda words, count: words.gettext("{count} s", count=count),
}
_ENGLISH = {1: "st", 2: "nd", 3: "rd"}


def offset(local: datetime) -> str:
    """Return the distance of a local time from UTC: "UTC", "UTC-3", "UTC+5:30"."""
    minutes = round((local.utcoffset() or timedelta(0)).total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")


def sentence(text: str) -> str:
    """Return ``text`` with a capital at its beginning."""
    return text[:1].upper() + text[1:]
