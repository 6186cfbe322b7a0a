"""How many of the labelled mails does mailbot judge rightly, and where does it err?

    python -m tests.score.score FOLDER [--cache CACHE] [--only NAME …]

With --cache the pages' readings are kept there: after a change to recognition alone a second run takes seconds.
FOLDER holds *.eml, labels.json and enterprises.csv. The mails go through `mailbot check --json --config` with the
directory imported. The worst error is named first: a right application sent back to its applicant.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Label = Mapping[str, Any]
Told = Mapping[str, Any]
_SERIOUS = ("defect", "doubt")


@dataclass(frozen=True)
class Judgement:
    """One mail: what was told of it against what is right."""

    name: str
    right: Label
    told: Told | None

    @property
    def is_application(self) -> bool:
        return bool(self.right["matter"])

    @property
    def verdict(self) -> str | None:
        return self.told["verdict"] if self.told else None

    @property
    def verdict_is_right(self) -> bool:
        return self.verdict in self.right["verdict_ok"]

    @property
    def wrongly_returned(self) -> bool:
        return self.verdict == "correction" and not self.verdict_is_right

    @property
    def wrongly_passed(self) -> bool:
        return self.verdict == "complete" and not self.verdict_is_right

    @property
    def handed_without_need(self) -> bool:
        return self.is_application and self.verdict == "referred" and self.right["verdict"] != "referred"

    @property
    def names_the_filing(self) -> bool:
        """A wrong subject may leave it open."""
        if self.told is None or "subject_malformed" in self.right["codes"]:
            return self.told is not None
        return all(self.told[key] == self.right[key] for key in ("matter", "action", "submitted_by"))

    def codes(self, *severities: str) -> set[str]:
        return {one["code"] for one in (self.told or {}).get("findings", ()) if one["severity"] in severities}

    @property
    def named(self) -> set[str]:
        return set(self.right["codes"]) & self.codes(*_SERIOUS)

    @property
    def missed(self) -> set[str]:
        return set(self.right["codes"]) - self.named

    @property
    def false_defects(self) -> set[str]:
        """Certain, told to the applicant, and not so."""
        if not self.is_application or "*" in self.right["may"]:
            return set()
        return self.codes("defect") - set(self.right["codes"]) - set(self.right["may"])

    def faults(self) -> Iterator[str]:
        if self.told is None:
            yield "not answered"
            return
        if not self.verdict_is_right:
            yield f"{self.verdict} instead of {'/'.join(self.right['verdict_ok'])}"
        if self.is_application and not self.names_the_filing:
            yield f"filing told as {self.told['matter']}/{self.told['action']}/{self.told['submitted_by']}"
        if self.is_application and self.missed:
            yield f"missed {', '.join(sorted(self.missed))}"
        if self.false_defects:
            yield f"false {', '.join(sorted(self.false_defects))}"
        if self.handed_without_need and self.verdict_is_right:
            yield f"handed over for {', '.join(sorted(self.codes('doubt')))}"


@dataclass(frozen=True)
class Score:
    """All mails of a folder."""

    judgements: tuple[Judgement, ...]

    def count(self, what: str) -> int:
        return sum(bool(getattr(one, what)) for one in self.judgements)

    @property
    def applications(self) -> tuple[Judgement, ...]:
        return tuple(one for one in self.judgements if one.is_application)

    @property
    def labelled_codes(self) -> int:
        return sum(len(one.right["codes"]) for one in self.applications)

    @property
    def named_codes(self) -> int:
        return sum(len(one.named) for one in self.applications)

    @property
    def false_defects(self) -> int:
        return sum(len(one.false_defects) for one in self.judgements)

    def lines(self) -> Iterator[str]:
        applications = self.applications
        rows = (
            ("mails", len(self.judgements), None),
            ("wrongly returned (a right application sent back)", self.count("wrongly_returned"), None),
            ("wrongly passed (a defect not seen)", self.count("wrongly_passed"), None),
            ("verdict right", self.count("verdict_is_right"), len(self.judgements)),
            ("handed to a person without need", self.count("handed_without_need"), len(applications)),
            ("filing named", sum(one.names_the_filing for one in applications), len(applications)),
            ("defects and doubts named", self.named_codes, self.labelled_codes),
            ("false defects", self.false_defects, None),
        )
        for words, number, of in rows:
            share = f" of {of} ({100 * number / of:.1f} %)" if of else ""
            yield f"{words:50}{number:5}{share}"
        for one in self.judgements:
            if faults := "; ".join(one.faults()):
                yield f"  {one.name}: {faults}  [{', '.join(one.right['variants'])}]"


_CONFIGURATION = """
[office]
name = "审核中心"
[[mailbox]]
address = "cqjtgjzx@vip.163.com"
matters = ["firm_information", "engineer_information"]
imap_host = "127.0.0.1"
smtp_host = "127.0.0.1"
authserv_id = "mx.vip.163.com"
[[mailbox]]
address = "cqjtzjzd@vip.163.com"
matters = ["engineer_track_record", "firm_track_record"]
imap_host = "127.0.0.1"
smtp_host = "127.0.0.1"
authserv_id = "mx.vip.163.com"
[directory]
max_age_days = 3650
"""


def score(folder: Path, *, cache: Path | None = None, only: Collection[str] = ()) -> Score:
    """Judges every mail of the folder, or those named. Raises CalledProcessError when mailbot fails."""
    labels: dict[str, Label] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    labels = {name: label for name, label in labels.items() if not only or Path(name).stem in only}
    with tempfile.TemporaryDirectory(prefix="mailbot-score-") as work:
        config = Path(work) / "config.toml"
        kept = f'[reading]\ncache = "{cache.resolve()}"\n' if cache else ""
        config.write_text(_CONFIGURATION + kept, encoding="utf-8")
        _mailbot("directory", "import", str(folder / "enterprises.csv"), "--config", str(config))
        mails = [str(folder / name) for name in sorted(labels)]
        out = _mailbot("check", "--json", "--config", str(config), *mails)
    told = {Path(one["file"]).name: one for one in map(json.loads, out.splitlines())}
    return Score(tuple(Judgement(name, right, told.get(name)) for name, right in sorted(labels.items())))


def _mailbot(*arguments: str) -> str:
    """With -m, so that the code in the working directory is judged and no installed copy of it."""
    command = [sys.executable, "-m", "mailbot", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cache", type=Path, help="keep the pages' readings here, for the next run")
    parser.add_argument("--only", nargs="*", default=(), metavar="NAME", help="these mails alone, named without .eml")
    options = parser.parse_args()
    for line in score(options.folder, cache=options.cache, only=options.only).lines():
        print(line)


if __name__ == "__main__":
    main()
