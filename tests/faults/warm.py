"""Loaded by the fork server alone: what every service that is to die would else load, compile and draw anew."""

from mailbot.reviewers.charts import Series
from tests.faults import small_service

_words = small_service.words()
assert list(_words.check()) == []
assert _words.codes
_words.as_html("何", "何")
small_service.diagrams.columns("何", ("日",), (Series("数", "#1f618d", (1,)),))
