"""Is a citizen's number, a credit code or a telephone number well formed, by its own check alone?

Never judged by a county code: numbers outlive counties (domain.md 2.1). `fold_identifier` runs first everywhere.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from parsers.names import squeeze


class Check(StrEnum):
    VALID = "valid"
    INVALID_CHECK = "invalid_check"  #: right shape, wrong check digit
    MALFORMED = "malformed"  #: wrong length, alphabet or an impossible date
    OTHER_KIND = "other_kind"  #: 15 digits, a foreigner's card, a passport: a person must look


@dataclass(frozen=True)
class Checked:
    """One number after its check. `value` is folded but never masked."""

    value: str
    result: Check
    why: str = ""  #: stable word: length, alphabet, birth_date, check_digit, organisation_code, fifteen_digits …

    @property
    def valid(self) -> bool:
        return self.result is Check.VALID


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"  #: cannot take the video call of 附件4 3.3
    OTHER = "other"


_SEPARATORS: Final = re.compile(r"[-‐‑‒–—―−_.·]")
_CITIZEN_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CITIZEN_CHECKS: Final = "10X98765432"
_PROVINCES: Final = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")

_CREDIT_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I O S V Z
_CREDIT_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"  # GB 11714-1997
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)

_MOBILE: Final = re.compile(r"1[3-9]\d{9}")
_LANDLINE: Final = re.compile(r"(0\d{2,3})?[2-8]\d{6,7}(\d{1,6})?")


def fold_identifier(text: str) -> str:
    """Half-width capitals without spaces, hyphens or invisible signs."""
    return _SEPARATORS.sub("", squeeze(text)).upper()


def check_citizen_id(text: str, *, on: date | None = None) -> Checked:
    """公民身份号码 by GB 11643-1999; `on` is the day after which nobody can be born (None: not asked)."""
    value = fold_identifier(text)
    if len(value) == 18 and value[17] in "×*✕╳":
        value = value[:17] + "X"
    if re.fullmatch(r"\d{15}", value):
        return Checked(value, Check.OTHER_KIND, "fifteen_digits")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        return _not_a_citizen_id(value)
    if value[0] == "9":
        return Checked(value, Check.OTHER_KIND, "foreign_permanent_resident")
    if not _is_birth_date(value[6:14], on):
        return Checked(value, Check.MALFORMED, "birth_date")
    if citizen_check_digit(value[:17]) != value[17]:
        return Checked(value, Check.INVALID_CHECK, "check_digit")
    # An unknown province is odd but no proof against a right check digit: told apart, not refused.
    return Checked(value, Check.VALID, "" if _PROVINCES.match(value) else "unlisted_province")


def citizen_check_digit(first_17: str) -> str:
    """The 18th sign of GB 11643-1999 for 17 digits."""
    total = sum(weight * int(digit) for weight, digit in zip(_CITIZEN_WEIGHTS, first_17, strict=True))
    return _CITIZEN_CHECKS[total % 11]


def check_credit_identifier(text: str) -> Checked:
    """统一社会信用代码 by GB 32100-2015, the inner organisation code by GB 11714-1997.

    A wrong inner digit under a right outer one is `INVALID_CHECK` with `why="organisation_code"`.
    """
    value = fold_identifier(text)
    if re.fullmatch(r"\d{15}", value):
        return Checked(value, Check.OTHER_KIND, "fifteen_digits")  # 注册号 of the old business licence
    if len(value) != 18:
        return Checked(value, Check.MALFORMED, "length")
    if any(sign not in _CREDIT_ALPHABET for sign in value):
        return Checked(value, Check.MALFORMED, "alphabet")
    if not value[2:8].isdecimal():
        return Checked(value, Check.MALFORMED, "region")
    if credit_check_digit(value[:17]) != value[17]:
        return Checked(value, Check.INVALID_CHECK, "check_digit")
    if organisation_check_digit(value[8:16]) != value[16]:
        return Checked(value, Check.INVALID_CHECK, "organisation_code")
    return Checked(value, Check.VALID)


def credit_check_digit(first_17: str) -> str:
    total = sum(weight * _CREDIT_ALPHABET.index(sign) for weight, sign in zip(_CREDIT_WEIGHTS, first_17, strict=True))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def organisation_check_digit(first_8: str) -> str:
    total = sum(
        weight * _ORGANISATION_ALPHABET.index(sign) for weight, sign in zip(_ORGANISATION_WEIGHTS, first_8, strict=True)
    )
    return "0123456789X"[(11 - total % 11) % 11]


def phone_kind(text: str) -> PhoneKind:
    """Ranges are not asked: they move, and too strict tables refuse real numbers (domain.md 2.3)."""
    digits = re.sub(r"[()+]", "", fold_identifier(text))
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and _MOBILE.fullmatch(digits.removeprefix(prefix)):
            return PhoneKind.MOBILE
    if _MOBILE.fullmatch(digits):
        return PhoneKind.MOBILE
    return PhoneKind.LANDLINE if _LANDLINE.fullmatch(digits) else PhoneKind.OTHER


def differing_positions(left: str, right: str) -> tuple[int, ...]:
    """1-based places where two numbers of one length differ; empty when the lengths differ, as then no place tells."""
    a, b = fold_identifier(left), fold_identifier(right)
    if len(a) != len(b):
        return ()
    return tuple(place for place, (x, y) in enumerate(zip(a, b, strict=True), start=1) if x != y)


def _not_a_citizen_id(value: str) -> Checked:
    # Passports and travel permits are letters and 7 to 10 digits; anything of about 18 signs is a botched number.
    if re.fullmatch(r"[A-Z]{1,3}\d{6,10}", value):
        return Checked(value, Check.OTHER_KIND, "passport")
    return Checked(value, Check.MALFORMED, "length" if len(value) != 18 else "alphabet")


def _is_birth_date(digits: str, on: date | None) -> bool:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born.year >= 1900 and (on is None or born <= on)
