"""Which matters does the office know, by the shipped packs and its own?

One file a matter. An office's file of a shipped key replaces that pack; a file of a new key adds a matter, without a
programmer. Faults are named by file, key and remedy.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from importlib.resources import as_file, files
from pathlib import Path

from mailbot.errors import ConfigurationError
from mailbot.examination.feedback import LetterKind
from mailbot.examination.matter import Matter
from mailbot.examination.rules import KNOWN_CODES
from mailbot.office.validation import load_model


def load_matters(folder: Path | None = None) -> tuple[Matter, ...]:
    """The shipped matters with the office's own over them, in the order of their annexes.

    Raises ConfigurationError that names every fault of every file.
    """
    with as_file(files("mailbot.examination") / "matters") as shipped:
        matters = _load_folder(shipped)
    if folder is not None:
        matters |= _load_folder(folder)
    _refuse_ambiguous_subjects(matters)
    return _in_order(matters)


def load_pack(file: Path) -> Matter:
    """One pack, checked alone (`mailbot pack check FILE`). Raises ConfigurationError."""
    matter = load_model(Matter, file)
    if faults := list(_unknown_names(matter, file)):
        raise ConfigurationError("\n".join(faults))
    return matter


def with_pack(matters: tuple[Matter, ...], pack: Matter) -> tuple[Matter, ...]:
    """The matters with this pack in the place of the one of its key, or added. Raises ConfigurationError."""
    changed = {matter.key: matter for matter in matters} | {pack.key: pack}
    _refuse_ambiguous_subjects(changed)
    return _in_order(changed)


def refuse_unknown_forms(matters: Iterable[Matter], known: Iterable[str]) -> None:
    """A letter can only be compared with a form that is there. Raises ConfigurationError."""
    numbers = frozenset(known)
    for matter in matters:
        for filing in matter.filings:
            if filing.letter_form is not None and filing.letter_form not in numbers:
                raise ConfigurationError(
                    f"{matter.key}: filing.documents.form: there is no form {filing.letter_form!r}; known are "
                    f"{', '.join(sorted(numbers))}; put a file with it into forms.directory"
                )


def _load_folder(folder: Path) -> dict[str, Matter]:
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: folders.packs: no such folder; create it or leave the key out")
    matters: dict[str, Matter] = {}
    faults = []
    for file in sorted(folder.glob("*.toml")):
        try:
            matter = load_pack(file)
        except ConfigurationError as error:
            faults.append(str(error))
            continue
        if matter.key in matters:
            faults.append(f"{file}: key: {matter.key!r} stands in another file of {folder} too; keep one file a matter")
        matters[matter.key] = matter
    if faults:
        raise ConfigurationError("\n".join(faults))
    return matters


def _unknown_names(matter: Matter, file: Path) -> Iterator[str]:
    """A misspelt name would silently leave a severity, a clause or a letter as it was."""
    for code in matter.rules:
        if code not in KNOWN_CODES:
            yield f"{file}: rules.{code}: no finding has this code; {_meant(code, KNOWN_CODES)}"
    for kind in matter.letters:
        if kind not in set(LetterKind):
            yield f"{file}: letters.{kind}: there is no such letter; {_meant(kind, LetterKind)}"
    tables = [("clauses", matter.clauses)]
    tables += [(f"filing[{number}].clauses", one.clauses) for number, one in enumerate(matter.filings, start=1)]
    for table, clauses in tables:
        for code in clauses:
            if code != matter.key and not any(f"{known}_".startswith(f"{code}_") for known in KNOWN_CODES):
                yield f"{file}: {table}.{code}: no finding's code begins so; {_meant(code, KNOWN_CODES)}"


def _meant(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else "docs/packs.md lists them"


def _refuse_ambiguous_subjects(matters: dict[str, Matter]) -> None:
    """Two matters in force at once must not share one subject line: nobody could tell which is meant."""
    lines: dict[str, str] = {}
    for matter in matters.values():
        for filing in matter.filings:
            other = lines.setdefault(filing.subject.line, matter.key)
            if other != matter.key:
                raise ConfigurationError(
                    f"{matter.key}: filing.subject.line: {filing.subject.line!r} is the line of {other} too; "
                    "give each matter its own"
                )


def _in_order(matters: dict[str, Matter]) -> tuple[Matter, ...]:
    return tuple(sorted(matters.values(), key=lambda matter: (matter.annex, matter.key)))
