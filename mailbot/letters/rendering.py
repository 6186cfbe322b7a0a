"""Which words say this? jinja2 lives here alone.

Facts come in as frozen values, sentences come out. Words are templates; an office may lay its own over the shipped
ones. Templates run in a sandbox, misspelt names are errors (StrictUndefined), HTML is escaped.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailbot.errors import ConfigurationError
from mailbot.examination.matter import Matter
from mailbot.examination.verdict import Finding
from mailbot.letters.labels import Labels
from mailbot.settings import OFFICE_TIME
from parsers.masking import mask, masked, masked_address

#: A line indented this far is the sign-off, set to the right in HTML.
_SIGN_OFF = "　" * 8
#: A word and, set off by a gap, what it does.
_EXPLAINED = re.compile(r"　{2}(?P<term>[^　]{1,20})　[　 ]+(?P<text>\S.*)")
#: No letter is longer; a template that runs away is an error, not a mail.
_LONGEST_LETTER = 60_000
_ANNEX_CLAUSE = re.compile(r"(附件[\d-]+)\s+§?([\d.]+)\s*(?:([a-z])\)?)?")
_ANNEX = re.compile(r"附件[\d-]+")
_COMMAS = re.compile(r"\s*[,，、]\s*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MAIN_CLAUSE = re.compile(r"([一二三四五])(?:\.?[(（]([一二三四五六七])[)）])?")


@dataclass(frozen=True)
class Paragraph:
    """One line of a letter as HTML lays it out."""

    text: str
    align: str
    indented: bool
    heading: bool
    term: str = ""  #: what `text` explains, where a line is one of a list of words


class Words:
    """Everything mailbot can say."""

    def __init__(self, own_templates: Path | None = None, *, matters: Iterable[Matter] = ()) -> None:
        """`matters`: for the mails that name them to reviewers."""
        shipped = FileSystemLoader(str(files("templates")))
        loader = ChoiceLoader([FileSystemLoader(str(own_templates)), shipped]) if own_templates else shipped
        labels = Labels(own_templates, matters=matters)
        self._text = _environment(loader, labels, escape=False)
        self._html = _environment(loader, labels, escape=True)

    def sentence(self, finding: Finding) -> str:
        """What is wrong and what to do about it, in one or two sentences; numbers are masked."""
        template = self._topic_of.get(finding.code)
        if template is None:
            raise ConfigurationError(f"templates/findings: no macro {finding.code}; add one to a topic's file there")
        macro = getattr(self._text.get_template(template).module, finding.code)
        return mask(str(macro(finding)).strip())

    def letter(self, kind: str, facts: Any) -> tuple[str, str]:
        """(tag, text) of a letter: the tag is its first line, 【补正告知】.

        A matter may have its own wording: feedback/<key of the matter>/<kind>.zh.j2 in the office's folder.
        """
        own = [f"feedback/{facts.matter}/{kind}.zh.j2"] if getattr(facts, "matter", "") else []
        text = self._text.select_template([*own, f"feedback/{kind}.zh.j2"]).render(letter=facts)
        if len(text) > _LONGEST_LETTER:
            raise ConfigurationError(
                f"templates/feedback/{kind}.zh.j2: the letter grew over {_LONGEST_LETTER} characters"
            )
        tag, _, body = text.strip("\n").partition("\n")
        return tag.strip(), body.strip("\n") + "\n"

    def reviewer_mail(self, kind: str, facts: Any) -> tuple[str, str]:
        """(text, html) of a mail to a reviewer."""
        text = self._text.get_template(f"reviewer/{kind}.zh.j2").render(mail=facts)
        html = self._html.get_template(f"reviewer/{kind}.html.j2").render(mail=facts)
        return text.strip("\n") + "\n", html

    def note(self, kind: str, facts: Any) -> tuple[str, str]:
        """(tag, text) of a short answer to a reviewer; its HTML is that of a letter."""
        text = self._text.get_template(f"reviewer/{kind}.zh.j2").render(mail=facts)
        tag, _, body = text.strip("\n").partition("\n")
        return tag.strip(), body.strip("\n") + "\n"

    def record(self, kind: str, facts: Any) -> str:
        """A paper for the office's own files, e.g. a certificate of destruction."""
        return self._text.get_template(f"records/{kind}.zh.j2").render(record=facts).strip("\n") + "\n"

    def reviewer_text(self, kind: str, facts: Any) -> str:
        """What a reviewer reads at a terminal."""
        return self._text.get_template(f"reviewer/{kind}.zh.j2").render(mail=facts).strip("\n") + "\n"

    def as_html(self, title: str, text: str) -> str:
        """The letter's plain text in its simple HTML frame."""
        frame = self._html.get_template("feedback/_letter.html.j2")
        return frame.render(title=title, paragraphs=list(_paragraphs(text)))

    @cached_property
    def _topic_of(self) -> dict[str, str]:
        """Finding code → the file whose macro words it."""
        names = self._text.list_templates(filter_func=lambda name: name.startswith("findings/"))
        return {
            code: name
            for name in names
            for code in vars(self._text.get_template(name).module)
            if not code.startswith("_")
        }

    @property
    def codes(self) -> frozenset[str]:
        """Every finding code that has words."""
        return frozenset(self._topic_of)

    def check(self) -> Iterator[str]:
        """One sentence for each template that does not compile (for `doctor`)."""
        for name in self._text.list_templates(extensions=["j2"]):
            try:
                self._text.get_template(name)
            except (TemplateError, TemplateNotFound) as error:
                yield f"templates/{name}: {error}; restore the shipped wording"


def _environment(loader: Any, labels: Labels, *, escape: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        loader=loader, undefined=StrictUndefined, autoescape=escape, keep_trailing_newline=False
    )
    environment.filters.update(_FILTERS)
    environment.filters["state_name"] = lambda state: labels("state", str(state))
    environment.filters["alarm_name"] = lambda kind: labels("alarm", str(kind))
    environment.filters["label"] = lambda word, kind: labels(kind, str(word)) if word else ""
    return environment


def _paragraphs(text: str) -> Iterator[Paragraph]:
    for number, line in enumerate(filter(str.strip, text.splitlines())):
        sign_off = line.startswith(_SIGN_OFF)
        explained = _EXPLAINED.fullmatch(line)
        yield Paragraph(
            text=explained["text"] if explained else line.strip("　 "),
            term=explained["term"] if explained else "",
            align="right" if sign_off else "left",
            indented=line.startswith("　") and not sign_off,
            heading=number == 0,
        )


def day(value: date | datetime) -> str:
    """2026年11月20日, without leading zeros (GB/T 9704-2012, 7.3.5.4)."""
    value = _local(value)
    return f"{value.year}年{value.month}月{value.day}日"


def minute(value: datetime) -> str:
    value = value.astimezone(OFFICE_TIME)
    return f"{day(value)}{value.hour}时{value.minute:02d}分"


def local_minute(value: datetime) -> str:
    """2026-11-20 09:05, as lists and sheets show a moment: the office's own time."""
    return f"{value.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}"


def numeral(number: int) -> str:
    """一 … 九十九, as letters number their paragraphs."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones or not tens else "")


def clause(reference: str) -> str:
    """Clauses as letters cite them: "附件4 1.4.1 a" → 附件4第1.4.1条第a项, "四.(三)" → 正文四（三）.

    Several stand with commas; one that begins with a number belongs to the annex before it:
    "附件4 1.4.1, 3.2" → 附件4第1.4.1条、第3.2条. What is of no known form stays as it is.
    """
    cited, annex = [], ""
    for part in _COMMAS.split(reference.strip()):
        whole = f"{annex} {part}" if annex and part[:1].isdigit() else part
        cited.append(_one_clause(whole).removeprefix(annex if whole != part else ""))
        if found := _ANNEX.match(whole):
            annex = found[0]
    return "、".join(cited)


def _one_clause(reference: str) -> str:
    if found := _ANNEX_CLAUSE.fullmatch(reference):
        annex, article, item = found.groups()
        return f"{annex}第{article}条" + (f"第{item}项" if item else "")
    if found := _MAIN_CLAUSE.fullmatch(reference):
        section, item = found.groups()
        return f"正文{section}" + (f"（{item}）" if item else "")
    return re.sub(r"\s+", "", reference) if _ANNEX.match(reference) else reference


def deadline(clock: Any) -> str:
    """A due day as letters say it; with both bounds while next year's holidays are not published."""
    if clock.due is not None:
        return f"{day(clock.due)}前"
    if clock.earliest is None or clock.latest is None:
        return "规定时限内"
    return f"{day(clock.earliest)}至{day(clock.latest)}间（待下一年度放假安排公布后确定）"


def technical(detail: str) -> str:
    """What a server or a library said, marked as such among an office's words."""
    return detail if not detail or _CHINESE.search(detail) else f"技术信息：{detail}"


def _local(value: date | datetime) -> date:
    return value.astimezone(OFFICE_TIME).date() if isinstance(value, datetime) else value


def _joined(values: Iterable[object], separator: str = "、") -> str:
    return separator.join(map(str, values))


def page_ranges(pages: Iterable[int]) -> str:
    """2, 4, 5, 6, 7 → 2、4–7."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return "、".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


_FILTERS = {
    "ranges": page_ranges,
    "clause": clause,
    "day": day,
    "iso_day": lambda value: day(date.fromisoformat(value)),
    "minute": minute,
    "local_minute": local_minute,
    "iso_minute": lambda value: local_minute(datetime.fromisoformat(value)),
    "numeral": numeral,
    "deadline": deadline,
    "joined": _joined,
    "technical": technical,
    "masked": masked,
    "masked_address": masked_address,
}
