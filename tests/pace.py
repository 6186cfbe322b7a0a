"""How much slower than the machine on which limits were set is this one just now?

A machine shared with others may have a fraction of its speed, and gets it back a minute later. What a limit of seconds
is to tell apart, work that grows with the input from work that explodes with it, differs by far more.
"""

import re
import time
from typing import Final

_USUAL_SECONDS: Final = 0.1  #: of processor time for the work below, on two idle cores


def slowness() -> float:
    """At least 1.0; measured anew each time, before what is to be measured."""
    began = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    re.sub(rb"a|b", b"x", b"ab" * 100_000)
    return max(1.0, (time.process_time() - began) / _USUAL_SECONDS)
