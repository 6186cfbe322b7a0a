"""What does one invented application say, before anything is wrong with it?"""

from dataclasses import dataclass
from datetime import date, timedelta

from mailbot.demo.people import Firm, Person, Project, Registry

#: Posts of 二.(四), as the systems print them.
POSTS = ("总监理工程师", "副总监理工程师", "总监代表", "驻地监理工程师", "副驻地监理工程师", "专业监理工程师")


@dataclass(frozen=True)
class Facts:
    """Everything that several papers of one application repeat."""

    matter: str  #: firm_information, engineer_information, engineer_track_record
    action: str | None  #: add, update, close
    submitted_by: str
    firm: Firm
    engineer: Person
    project: Project
    post: str
    started_on: date
    ended_on: date | None
    submitted_on: date | None
    received_on: date

    @property
    def form(self) -> str:
        """The commitment letter that belongs to it (rules.md I04)."""
        if self.matter == "firm_information":
            return "1-1"
        if self.matter == "engineer_information":
            return "3-1"
        if self.action == "close":
            return "4-1-3" if self.submitted_by == "firm" else "4-1-2"
        return "4-1-1"

    @property
    def subject(self) -> str:
        if self.matter == "firm_information":
            return f"{self.firm.name}/监理企业信息登记"
        if self.matter == "engineer_information":
            return f"{self.firm.name}/监理基本信息登记"
        if self.submitted_by == "firm":
            return f"{self.engineer.name}/{self.firm.name}/业绩登记截止申请(企业提交)"
        verb = {"add": "新增", "update": "更新", "close": "截止"}[self.action or "add"]
        return f"{self.engineer.name}/{self.firm.name}/业绩登记{verb}(本人提交)"

    @property
    def sender(self) -> str:
        return self.engineer.address if self.submitted_by == "engineer" else self.firm.contact_address


def invent(
    registry: Registry,
    *,
    matter: str,
    action: str | None = None,
    submitted_by: str = "firm",
    received_on: date,
    firm: Firm | None = None,
) -> Facts:
    """A perfect application received on that day: dates in order and in time."""
    rng = registry.random
    event = received_on - timedelta(days=rng.randint(4, 14))
    started = received_on - timedelta(days=rng.randint(300, 900)) if action == "close" else event
    ended = (
        event - timedelta(days=45)
        if action == "close" and submitted_by == "firm"
        else event
        if action == "close"
        else None
    )
    submitted = None if submitted_by == "firm" else received_on - timedelta(days=rng.randint(0, 2))
    return Facts(
        matter,
        action,
        submitted_by,
        firm or registry.firm(),
        registry.person(),
        registry.project(),
        rng.choice(POSTS),
        started,
        ended,
        submitted,
        received_on,
    )
