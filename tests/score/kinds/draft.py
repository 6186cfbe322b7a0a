"""How is one mail of a kind packed: which looks have its papers, and what does the directory say of its firm?"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

from mailbot.demo import cards, letters, screens, statements
from mailbot.demo.case import Facts
from mailbot.demo.parcel import MAILBOXES, Parcel, insurance
from mailbot.demo.people import Person, Project, Registry
from mailbot.demo.sheet import Sheet, jpeg, pdf, pdf_of_pictures
from parsers.documents.forms import Form
from tests.score import paper_variety, variety
from tests.score.variety_letters import a_look

#: How letters travel; the first has a text layer, the others are pictures.
WAYS = ("digital", "scan", "photo", "dpi150", "scan+jpeg40", "skew", "scan+lying")
#: A subject or a paper that names another firm makes other things follow.
OF_FIRM = ("firm_unknown", "author_not_registered", "firm_not_copied", "insurance_wrong_employer")
#: Stands for a paper that `finish` draws, unless a flaw has drawn or dropped it.
_UNDRAWN = ("", b"")


@dataclass(frozen=True)
class Listed:
    """One row of the directory."""

    name: str
    credit_identifier: str
    contact_address: str
    legal_representative: str = ""
    valid_from: str = "2024-01-01"


@dataclass
class Draft:
    """A parcel with what a kind may change besides its papers."""

    parcel: Parcel
    way: str  #: how the letter travels
    listed: list[Listed]
    edits: list[Callable[[bytes], bytes]] = field(default_factory=list)  #: what is done to the packed mail

    @classmethod
    def of(cls, facts: Facts, registry: Registry, forms: Mapping[str, Form], way: str) -> "Draft":
        """Every paper that the filing asks for, none of them drawn yet."""
        firm, by_engineer = facts.firm, facts.submitted_by == "engineer"
        copies = (firm.contact_address,) if by_engineer else ()
        parcel = Parcel(facts, registry, forms, facts.subject, facts.sender, MAILBOXES[facts.matter], copies)
        kinds = ["letter"] if by_engineer else ["letter", "insurance"]
        if facts.matter == "engineer_track_record":
            kinds += ["municipal", "national", "card", "in_hand"] if by_engineer else ["municipal", "explanation"]
        parcel.papers.update(dict.fromkeys(kinds, _UNDRAWN))
        row = Listed(firm.name, firm.credit_identifier, firm.contact_address, firm.legal_representative.name)
        return cls(parcel, way, [row])

    def finish(self, *, plain: bool = True) -> None:
        """Draws what is still asked for with nothing wrong; `plain` as the demo does, so that the flaw alone is odd."""
        for kind in [kind for kind, paper in self.parcel.papers.items() if paper is _UNDRAWN]:
            if plain:
                self._plain(kind)
            else:
                self.draw(kind)

    def _plain(self, kind: str) -> None:
        parcel, facts = self.parcel, self.facts
        match kind:
            case "letter":
                parcel.letter("digital")
            case "insurance":
                insurance(parcel)
            case "municipal":
                parcel.put(kind, "重庆系统截图", screens.municipal(facts, parcel.registry), "plain")
            case "national":
                parcel.put(kind, "全国系统截图", screens.national(facts), "plain")
            case "card":
                parcel.put(kind, "身份证扫描件", cards.both_sides(facts.engineer, self.random), "plain")
            case "in_hand":
                parcel.put(kind, "手持身份证照片", cards.in_hand(facts.engineer, self.random), "plain")
            case _:
                paper = statements.explanation(facts, parcel.registry)
                parcel.put(kind, "情况说明及承诺书", paper, "digital")

    def draw(self, kind: str) -> None:
        """In some look, from the facts as they stand now."""
        match kind:
            case "letter":
                self.letter()
            case "insurance":
                paper_variety.certificate(self.parcel)
            case "municipal" | "national":
                self.screen(kind)
            case "card":
                paper_variety.card(self.parcel, self.facts.engineer)
            case "in_hand":
                paper_variety.in_hand(self.parcel, self.facts.engineer)
            case _:
                paper_variety.late_papers(self.parcel)

    @property
    def facts(self) -> Facts:
        return self.parcel.facts

    @property
    def random(self) -> Random:
        return self.parcel.random

    def expect(self, *codes: str, doubt: bool = False, may: tuple[str, ...] = ()) -> None:
        """What is certain by the rules may be doubted by a careful reader; a doubt is never sent back."""
        told = ("referred",) if doubt or self.parcel.verdicts == ("referred",) else ("correction", "referred")
        self.parcel.expect(*codes, verdicts=told, may=may)

    def still_right(self, *may: str) -> None:
        """Odd, but nothing that anybody has to correct."""
        self.parcel.may.update(may)

    def changed(self, **values: object) -> None:
        """The application itself says so, in every paper that is not drawn yet."""
        self.parcel.facts = replace(self.facts, **values)  # type: ignore[arg-type]  # as the caller says

    @contextmanager
    def pretending(self, **values: object) -> Iterator[None]:
        """What one paper alone says otherwise."""
        facts = self.facts
        self.changed(**values)
        yield
        self.parcel.facts = facts

    def letter(self, form: str | None = None, **changed: object) -> None:
        self.put("letter", "承诺保证书", [self.letter_sheet(form, **changed)], self.way)

    def letter_sheet(self, form: str | None = None, **changed: object) -> Sheet:
        """Blanks are typed here: hands have a set of their own (`variety`)."""
        look = a_look(self.random)
        style = replace(look.style, pen=None, blank_font=None if look.style.pen else look.style.blank_font)
        filling = letters.filling(self.facts, **({"hand": look.hand, "style": style} | changed))
        sheet = letters.draw_letter(self.parcel.forms[form or self.facts.form], filling, self.parcel.registry)
        sheet.font = look.font
        return sheet

    def blanks(self, **filled: str) -> None:
        """The letter with these blanks filled otherwise."""
        self.letter(blanks=dict(letters.filling(self.facts).blanks) | filled)

    def screen(self, kind: str, **changed: object) -> None:
        paper_variety.screen(self.parcel, kind, **changed)

    def put(self, key: str, name: str, sheets: list[Sheet], way: str) -> None:
        """A paper as a file: with a text layer, as a PDF of pictures, or as a picture."""
        if way == "digital":
            self.parcel.papers[key] = (f"{name}.pdf", pdf(sheets))
            return
        pages = [variety.travelled(sheet.picture(200), way, self.random) for sheet in sheets]
        if len(pages) > 1 or self.random.random() < 0.5:
            self.parcel.papers[key] = (f"{name}.pdf", pdf_of_pictures(pages))
        else:
            self.parcel.papers[key] = (f"{name}.jpg", jpeg(pages[0]))

    def another_person(self) -> Person:
        """Nobody whose name or number is near the engineer's or the handler's."""
        taken = {self.facts.engineer.name[:2], self.facts.firm.handler.name[:2]}
        return next(one for one in iter(self.parcel.registry.person, None) if one.name[:2] not in taken)

    def another_project(self) -> Project:
        taken = self.facts.project.name[:2]
        return next(one for one in iter(self.parcel.registry.project, None) if one.name[:2] != taken)

    def drop(self, kind: str) -> None:
        for key in [key for key in self.parcel.papers if key.startswith(kind)]:
            del self.parcel.papers[key]


Flaw = Callable[[Draft], None]
Kinds = dict[str, tuple[str, Flaw]]  #: name → (for which filings, as letters of `table.FILINGS`; what is drawn)
