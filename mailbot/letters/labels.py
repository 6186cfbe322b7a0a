"""What are the ledger's stable words called in Chinese? One place for the sheets, the figures and the lists.

templates/labels.toml holds the names by kind of word; an office's own file of that name in its templates folder is laid
over it. Matters are named by their packs.
"""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from mailbot.errors import ConfigurationError
from mailbot.examination.matter import Matter

_FILE = "labels.toml"


class Labels:
    """Names of stable words; a word that has none (an office's own code) is shown as it is."""

    def __init__(
        self, own_templates: Path | None = None, *, matters: Iterable[Matter] = (), reviewers: Mapping[str, str] = {}
    ) -> None:
        """`reviewers`: address → name, from the roster."""
        self._names = _table((files("templates") / _FILE).read_text("utf-8"), _FILE)
        if own_templates and (own := own_templates / _FILE).is_file():
            for kind, names in _table(own.read_text("utf-8"), str(own)).items():
                self._names[kind] = {**self._names.get(kind, {}), **names}
        self._names["matter"] = {matter.key: matter.name for matter in matters}
        self._names["reviewer"] = {address.lower(): name for address, name in reviewers.items()}

    def __call__(self, kind: str, word: str) -> str:
        return self._names.get(kind, {}).get(word.lower() if kind == "reviewer" else word, word)

    def known(self, kind: str) -> frozenset[str]:
        """The words of that kind that have a name."""
        return frozenset(self._names.get(kind, {}))


def _table(text: str, name: str) -> dict[str, dict[str, str]]:
    """Raises ConfigurationError: the file is the office's own to edit."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{name}: {error}; compare with the shipped file") from error
    for kind, names in table.items():
        if not (isinstance(names, dict) and all(isinstance(one, str) for one in names.values())):
            raise ConfigurationError(f'{name}: [{kind}]: each line is word = "name"')
    return table
