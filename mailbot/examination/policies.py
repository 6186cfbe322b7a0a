"""Which gaps and contradictions of the circular may an office settle its own way, and what holds until it does?

rules.md 3.8: every row I01–I36 is a named switch. A switch with one value states how the program reads the circular;
where it can be read otherwise by data alone, its sentence names the key of the pack that does it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Final


@dataclass(frozen=True)
class Policy:
    """One switch. The first value is the default; `free` switches take any day."""

    name: str
    gap: str  #: row id, or where else it comes from
    values: tuple[str, ...]
    meaning: str  #: one sentence: what the values do
    asked: bool = False  #: True: `mailbot doctor` asks the office to decide
    free: bool = False  #: True: any date, the first value is only the default

    @property
    def default(self) -> str:
        return self.values[0]

    @property
    def choice(self) -> bool:
        """Is there anything to choose, or does the switch only state how the circular is read?"""
        return self.free or len(self.values) > 1

    def allows(self, value: str) -> bool:
        return _is_date(value) if self.free else value in self.values


_TABLE: Final = (
    Policy(
        "subject",
        "domain.md 5.1",
        ("strict", "lenient"),
        "A subject of another form is a defect; lenient: a note where matter, action and submitter are beyond doubt.",
        asked=True,
    ),
    Policy(
        "receipt_on_restday",
        "domain.md 1.3",
        ("as_arrived", "next_workday"),
        "Periods of a mail of a rest day count from that day, or from the next workday.",
        asked=True,
    ),
    Policy(
        "close_event",
        "I01",
        ("both", "with_request"),
        "附件4 1.4.2 prints 业绩登记截止申请 and, as its example, 业绩登记截止: both are right, or the "
        "shorter one is noted.",
    ),
    Policy(
        "unprescribed_sender",
        "I02",
        ("doubt", "defect", "accept"),
        "附件3 names no sending address though the consent of 附件1-1 covers it: another sender than the registered "
        "mailbox is shown to a reviewer, sent back, or accepted.",
        asked=True,
    ),
    Policy(
        "forms_not_held",
        "I03",
        ("doubt", "presence"),
        "Of 3-1 and 4-1-2 only reconstructed texts are held: what differs from them is shown to a reviewer, or only "
        "the letter's being there, its seal and its signatures are looked at.",
        asked=True,
    ),
    Policy(
        "close_letters",
        "I04",
        ("by_action",),
        "4-1-1 is asked for 新增 and 更新, 4-1-2 for 截止; a pack that wants "
        "another form names it in filing.documents.",
    ),
    Policy(
        "information_screenshots",
        "I05",
        ("annex",),
        "Annexes 1 and 3 prevail over the main text, so no screenshot is asked; a pack that wants one adds it to "
        "filing.documents.",
    ),
    Policy(
        "two_review_periods",
        "I06",
        ("both",),
        "Ten workdays from the mail (二) and from 复核完成 both run and are both shown; the earlier warns, "
        "the later binds.",
    ),
    Policy(
        "track_record_feedback",
        "I07",
        ("main_text",),
        "附件4 prints no period for feedback, so the ten workdays of the main text hold (feedback10 in filing.clocks).",
    ),
    Policy(
        "enterprise10_start",
        "I08",
        ("receipt", "complete"),
        "The enterprise's ten workdays for 复核 count from the mail that was copied to it, or from 材料齐全.",
        asked=True,
    ),
    Policy(
        "direct_closing",
        "I09",
        ("as_close",),
        "直接办理注销 of 附件4 3.5 is taken for 截止 of the record; letters print both words.",
    ),
    Policy(
        "old_terms",
        "I10",
        ("synonyms",),
        "从业登记 and 基本信息登记 are one thing under an old and a new name.",
    ),
    Policy(
        "long_event",
        "I11",
        ("note", "defect"),
        "监理工程师基本信息登记 for the printed 监理基本信息登记 is accepted with a note, or is a wrong subject.",
    ),
    Policy(
        "annex2_numbers",
        "I12",
        ("original",),
        "附件2 is cited with the numbers that it prints, its doubled 1.2.1 and 1.2.2 included.",
    ),
    Policy(
        "insurance_months",
        "I13",
        ("last_whole", "any_three"),
        "缴纳时长不短于申请前3个月 means the three whole months before receipt (others go to a "
        "reviewer), or any three.",
        asked=True,
    ),
    Policy(
        "after_completion",
        "I14",
        ("calendar_days",),
        "The 60 日 after 交工验收 are calendar days whose last one moves to a workday, as 工作日 is written elsewhere.",
    ),
    Policy(
        "late_update",
        "I15",
        ("never",),
        "更新 is never late, as no period is printed; a pack that wants one sets late_after_workdays in its filing.",
    ),
    Policy(
        "late_close_by_engineer",
        "I16",
        ("accept", "refer"),
        "A late 截止 that the engineer files himself is accepted with explanation and promise, or a reviewer looks.",
        asked=True,
    ),
    Policy(
        "notice_to_engineer",
        "I17",
        ("off",),
        "On 企业提交 only the enterprise is written to, as the circular asks for no copy to the engineer.",
    ),
    Policy(
        "printed_alternatives",
        "I18",
        ("expand",),
        "业绩登记新增（更新、截止） stands for three subjects, with brackets of either width.",
    ),
    Policy(
        "menu_names",
        "I19",
        ("clause_only",),
        "The systems' menus are printed in two ways, so letters cite the clause and name no menu.",
    ),
    Policy(
        "mail_to_engineers",
        "I20",
        ("answer",),
        "Engineers are answered by mail though only 附件1-1 holds a consent to that; "
        "[feedback.letters] can hold letters.",
        asked=True,
    ),
    Policy(
        "applicant_words",
        "I21",
        ("same_person",),
        "从业登记申请人 of the footnote of 4-1-1 and 业绩登记申请人 of its field are the same person.",
    ),
    Policy(
        "reminder_form",
        "I22",
        ("free",),
        "The owner's reminder has no prescribed form and is known by its words (reminder_words of the pack).",
    ),
    Policy(
        "wrong_mailbox",
        "I23",
        ("tell",),
        "A mail in the other of the two alike mailboxes is answered with the right address; its periods start there.",
    ),
    Policy(
        "unknown_project",
        "I24",
        ("doubt", "ignore"),
        "A project that the office's map does not know goes to a reviewer, or is taken for this mailbox's own.",
        asked=True,
    ),
    Policy(
        "contact_mailbox",
        "I25",
        ("directory",),
        "The enterprise's mailbox is the one of the imported directory, whether filled in or published.",
    ),
    Policy(
        "screenshot_layout",
        "I26",
        ("words",),
        "Screenshots are judged by their words, not by their layout; a planned end in the future is no finding.",
    ),
    Policy(
        "attachment_format",
        "I27",
        ("strict", "lenient"),
        "Only pdf and jpg (jpeg too) are right; lenient: pictures of other formats that can be read are only noted.",
        asked=True,
    ),
    Policy(
        "late_papers",
        "I28",
        ("presence",),
        "No form is printed for 情况说明 and 承诺书 of a late filing, so their being there counts, by title and words.",
    ),
    Policy(
        "late_since",
        "I29",
        ("2024-07-01",),
        "The day from which lateness counts, as 四.(三) has it.",
        free=True,
    ),
    Policy(
        "late_since_counts",
        "I29",
        ("event", "last_day"),
        "Lateness counts where 进场 or 结束 lies on or after late_since, or where the last day in time does.",
        asked=True,
    ),
    Policy(
        "information_review",
        "I30",
        ("overall10",),
        "附件1 prints no period for the review itself, so the ten workdays of the main text hold.",
    ),
    Policy(
        "receipt_day",
        "I31",
        ("not_counted",),
        "收到邮件后 and 收到邮件的 both leave the day of receipt uncounted, as 民法典 201 has it.",
    ),
    Policy(
        "absent_reviewer",
        "I32",
        ("substitute",),
        "An absent reviewer's mail goes to the substitute of the roster ([[reviewer]] substitute).",
    ),
    Policy(
        "retention_start",
        "I33",
        ("closing_or_last_mail",),
        "The three years count from the later of closing and the last mail; everything but the ledger's skeleton goes.",
        asked=True,
    ),
    Policy(
        "call_attempts",
        "I34",
        ("two_on_two_workdays",),
        "A video call is tried on two workdays before the engineer is asked to come in person; one in which he could "
        "not be known needs no second.",
        asked=True,
    ),
    Policy(
        "filed_on",
        "I35",
        ("earlier", "mail"),
        "In time counts by the earlier of the submission that the page shows and the mail, or by the mail alone.",
        asked=True,
    ),
    Policy(
        "several_engineers",
        "I36",
        ("list",),
        "附件3 may name several engineers in one mail and has no period; 附件4 asks one mail for each.",
    ),
)

POLICIES: Final[Mapping[str, Policy]] = {policy.name: policy for policy in _TABLE}


def known_policies(policies: dict[str, str]) -> dict[str, str]:
    """The same, of a pack or of the office. Raises ValueError that names the first unknown name or value."""
    for name, value in policies.items():
        policy = POLICIES.get(name)
        if policy is None:
            close = get_close_matches(name, POLICIES, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(POLICIES))}"
            raise ValueError(f"{name!r} is no policy; {hint}")
        if policy.allows(value):
            continue
        if policy.free:
            raise ValueError(f'{name} = {value!r} is no date; write "{policy.default}"')
        raise ValueError(f"{name} = {value!r} is not allowed; use {' or '.join(policy.values)}")
    return policies


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
