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
from mailbot.letters.notation import clause, day, local_minute, minute, numeral, page_ranges, technical
from parsers.masking import mask, masked, masked_address

#: A line indented this far is the sign-off, set to the right in HTML.
_SIGN_OFF = "　" * 8
#: A word and, set off by a gap, what it does.
_EXPLAINED = re.compile(r"　{2}(?P<term>[^　]{1,20})　[　 ]+(?P<text>\S.*)")
#: No letter is longer; a template that runs away is an error, not a mail.
_LONGEST_LETTER = 60_000


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


_FILTERS = {
    "ranges": page_ranges,
    "clause": clause,
    "day": day,
    "iso_day": lambda value: day(date.fromisoformat(value)),
    "minute": minute,
    "local_minute": local_minute,
    "iso_minute": lambda value: local_minute(datetime.fromisoformat(value)),
    "numeral": numeral,
    "joined": lambda values, separator="、": separator.join(map(str, values)),
    "technical": technical,
    "masked": masked,
    "masked_address": masked_address,
}
