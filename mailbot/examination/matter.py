"""What does a kind of application consist of?

A matter (登记事项) is one TOML pack. It is data: the pack picks and sets rules by name, the rules themselves are code.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mailbot.examination.verdict import Severity
from parsers.documents.document import DocumentKind

Action = Literal["add", "update", "close"]
Submitter = Literal["engineer", "firm", "owner"]
SenderRule = Literal["anyone", "registered", "registered_or_doubt"]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class PackPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequiredDocument(PackPart):
    """A paper that this filing must hold."""

    kind: DocumentKind
    clause: Text
    form: str | None = None  #: number of the blank form, for commitment letters
    person: Literal["handler", "engineer"] | None = None  #: whose paper it is
    when: Literal["always", "late", "closed_over_60_days"] = "always"


class SubjectForm(PackPart):
    """One prescribed form of the mail's subject.

    `line` is the canonical line with {engineer} and {firm} as blanks; `event` is its last part without the bracket.
    """

    line: Text
    event: Text
    also: tuple[str, ...] = ()  #: other events accepted without a finding (I01, D18)
    tolerated: tuple[str, ...] = ()  #: other events accepted with a note (I11)


class Filing(PackPart):
    """One way of filing the matter: who does what (附件4 knows three times two, 附件1 one)."""

    action: Action | None = None
    submitted_by: Submitter
    clause: Text  #: e.g. "附件4 1.4.1"
    subject: SubjectForm
    sender: SenderRule
    copy_to_firm: bool = False  #: 同步发送至监理企业联系邮箱
    documents: tuple[RequiredDocument, ...] = ()
    late_after_workdays: int | None = None  #: 20 for 新增 and 截止; None: never late (I15)
    clocks: tuple[str, ...] = ("feedback10", "overall10")

    def requires(self, kind: DocumentKind) -> RequiredDocument | None:
        return next((document for document in self.documents if document.kind is kind), None)

    @property
    def letter_form(self) -> str | None:
        letter = self.requires(DocumentKind.COMMITMENT_LETTER)
        return letter.form if letter else None


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
    review_mailbox: str | None = None  #: the address that the circular prescribes
    filings: tuple[Filing, ...] = Field(default=(), alias="filing")
    rules: dict[str, RuleSetting] = {}  #: by finding code
    policies: dict[str, str] = {}  #: named switches (I01–I36)
    retention_years: int = 3

    def policy(self, name: str, default: str) -> str:
        return self.policies.get(name, default)
