"""Is this mail an application, or what else is it?

E28, E31, B04, G38, G40–G43. Only signs of machines set a mail aside; whatever a person may have written and the words
here do not place beyond doubt goes to a person (`REFERRED`). A complaint is never answered by a refusal (四.(五)).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mailbot.examination.matter import Matter
from mailbot.examination.rules.envelope import SubjectMalformed
from mailbot.examination.submission import SubjectReading
from mailbot.examination.verdict import Finding, Outcome, Severity
from parsers.files.kind import FileKind
from parsers.mail.message import Attachment, AutomaticKind, Message
from parsers.names import squeeze


class MailKind(StrEnum):
    APPLICATION = "application"  #: examine it
    SET_ASIDE = "set_aside"  #: written by a machine, or a bare thank-you
    REMINDER = "reminder"  #: the owner's, 附件2 1.4
    WITHDRAWAL = "withdrawal"
    PROGRESS = "progress"  #: a question after an own case
    QUESTION = "question"  #: one that a shipped answer covers: `topic`
    REFERRED = "referred"  #: a complaint, or not understood: a person reads it

    @property
    def outcome(self) -> Outcome | None:
        """The contract's verdict; None for an application, which must be examined first."""
        return _OUTCOMES.get(self)


_OUTCOMES: Final = {
    MailKind.SET_ASIDE: Outcome.SET_ASIDE,
    MailKind.REMINDER: Outcome.REMINDER,
    MailKind.WITHDRAWAL: Outcome.WITHDRAWAL,
    MailKind.PROGRESS: Outcome.QUERY,
    MailKind.QUESTION: Outcome.QUERY,
    MailKind.REFERRED: Outcome.REFERRED,
}


@dataclass(frozen=True)
class Context:
    """What must be known beside the mail."""

    matters: tuple[Matter, ...]
    answers_ours: bool = False  #: it replies to a letter of ours, or names a case of ours


@dataclass(frozen=True, kw_only=True)
class MailNotUnderstood(Finding):
    """No application, no question that an answer is shipped for, nothing a machine wrote."""

    code = "mail_not_understood"
    default = Severity.DOUBT
    by_clause = False
    why: str  #: stable word: complaint, objection, matter_unknown, unplaced


@dataclass(frozen=True, kw_only=True)
class SubjectTellsNoMatter(SubjectMalformed):
    """The same finding where it is not even sure that the mail is an application."""

    default = Severity.DOUBT


@dataclass(frozen=True, kw_only=True)
class MailMaybeAutomatic(Finding):
    """A mark of mass or automatic mail on what looks like an application: held, not silenced (mail.md 4)."""

    code = "mail_maybe_automatic"
    default = Severity.DOUBT
    by_clause = False
    sign: str


#: Why a mail is referred that answers ours with papers, under a subject that tells no matter.
SUPPLEMENT: Final = "supplement"


@dataclass(frozen=True)
class Classification:
    kind: MailKind
    reason: str = ""  #: stable English word, for the ledger
    matter: Matter | None = None
    topic: str = ""  #: of a shipped answer: the name of its macro
    findings: tuple[Finding, ...] = ()  #: doubts to carry into the verdict


def classify(message: Message, subject: SubjectReading, context: Context) -> Classification:
    """Never raises. The order is that of certainty: machines, withdrawals, applications, reminders, questions."""
    attached = _brings_files(message)
    maybe_automatic = _maybe_automatic(message, subject, attached)
    if message.automatic and maybe_automatic is None:
        return Classification(MailKind.SET_ASIDE, message.automatic.kind.value)
    doubts = (maybe_automatic,) if maybe_automatic else ()
    words = _Words.of(message, subject)
    if _WITHDRAWAL.search(words.subject) or (not attached and _WITHDRAWAL.search(words.body)):
        return Classification(MailKind.WITHDRAWAL, "withdrawal", subject.matter, findings=doubts)
    if reminded := _reminded(words, subject, context.matters):
        return Classification(MailKind.REMINDER, "reminder", reminded, findings=doubts)
    if grievance := _grievance(words, subject, attached):
        return _referred(grievance, doubts)
    if subject.matter and (attached or (not context.answers_ours and _means_to_submit(words, subject))):
        return Classification(MailKind.APPLICATION, "application", subject.matter, findings=doubts)
    return _correspondence(words, attached, subject, context, doubts)


def own_words(text: str) -> str:
    """What the author wrote, without the mail that is quoted below it."""
    lines: list[str] = []
    for line in text.splitlines():
        if _QUOTE_BEGINS.match(line):
            break
        if not line.lstrip().startswith((">", "｜", "|")):
            lines.append(line)
    return "\n".join(lines).strip()


def _correspondence(
    words: "_Words", attached: bool, subject: SubjectReading, context: Context, doubts: tuple[Finding, ...]
) -> Classification:
    """A mail without a matter, or an answer to ours without papers."""
    both = f"{words.subject}\n{words.body}"
    if attached:
        # Papers under a subject that tells no matter: an application of whatever kind, which a person places.
        if context.answers_ours:
            return _referred(SUPPLEMENT, doubts)
        return _referred("matter_unknown", (*doubts, _unplaced_application(subject, context.matters)))
    if _is_thanks(words.body or words.subject):
        return Classification(MailKind.SET_ASIDE, "thanks")
    if _PROGRESS.search(both):
        return Classification(MailKind.PROGRESS, "progress", findings=doubts)
    topics = [topic for topic, pattern in TOPICS.items() if pattern.search(both)]
    if len(topics) == 1 and words.ask:
        return Classification(MailKind.QUESTION, "question", topic=topics[0], findings=doubts)
    return _referred("unplaced", doubts)


def _referred(why: str, doubts: tuple[Finding, ...]) -> Classification:
    return Classification(MailKind.REFERRED, why, findings=(*doubts, MailNotUnderstood(why=why)))


def _unplaced_application(subject: SubjectReading, matters: tuple[Matter, ...]) -> SubjectTellsNoMatter:
    """If it is an application its subject is wrong; which line is right, only a person can say."""
    lines = tuple(filing.subject.line for matter in matters for filing in matter.filings)
    blanks = {"engineer": subject.engineer or "姓名", "firm": subject.firm or "监理企业名称"}
    expected = tuple(line.format(**blanks) for line in lines)
    return SubjectTellsNoMatter(written=subject.raw, faults=subject.faults, expected=expected, certain=False)


def _maybe_automatic(message: Message, subject: SubjectReading, attached: bool) -> MailMaybeAutomatic | None:
    """Gateways of firms put List-Unsubscribe on ordinary mail, and people title applications 自动…: then a doubt."""
    mark = message.automatic
    if mark is None:
        return None
    application = attached and subject.matter is not None
    mass_mail = mark.kind in (AutomaticKind.BULK, AutomaticKind.LIST)
    if application and (mass_mail or not mark.certain):
        return MailMaybeAutomatic(sign=mark.sign)
    if attached and not mark.certain and any(file.kind in _PAPERS for file in _files(message)):
        return MailMaybeAutomatic(sign=mark.sign)
    return None


def _reminded(words: "_Words", subject: SubjectReading, matters: tuple[Matter, ...]) -> Matter | None:
    """The owner's reminder; a subject of a prescribed application, or of one person's filing, is none."""
    if subject.filing or subject.submitted_by or subject.engineer:
        return None
    for matter in matters:
        if matter.reminder and any(word in words.subject for word in matter.reminder_words):
            return matter
        if matter.reminder and not subject.matter and any(word in words.body for word in matter.reminder_words):
            return matter if _REMINDS.search(words.body) else None
    return None


def _grievance(words: "_Words", subject: SubjectReading, attached: bool) -> str | None:
    """A complaint or an objection. A paper's promises use the same words, so with files only the subject counts."""
    if attached and subject.filing:
        return None
    text = words.subject if attached else f"{words.subject}\n{words.body}"
    found = (why for why, pattern in (("complaint", _COMPLAINT), ("objection", _OBJECTION)) if pattern.search(text))
    return next(found, None)


def _means_to_submit(words: "_Words", subject: SubjectReading) -> bool:
    """Is a mail without files a forgotten attachment, rather than a question under such a subject?"""
    sends = bool(_SENDS.search(words.body))
    if subject.filing:
        return sends or not words.ask
    return not words.ask and (sends or bool(subject.firm or subject.engineer))


@dataclass(frozen=True)
class _Words:
    subject: str
    body: str

    @classmethod
    def of(cls, message: Message, subject: SubjectReading) -> "_Words":
        return cls(squeeze(subject.folded), squeeze(own_words(message.text))[:4000])

    @property
    def ask(self) -> bool:
        return bool(_ASKS.search(self.body) or _ASKS.search(self.subject))


def _is_thanks(text: str) -> bool:
    return len(text) <= _LONGEST_THANKS and bool(_THANKS.fullmatch(text))


def _files(message: Message) -> Iterator[Attachment]:
    return (file for file in message.attachments if not (file.inline and file.size < _LOGO_BYTES))


def _brings_files(message: Message) -> bool:
    return bool(message.links) or any(file.kind not in _FURNITURE for file in _files(message))


_LOGO_BYTES: Final = 20_000
_LONGEST_THANKS: Final = 40
_FURNITURE: Final = frozenset({FileKind.CALENDAR, FileKind.HTML, FileKind.MAIL, FileKind.TNEF})
_PAPERS: Final = frozenset({FileKind.PDF, FileKind.JPEG, FileKind.OFD, FileKind.WORD})

_WITHDRAWAL: Final = re.compile(
    r"(申请|请求|请|要求|现|拟|需)(予以|将|对)?(撤回|撤件|撤销)|(撤回|撤销|取消)(本次|上次|该|此|我的|我司|业绩|登记)?.{0,12}申请"
)
_COMPLAINT: Final = re.compile(r"投诉|举报|信访|应登记未登记|应审核未审核|不作为|行政复议|书面反映|情况反映|弄虚作假")
_OBJECTION: Final = re.compile(r"异议|不同意|非本人|冒用|不服|未经(我司|本人)同意|更正审核结果")
_PROGRESS: Final = re.compile(
    r"进度|进展|办理情况|审核(到哪|情况|结果)|(是否|有没有|有无)(已经|已)?(收到|受理|通过|审核)|收到(了)?(吗|没)|(什么时候|何时|多久)(能|可以|才)?(审核|办结|通过|反馈|回复)|审核了(吗|没)"
)
_ASKS: Final = re.compile(
    r"[?？]|请问|咨询(?!有限|公司|集团|股份|服务|设计|中心|研究|\()|想问|怎么|如何|怎样|哪里|哪些|是否|能否|可否|多久|什么|想了解|麻烦告知|吗[。,，]?$"
)
_SENDS: Final = re.compile(r"(现)?提交|附件|见附|随附|材料|资料|请审核|请查收|补充|报送")
_REMINDS: Final = re.compile(r"提醒|请审核|提请|已(更新|补充|变更|录入|填报)|请予审核")
_THANKS: Final = re.compile(
    r"(您好|你好|老师|领导|[,，。!！])*(好的?|收到|已收到|知道了|明白|了解|谢谢|感谢|多谢|辛苦了?|谢谢(您|老师|领导))+([,，。!！~]|谢谢|感谢|收到|好的|辛苦了?|老师|领导|您|你)*"
)
_QUOTE_BEGINS: Final = re.compile(
    r"^\s*(-{2,}\s*(原始邮件|original message|转发邮件|回复的原邮件)|发件人\s*[:：]|from\s*:"
    r"|在\s*20\d{2}.*写道[:：]?|_{10,}|--\s?$)",
    re.I,
)

#: Questions with a shipped answer, by the clause that answers them; each has a macro in templates/feedback/_answers.
TOPICS: Final = {
    "accounts": re.compile(r"账号|帐号|账户|用户名|密码|登录不(了|上)|无法登录"),  # G41, A03, C04
    "certificate_registration": re.compile(
        r"注册(申请|流程|证书|变更|延续)|监理工程师(初始|延续|变更|注销)?注册"
    ),  # G04
    "municipal_system": re.compile(r"重庆系统|信用信息管理系统"),  # G42
    "national_system": re.compile(r"全国系统(怎么|如何|操作|填报|打不开)|全国公路建设市场"),  # G41
    "business_change": re.compile(r"(名称|地址|法定代表人|法人).{0,6}变更|一般事项变更"),  # G11
    "papers": re.compile(
        r"(需要|提交|准备)(哪些|什么)(材料|资料)|材料(清单|要求)|承诺(保证)?书(模板|范本|下载)|哪里下载"
    ),  # G40
    "mailboxes": re.compile(r"(发|寄|投)(送|到|往)?(哪个|哪里|什么)(邮箱|单位)?|邮箱(地址)?是(多少|什么|哪)"),  # G37
    "late_filing": re.compile(
        r"(超期|逾期|过期|超过).{0,12}(怎么|如何|能否|可否|还能)|情况说明(怎么|如何|模板)"
    ),  # L01
    "qualification": re.compile(
        r"资质.{0,8}(申请|申报|升级|延续|增项|核定)|(申请|申报|升级|延续|增项|核定).{0,8}资质"
    ),  # G10, G17, G25
    "publication": re.compile(
        r"(业绩|信息|登记|人员).{0,8}(查不到|查询不到|看不到|没有?显示|未显示|公示|公开)|(哪里|何处|怎么|如何)(能|可以)?(公开)?(查询|查看|看到).{0,6}(业绩|登记|名录)"
    ),  # G15
}
