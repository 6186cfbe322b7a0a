"""What of two or three defects in papers that have nothing to do with each other?"""

from tests.score.kinds.certificates import CERTIFICATE
from tests.score.kinds.draft import Draft, Flaw, Kinds
from tests.score.kinds.engagements import ENGAGEMENT
from tests.score.kinds.envelopes import ENVELOPE
from tests.score.kinds.identity import IDENTITY
from tests.score.kinds.letters import LETTER
from tests.score.kinds.periods import PERIOD

_ALONE = LETTER | CERTIFICATE | IDENTITY | ENGAGEMENT | PERIOD | ENVELOPE


def _several(*names: str) -> Flaw:
    """A doubt among them sends the whole mail to a person."""

    def flaw(draft: Draft) -> None:
        told: set[tuple[str, ...]] = set()
        for name in names:
            draft.parcel.verdicts = ("complete",)
            _ALONE[name][1](draft)
            told.add(draft.parcel.verdicts)
        if ("referred",) in told:
            draft.parcel.verdicts = ("referred",)

    return flaw


_TOGETHER = (
    ("I", "no seal", "two months paid"),
    ("I", "no date", "from a private address"),
    ("I", "handler did not sign", "branch", "subject: turned round"),
    ("I", "wrong digit of the credit code", "flexible worker"),
    ("I", "phone left empty", "legal representative's certificate", "from a private address"),
    ("B", "engineer of 3-1 did not sign", "one month paid"),
    ("B", "subject: event alone", "pension not paid"),
    ("A", "no date", "no photo in hand"),
    ("A", "engineer did not sign", "national draft", "copied to another firm"),
    ("A", "on form 4-1-3", "municipal page twice"),
    ("A", "another post on the letter", "no card"),
    ("A", "another start on the national page", "no seal"),
    ("U", "legal representative did not sign", "municipal not published"),
    ("U", "subject: firm before engineer", "another project on the national page"),
    ("U", "landline", "a card instead of the photo"),
    ("C", "late close", "no photo in hand"),
    ("C", "another person's card", "national page twice"),
    ("C", "subject: no action", "no card"),
    ("F", "no seal", "two months paid", "from a private address"),
    ("F", "another section on the letter", "near employer"),
    ("F", "enterprise explains nothing", "legal representative did not sign"),
)
SEVERAL: Kinds = {" + ".join(names): (filing, _several(*names)) for filing, *names in _TOGETHER}
