"""Numbering plans of countries, from the package phonenumbers.

The package is Google's libphonenumber with its tables of all countries: prefixes, carrier
selection codes, lengths, number ranges, short codes. It is imported when a plan is made.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from cmtel.errors import UsageError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

#: ITU-T E.164 (11/2010), 6.2.1: no more than 15 digits, country code included.
_MAX_DIGITS = 15
#: Longer short codes are not known anywhere; a look at the length saves one at the tables.
_MAX_SHORT_DIGITS = 6
#: Country codes whose numbers grew a digit: what an old number looks like, and the new one. Records
#: and phone books have old ones for years.
#: Source: Anatel, Resolução 553/2010 and its schedule to 2016: a 9 before mobile numbers.
_GREW = {55: (re.compile("([1-9]{2})([689][0-9]{7})"), r"\g<1>9\g<2>")}


class KnownCountries(Collection[str]):
    """The countries that have a plan; the package is imported when one is asked for."""

    def __contains__(self, country: object) -> bool:
        return country in _supported()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(_supported()))

    def __len__(self) -> int:
        return len(_supported())


class CountryNumbers:
    """One country's plan; implements CountryRules."""

    def __init__(self, country: str) -> None:
        """Load the plan of ``country`` (ISO 3166, two capital letters).

        Raises:
            UsageError: There is no plan of such a country.
        """
        from phonenumbers import PhoneMetadata, country_code_for_region

        plan = PhoneMetadata.metadata_for_region(country, None)
        if plan is None:
            raise UsageError(
                f"There is no numbering plan of a country '{country}'.",
                hint="Give its two letters of ISO 3166, such as DE, AT, BR or US.",
            )
        self.national_prefix = plan.national_prefix or ""
        self._has_nationwide = plan.no_international_dialling is not None
        self._country = country
        self._code = country_code_for_region(country)
        self._international = re.compile(plan.international_prefix or "(?!)")
        self._national = re.compile(plan.national_prefix_for_parsing or "(?!)")

    def is_emergency(self, digits: str) -> bool:
        """Whether these call the police, the fire brigade or an ambulance."""
        from phonenumbers import is_emergency_number

        return len(digits) <= _MAX_SHORT_DIGITS and is_emergency_number(digits, self._country)

    def is_short(self, digits: str) -> bool:
        """Whether these are an emergency number or another short code of the voice network."""
        from phonenumbers import PhoneNumber, shortnumberinfo

        if len(digits) > _MAX_SHORT_DIGITS or digits[0] == "0":
            return False
        if self.is_emergency(digits):
            return True
        number, country = PhoneNumber(self._code, int(digits)), self._country
        is_for_texts = shortnumberinfo.is_sms_service_for_region(number, country)
        return not is_for_texts and shortnumberinfo.is_valid_short_number_for_region(
            number, country
        )

    def international(self, digits: str) -> str | None:
        """Return the key of country code and number, if a number can be so long there."""
        return _best([_parsed(f"+{digits}")])

    def prefixed(self, digits: str) -> str | None:
        """Return the key of digits with an international or the national prefix of the country."""
        found = self._international.match(digits)
        after = [digits[found.end() :]] if found else []
        # Where a carrier is to be chosen between 00 and the country code, the switch may do that.
        after += [digits[2:]] if digits.startswith("00") else []
        if after:
            return _best([_parsed(f"+{each}") for each in after])
        return self._after_national_prefix(digits) if self._national.match(digits) else None

    def national(self, digits: str) -> str | None:
        """Return the key of area code and number."""
        return _in_use(_parsed(f"+{self._code}{digits}"))

    def nationwide(self, digits: str) -> str | None:
        """Return the key of a number such as 4004-1234 in Brazil: the same in all its areas."""
        from phonenumbers import can_be_internationally_dialled

        number = _parsed(f"+{self._code}{digits}") if self._has_nationwide else None
        if number is None or can_be_internationally_dialled(number):
            return None
        return _in_use(number)

    def own(self, digits: str, *, only_mobile: bool = False) -> str | None:
        """Return the key of digits that begin with this country's code."""
        from phonenumbers import PhoneNumberType, number_type

        number = _parsed(f"+{digits}") if digits.startswith(str(self._code)) else None
        if number is None or number.country_code != self._code:
            return None
        if only_mobile and number_type(number) != PhoneNumberType.MOBILE:
            return None
        return _in_use(number)

    def _after_national_prefix(self, digits: str) -> str | None:
        """Return the key of a number in use, or of one that could be: the prefix says what it is.

        Digits may begin like the prefix and have none: then nothing is left out of them.
        """
        from phonenumbers import national_significant_number

        number = _parsed(digits, self._country)
        after = "" if number is None else national_significant_number(number)
        if number is None or after == digits:
            return None
        return _in_use(number) or (None if self.is_short(after) else _if_usual(number))


def _supported() -> frozenset[str]:
    from phonenumbers import SUPPORTED_REGIONS

    return frozenset(SUPPORTED_REGIONS)


def _parsed(text: str, country: str | None = None) -> PhoneNumber | None:
    from phonenumbers import NumberParseException, parse

    try:
        found = parse(text, country)
    except NumberParseException:
        return None
    old = _GREW.get(found.country_code or 0)
    if old and old[0].fullmatch(str(found.national_number)):
        found.national_number = int(old[0].sub(old[1], str(found.national_number)))
    return found


def _best(readings: Iterable[PhoneNumber | None]) -> str | None:
    """Return the key of the first reading that is in use, else of the first that is possible.

    Numbers of other countries may be newer than the tables here.
    """
    from phonenumbers import ValidationResult, is_possible_number_with_reason, is_valid_number

    known = [each for each in readings if each is not None]
    possible = ValidationResult.IS_POSSIBLE
    best = [each for each in known if is_valid_number(each)] or [
        each for each in known if is_possible_number_with_reason(each) == possible
    ]
    return _formatted(best[0]) if best else None


def _in_use(number: PhoneNumber | None) -> str | None:
    from phonenumbers import is_valid_number

    return _formatted(number) if number is not None and is_valid_number(number) else None


def _if_usual(number: PhoneNumber) -> str | None:
    """Return the key of a number that is as long as fixed or mobile ones there, in use or not."""
    from phonenumbers import (
        PhoneNumberType,
        ValidationResult,
        is_possible_number_for_type_with_reason,
    )

    reasons = [
        is_possible_number_for_type_with_reason(number, kind)
        for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE)
    ]
    return _formatted(number) if ValidationResult.IS_POSSIBLE in reasons else None


def _formatted(number: PhoneNumber) -> str | None:
    from phonenumbers import PhoneNumberFormat, format_number

    key = format_number(number, PhoneNumberFormat.E164)
    return key if len(key) <= 1 + _MAX_DIGITS else None
