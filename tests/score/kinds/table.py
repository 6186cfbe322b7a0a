"""Which kinds of right and wrong applications are drawn, one mail for each kind and filing?

python -m tests.score.make_samples FOLDER --kinds [--seed 31] [--only WORD …]
"""

import csv
import json
import re
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from mailbot.demo.applications import FILINGS, a_working_time
from mailbot.demo.case import invent
from mailbot.demo.parcel import Parcel
from mailbot.demo.people import Firm, Registry
from parsers.documents.forms import load_forms
from tests.score.kinds.certificates import CERTIFICATE
from tests.score.kinds.containers import CONTAINER
from tests.score.kinds.delivery import DELIVERY
from tests.score.kinds.draft import WAYS, Draft, Flaw, Kinds, Listed
from tests.score.kinds.engagements import ENGAGEMENT
from tests.score.kinds.envelopes import ENVELOPE
from tests.score.kinds.identity import IDENTITY
from tests.score.kinds.letters import LETTER
from tests.score.kinds.periods import PERIOD
from tests.score.kinds.several import SEVERAL

#: 附件1, 附件3, 新增, 更新, 截止 by the engineer, 截止 by the enterprise.
LETTERS = dict(zip("IBAUCF", FILINGS, strict=True))
FORMS = {form.number: form for form in load_forms(None)}
_FIRST_DAY, _DAYS = date(2026, 3, 2), 240


class Town(Registry):
    """More firms than the demo's brands make up, none twice among all mails of a folder."""

    def __init__(self, seed: int, names: set[str]) -> None:
        super().__init__(seed)
        self._names = names

    def firm(self) -> Firm:
        while True:
            firm = super().firm()
            brand = "".join(self.random.sample("江嘉川云天安泰华众信诚达通远联恒盛衡宏瑞", 2))
            name = re.sub(r"^(重庆市?)..", rf"\1{brand}", firm.name)
            if name not in self._names:
                self._names.add(name)
                return replace(firm, name=name)


def _nothing(draft: Draft) -> None:
    """Right in every paper."""


GOOD: Kinds = {f"right, {way}": (filings, _nothing) for way, filings in (("scan", "IAF"), ("photo", "BUC"))}
KINDS: Kinds = GOOD | LETTER | CERTIFICATE | IDENTITY | ENGAGEMENT | PERIOD | ENVELOPE | CONTAINER | DELIVERY | SEVERAL


def plan(kinds: Kinds = KINDS) -> Iterator[tuple[str, str, Flaw]]:
    """Name, filing's letter and flaw, one for each mail: every kind once, then again for its other filings."""
    for turn in range(len(LETTERS)):
        for name, (filings, flaw) in kinds.items():
            if turn < len(filings):
                yield name, filings[turn], flaw


def make(
    folder: Path,
    seed: int,
    label: Callable[[Parcel, str, str | None, str], dict[str, object]],
    only: Collection[str] = (),
    numbers: range | None = None,
) -> None:
    """One mail for each kind and filing. Those of one number are the same whichever others are drawn with them."""
    folder.mkdir(parents=True, exist_ok=True)
    labels: dict[str, object] = {}
    listed: list[Listed] = []
    names: set[str] = set()
    for number, (name, filing, flaw) in enumerate(plan()):
        if (only and not any(word in name for word in only)) or (numbers is not None and number not in numbers):
            continue
        registry = Town(zlib.crc32(f"{seed}/{number}/{name}".encode()), names)
        draft, received = drawn(registry, name, filing, flaw, WAYS[number % len(WAYS)])
        file = f"{number:04}.eml"
        raw = draft.parcel.mail(received)
        for edit in draft.edits:
            raw = edit(raw)
        (folder / file).write_bytes(raw)
        said = label(draft.parcel, received.isoformat(timespec="seconds"), name, draft.way)
        labels[file] = said | {"verdict": draft.parcel.verdicts[0], "verdict_ok": list(draft.parcel.verdicts)}
        listed += draft.listed
    (folder / "labels.json").write_text(json.dumps(labels, ensure_ascii=False, indent=1), encoding="utf-8")
    _write_directory(folder / "enterprises.csv", listed)


def drawn(registry: Registry, name: str, filing: str, flaw: Flaw, way: str) -> tuple[Draft, datetime]:
    rng: Random = registry.random
    received = a_working_time(_FIRST_DAY + timedelta(days=rng.randrange(_DAYS)), rng)
    matter, action, submitted_by = LETTERS[filing]
    facts = invent(registry, matter=matter, action=action, submitted_by=submitted_by, received_on=received.date())
    draft = Draft.of(facts, registry, FORMS, name.removeprefix("right, ") if name in GOOD else way)
    flaw(draft)
    draft.finish(plain=name not in GOOD)
    return draft, received


def _write_directory(file: Path, listed: list[Listed]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("企业名称", "统一社会信用代码", "联系邮箱", "法定代表人", "生效日期"))
        for one in listed:
            writer.writerow(
                (one.name, one.credit_identifier, one.contact_address, one.legal_representative, one.valid_from)
            )
