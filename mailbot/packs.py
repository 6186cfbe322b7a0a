"""Which matters does the office know, by the shipped packs and its own?

One file a matter. An office's file of a shipped key replaces that pack; a file of a new key adds a matter, without a
programmer. Faults are named by file, key and remedy.
"""

from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

from mailbot.errors import ConfigurationError
from mailbot.examination.matter import Matter
from mailbot.examination.rules import KNOWN_CODES
from mailbot.validation import load_model


def load_matters(folder: Path | None = None) -> tuple[Matter, ...]:
    """The shipped matters with the office's own over them, in the order of their annexes.

    Raises ConfigurationError that names every fault of every file.
    """
    with as_file(files("mailbot.examination") / "matters") as shipped:
        matters = _load_folder(shipped)
    if folder is not None:
        matters |= _load_folder(folder)
    _refuse_ambiguous_subjects(matters)
    return tuple(sorted(matters.values(), key=lambda matter: (matter.annex, matter.key)))


def load_pack(file: Path) -> Matter:
    """One pack, checked alone (`mailbot pack check FILE`). Raises ConfigurationError."""
    matter = load_model(Matter, file)
    if faults := list(_unknown_codes(matter, file)):
        raise ConfigurationError("\n".join(faults))
    return matter


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


def _unknown_codes(matter: Matter, file: Path) -> Iterator[str]:
    """A misspelt code in [rules] would silently leave a severity as it was."""
    for code in matter.rules:
        if code not in KNOWN_CODES:
            yield f"{file}: rules.{code}: no finding has this code; use one of the contract's codes"


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
