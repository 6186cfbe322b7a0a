"""What do the blank commitment letters (承诺保证书) say, word for word?

A form is data: one TOML file with its number, title, footnote and, for each party, heading, text and places to sign.
`{name}` in a text marks a blank, `□` an option to tick. The office's own folder replaces a shipped form of the same
number or adds one.
"""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

SHIPPED: Final = Path(__file__).parent / "forms"

_BLANK: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_SIGN: Final = re.compile(r"(?P<label>[^{}]+)\{(?P<place>[a-z0-9_+]+)\}")
_KEYS: Final = frozenset({"form", "source", "title", "footnote", "party"})
_PARTY_KEYS: Final = frozenset({"heading", "text", "sign"})
#: Whose signature stands at which label; another label stands for itself.
_ROLES: Final = {
    "法定代表人": "legal_representative",
    "承办人": "handler",
    "业绩登记申请人": "engineer",
    "从业登记申请人": "engineer",  # I21: the same person under another word
    "监理工程师": "engineer",
}


class FormError(ValueError):
    """A form file that cannot be used; the message names file and key and says what would be right."""


class Source(StrEnum):
    OFFICIAL = "official"  #: the office's own words: deviations are defects
    RECONSTRUCTED = "reconstructed"  #: a working text (I03): deviations are doubts (contract.md 3, rule 2)


@dataclass(frozen=True)
class SignPlace:
    """One line under a party's text."""

    label: str  #: without the colon: 法定代表人
    role: str | None  #: who signs here; None: nobody does, `blank` is filled
    seal: bool = False  #: the firm's seal belongs here
    blank: str | None = None  #: e.g. "phone"


@dataclass(frozen=True)
class Party:
    heading: str  #: stands in the left column of the table
    text: str
    sign: tuple[SignPlace, ...]

    @property
    def blanks(self) -> tuple[str, ...]:
        """Names in the order they stand; a name may come twice."""
        own = tuple(_BLANK.findall(self.text))
        return own + tuple(place.blank for place in self.sign if place.blank)


@dataclass(frozen=True)
class Form:
    """承诺保证书 before anything is written on it."""

    number: str  #: "4-1-1"
    source: Source
    title: tuple[str, ...]
    footnote: str
    parties: tuple[Party, ...]

    @property
    def reconstructed(self) -> bool:
        return self.source is Source.RECONSTRUCTED

    @property
    def blanks(self) -> tuple[str, ...]:
        """Every blank once, in order."""
        return tuple(dict.fromkeys(name for party in self.parties for name in party.blanks))

    @property
    def signers(self) -> tuple[str, ...]:
        return tuple(place.role for party in self.parties for place in party.sign if place.role)

    @property
    def has_options(self) -> bool:
        return any("□" in party.text for party in self.parties)

    @property
    def has_seal(self) -> bool:
        return any(place.seal for party in self.parties for place in party.sign)


def load_forms(folder: Path | None = None) -> tuple[Form, ...]:
    """The shipped forms, those of `folder` over them, in the order of their numbers.

    Raises FormError for a file that is no form, or two files of one folder with the same number.
    """
    forms = {form.number: form for form in _read_folder(SHIPPED)}
    if folder is not None:
        if not folder.is_dir():
            raise FormError(f"{folder}: no such folder of forms")
        forms |= {form.number: form for form in _read_folder(folder)}
    return tuple(forms[number] for number in sorted(forms))


@cache
def shipped_forms() -> tuple[Form, ...]:
    return load_forms()


def _read_folder(folder: Path) -> tuple[Form, ...]:
    files = sorted(folder.glob("*.toml"))
    forms = tuple(_read_form(file) for file in files)
    twice = [number for number, count in Counter(form.number for form in forms).items() if count > 1]
    if twice:
        raise FormError(f"{folder}: form {twice[0]} stands in two files; keep one")
    return forms


def _read_form(file: Path) -> Form:
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FormError(f"{file}: not readable as TOML in UTF-8: {error}") from error
    _only(raw, _KEYS, str(file))
    try:
        source = Source(raw.get("source", ""))
    except ValueError:
        raise FormError(f"{file}: source: must be official or reconstructed, not {raw.get('source')!r}") from None
    parties = raw.get("party")
    if not isinstance(parties, list) or not parties:
        raise FormError(f"{file}: party: at least one [[party]] table is needed")
    return Form(
        number=_text(raw, "form", str(file)),
        source=source,
        title=_texts(raw, "title", str(file)),
        footnote=_text(raw, "footnote", str(file)),
        parties=tuple(_read_party(party, f"{file}: party {n}") for n, party in enumerate(parties, start=1)),
    )


def _read_party(raw: Any, where: str) -> Party:
    if not isinstance(raw, dict):
        raise FormError(f"{where}: must be a [[party]] table")
    _only(raw, _PARTY_KEYS, where)
    text = _text(raw, "text", where)
    for name in _BLANK.findall(text):
        if not _NAME.fullmatch(name):
            raise FormError(f"{where}: text: blank {{{name}}} must be named in small letters, digits and _")
    if re.search(r"[{}]", _BLANK.sub("", text)):
        raise FormError(f"{where}: text: a brace without its partner")
    return Party(
        heading=_text(raw, "heading", where),
        text=text.strip(),
        sign=tuple(_read_sign(line, where) for line in _texts(raw, "sign", where)),
    )


def _read_sign(line: str, where: str) -> SignPlace:
    match = _SIGN.fullmatch(line.strip())
    if match is None:
        raise FormError(f"{where}: sign: {line!r} must read 'label：{{signature}}' or 'label：{{blank}}'")
    label = match["label"].strip().rstrip("：:")
    parts = set(match["place"].split("+"))
    if "signature" in parts:
        if parts - {"signature", "seal"}:
            raise FormError(f"{where}: sign: {line!r}: only +seal may follow signature")
        return SignPlace(label, _ROLES.get(label, label), seal="seal" in parts)
    if len(parts) > 1:
        raise FormError(f"{where}: sign: {line!r}: one blank a line")
    return SignPlace(label, None, blank=match["place"])


def _only(raw: dict[str, Any], keys: frozenset[str], where: str) -> None:
    if unknown := sorted(raw.keys() - keys):
        raise FormError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(sorted(keys))}")


def _text(raw: dict[str, Any], key: str, where: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise FormError(f"{where}: {key}: must be a text and not empty")
    return value.strip()


def _texts(raw: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = raw.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(item, str) and item.strip() for item in value):
        raise FormError(f"{where}: {key}: must be a list of texts and not empty")
    return tuple(item.strip() for item in value)
