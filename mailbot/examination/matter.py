"""What does a kind of application consist of?

A matter (登记事项) is one TOML pack. It is data: the pack picks and sets rules by name, the rules themselves are code.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from mailbot.examination.policies import POLICIES, known_policies
from mailbot.examination.verdict import Severity
from parsers.documents.document import DocumentKind

Action = Literal["add", "update", "close"]
Submitter = Literal["engineer", "firm", "owner"]
SenderRule = Literal["anyone", "registered", "registered_or_doubt"]
ClockId = Literal["feedback10", "overall10", "review10", "enterprise10", "direct10"]
LetterPolicy = Literal["auto", "hold", "off"]
Verdicts = Literal["complete", "correction", "referred", "set_aside", "reminder", "withdrawal", "query"]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Address = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", to_lower=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z0-9]+)*$")]


class PackPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequiredDocument(PackPart):
    """A paper that this filing must hold."""

    kind: DocumentKind
    clause: Text
    instead: tuple[DocumentKind, ...] = ()  #: other papers that do as well
    form: str | None = None  #: number of the blank form, for commitment letters
    person: Literal["handler", "engineer"] | None = None  #: whose paper it is
    when: Literal["always", "late", "closed_over_60_days"] = "always"

    @property
    def kinds(self) -> frozenset[DocumentKind]:
        """Any of these will do."""
        return frozenset({self.kind, *self.instead})

    @model_validator(mode="after")
    def _can_be_recognised(self) -> Self:
        if DocumentKind.OTHER in self.kinds:
            raise ValueError('"other" is no paper that can be recognised; ask for another kind')
        if self.kind in self.instead:
            raise ValueError(f"{self.kind.value} stands in instead too; leave it out there")
        return self

    @model_validator(mode="after")
    def _only_letters_have_forms(self) -> Self:
        if self.form is not None and self.kind is not DocumentKind.COMMITMENT_LETTER:
            raise ValueError(f'a {self.kind.value} has no form; leave form out or set kind = "commitment_letter"')
        return self


class SubjectForm(PackPart):
    """One prescribed form of the mail's subject.

    `line` is the canonical line with {engineer} and {firm} as blanks; `event` is its last part without the bracket.
    """

    line: Text
    event: Text
    also: tuple[str, ...] = ()  #: other events accepted without a finding (I01, D18)
    tolerated: tuple[str, ...] = ()  #: other events accepted with a note (I11)
    near: tuple[str, ...] = ()  #: words that tell the matter where the line itself is wrong

    @model_validator(mode="after")
    def _line_ends_with_event(self) -> Self:
        parts = self.line.split("/")
        if not parts[-1].startswith(self.event):
            raise ValueError(f"line does not end with the event {self.event!r}; write it as {{firm}}/{self.event}")
        if wrong := [part for part in parts[:-1] if part not in ("{engineer}", "{firm}")]:
            raise ValueError(f"{wrong[0]!r} is no blank; use {{engineer}} or {{firm}}")
        return self

    @property
    def blanks(self) -> tuple[str, ...]:
        """The parts before the event in their order: "engineer", "firm"."""
        return tuple(part.strip("{}") for part in self.line.split("/")[:-1])

    @property
    def mark(self) -> str:
        """The submitter's bracket after the event, without its brackets: 本人提交, 企业提交, or nothing."""
        return self.line.rsplit("/", 1)[-1].removeprefix(self.event).strip("()（）")


class Filing(PackPart):
    """One way of filing the matter: who does what (附件4 knows four of them, 附件1 one)."""

    action: Action | None = None
    submitted_by: Submitter
    clause: Text  #: e.g. "附件4 1.4.1"
    subject: SubjectForm
    sender: SenderRule
    copy_to_firm: bool = False  #: 同步发送至监理企业联系邮箱
    documents: tuple[RequiredDocument, ...] = ()
    late_after_workdays: int | None = Field(default=None, ge=1, le=250)  #: 20 for 新增 and 截止; None: never late (I15)
    clocks: tuple[ClockId, ...] = ("feedback10", "overall10")
    clauses: dict[Code, Text] = {}  #: clause by finding code, or by its first words ("letter" for every letter_…)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        kinds = [paper.kind.value for paper in self.documents]
        clocks: list[str] = list(self.clocks)
        for name, values in (("documents", kinds), ("clocks", clocks)):
            if twice := next((value for value in values if values.count(value) > 1), None):
                raise ValueError(f"{name} name {twice} twice; keep it once")
        owed = [paper.kind.value for paper in self.documents if paper.when == "late"]
        if owed and self.late_after_workdays is None:
            raise ValueError(f"{owed[0]} is asked when late, but nothing is ever late; set late_after_workdays")
        mark = {"engineer": "本人提交", "firm": "企业提交"}.get(self.submitted_by, "")
        if self.subject.mark not in ("", mark):
            raise ValueError(
                f"the subject ends with ({self.subject.mark}) but submitted_by is {self.submitted_by!r}; correct one"
            )
        if self.copy_to_firm and "firm" not in self.subject.blanks:
            raise ValueError("copy_to_firm needs to know the firm; put {firm} into subject.line")
        return self

    def requires(self, kind: DocumentKind) -> RequiredDocument | None:
        return next((document for document in self.documents if document.kind is kind), None)

    @property
    def letter_form(self) -> str | None:
        letter = self.requires(DocumentKind.COMMITMENT_LETTER)
        return letter.form if letter else None

    @property
    def required_now(self) -> tuple[RequiredDocument, ...]:
        """The papers that are asked in every case, late or not."""
        return tuple(document for document in self.documents if document.when == "always")


class Sample(PackPart):
    """A mail that shows what this pack is meant to decide: `mailbot pack check` examines it."""

    file: Text  #: beside the pack, or a path from there
    verdict: Verdicts
    codes: tuple[Code, ...] | None = None  #: every defect and doubt, no more and no less; None: not looked at
    received: datetime | None = None  #: default: as the mail itself tells

    @field_validator("received")
    @classmethod
    def _in_a_zone(cls, received: datetime | None) -> datetime | None:
        if received is not None and received.tzinfo is None:
            raise ValueError("the time has no zone; write 2026-03-12T06:57:00+08:00")
        return received


class RuleSetting(PackPart):
    """How a rule's finding weighs here."""

    severity: Severity | None = None
    clause: str | None = None


class Matter(PackPart):
    """登记事项: one pack."""

    schema_version: Literal[1] = Field(alias="schema")
    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{2,40}$")]
    name: Text  #: as letters call it: 监理工程师业绩登记
    annex: Text  #: 附件4
    source: Text  #: 渝交路〔2024〕31号
    effective_from: date
    effective_until: date | None = None
    version: Text
    review_mailbox: Address | None = None  #: the address that the circular prescribes
    reminder: bool = False  #: True: no application, mail about it is the owner's reminder (附件2 1.4)
    reminder_words: tuple[Text, ...] = ()  #: by which such mail is known, as no subject is prescribed (I22)
    filings: tuple[Filing, ...] = Field(default=(), alias="filing")
    clauses: dict[Code, Text] = {}  #: as in a filing, for all of them
    rules: dict[Code, RuleSetting] = {}  #: by finding code
    letters: dict[Code, LetterPolicy] = {}  #: by kind of letter; what is not named goes out at once
    policies: dict[str, str] = {}  #: named switches (I01–I36)
    retention_years: int = Field(default=3, ge=3, le=30)  #: of its cases; three are the least (二)
    samples: tuple[Sample, ...] = Field(default=(), alias="sample")

    def policy(self, name: str) -> str:
        """How this pack or its office settles a gap; the shipped default where neither says."""
        return self.policies.get(name, POLICIES[name].default)

    def overruled(self, severities: Mapping[str, Severity], policies: Mapping[str, str]) -> "Matter":
        """This pack under an office's own severities (by code) and policies; what is not named stays."""
        rules = dict(self.rules)
        for code, severity in severities.items():
            rules[code] = RuleSetting(severity=severity, clause=rules[code].clause if code in rules else None)
        return self.model_copy(update={"rules": rules, "policies": {**self.policies, **policies}})

    def in_force(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_until is None or on <= self.effective_until)

    def clause_of(self, code: str, filing: Filing | None) -> str:
        """The clause behind a finding: the office's word first, then the filing's, then the matter's."""
        setting = self.rules.get(code)
        if setting and setting.clause:
            return setting.clause
        tables = ((filing.clauses,) if filing else ()) + (self.clauses,)
        for table in tables:
            if found := _longest_prefix(table, code):
                return found
        return filing.clause if filing else self.annex

    @field_validator("policies")
    @classmethod
    def _knows_its_policies(cls, policies: dict[str, str]) -> dict[str, str]:
        return known_policies(policies)

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        ways = [(filing.action, filing.submitted_by) for filing in self.filings]
        if twice := next((way for way in ways if ways.count(way) > 1), None):
            raise ValueError(f"two filings with action {twice[0]} by {twice[1]}; give each its own")
        lines = [filing.subject.line for filing in self.filings]
        if shared := next((line for line in lines if lines.count(line) > 1), None):
            raise ValueError(f"two filings share the subject {shared!r}; give each its own")
        if self.effective_until and self.effective_until < self.effective_from:
            raise ValueError("effective_until lies before effective_from; correct one of them")
        if self.reminder != (not self.filings):
            raise ValueError("a matter has either [[filing]] or reminder = true; add what is missing")
        return self


def prescribed_mailboxes(matters: Iterable[Matter]) -> dict[str, frozenset[str]]:
    """Review mailbox → matters, as the circular itself says: for a check without a configuration."""
    mailboxes: dict[str, set[str]] = {}
    for matter in matters:
        if matter.review_mailbox:
            mailboxes.setdefault(matter.review_mailbox.lower(), set()).add(matter.key)
    return {address: frozenset(keys) for address, keys in mailboxes.items()}


def with_own_review(matters: Iterable[Matter]) -> frozenset[str]:
    """Matters of which some filing's review has a period besides the ten workdays from the mail (I06)."""
    own = {"review10", "direct10"}
    return frozenset(matter.key for matter in matters if any(own & set(one.clocks) for one in matter.filings))


def _longest_prefix(table: dict[str, str], code: str) -> str | None:
    """ "letter_seal_missing" is found under itself, then "letter_seal", then "letter"."""
    words = code.split("_")
    keys = ("_".join(words[:count]) for count in range(len(words), 0, -1))
    return next((table[key] for key in keys if key in table), None)
