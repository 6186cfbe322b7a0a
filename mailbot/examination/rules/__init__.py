"""What can be wrong with an application, one file a topic: which rules are there, in the order of a letter?"""

from collections.abc import Callable, Iterator
from typing import Final

from mailbot.examination.rules import (
    agreement_action,
    agreement_engineer,
    agreement_firm,
    agreement_handler,
    agreement_project,
    attachments,
    commitment_letter,
    commitment_letter_numbers,
    commitment_letter_signing,
    correspondents,
    documents,
    engagements,
    envelope,
    handlers,
    identity,
    insurance,
    insurance_bearer,
    screenshots,
    standing,
    timeliness,
)
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding

Rule = Callable[[Submission, OnFile], Iterator[Finding]]

#: Every rule; a new one is a line in its topic's RULES, a new topic a line here.
RULES: Final[tuple[Rule, ...]] = (
    *envelope.RULES,
    *correspondents.RULES,
    *standing.RULES,
    *attachments.RULES,
    *commitment_letter.RULES,
    *commitment_letter_signing.RULES,
    *commitment_letter_numbers.RULES,
    *insurance.RULES,
    *insurance_bearer.RULES,
    *handlers.RULES,
    *screenshots.RULES,
    *identity.RULES,
    *documents.RULES,
    *agreement_firm.RULES,
    *agreement_engineer.RULES,
    *agreement_handler.RULES,
    *agreement_action.RULES,
    *agreement_project.RULES,
    *timeliness.RULES,
    *engagements.RULES,
)


def _codes(kind: type[Finding]) -> Iterator[str]:
    if "code" in vars(kind):
        yield kind.code
    for narrower in kind.__subclasses__():
        yield from _codes(narrower)


#: Every code that a pack may set: those of all finding types of the topics imported above.
KNOWN_CODES: Final[frozenset[str]] = frozenset(_codes(Finding))
