"""Does a blank that the form prints in two places say two things?

Engineer and firm stand in the enterprise's sentence and in the engineer's: an old letter filled in anew forgets one.
"""

from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import Levenshtein

from parsers.documents.document import Field

_CLEAR: Final = 0.95  #: engine's confidence from which a name was read as it stands
_APART: Final = 0.25  #: share of a name's signs in which two names differ that no engine takes for each other
_FEWEST: Final = 2


def said_otherwise(best: Field, others: Sequence[Field]) -> Field | None:
    """What another place says, read as clearly and far from the first; a part of a name alone is one that was lost."""
    return next((one for one in others if _is_clear(one) and _is_clear(best) and _is_another(best, one)), None)


def _is_clear(read: Field) -> bool:
    return read.certain or read.confidence >= _CLEAR


def _is_another(best: Field, other: Field) -> bool:
    left, right = best.value, other.value
    apart = Levenshtein.distance(left, right)
    lost = apart == abs(len(left) - len(right))
    return not lost and apart >= max(_FEWEST, _APART * min(len(left), len(right)))
