"""Which certificate is judged, of several or of one in parts?"""

from parsers.documents.social_insurance_title import Title, Variety
from tests.mailbot.examination.rules.certificates import OTHER_ID, a_certificate, a_letter, told


def test_sheets_of_one_certificate_in_two_files_are_put_together():
    first = a_certificate("2026-03", "2026-04")
    second = a_certificate("2026-05", title=Title(Variety.UNKNOWN), person=None, citizen_id=None, employer=None)
    assert told(a_letter(), first, second) == []


def test_the_handlers_own_is_chosen_among_several():
    assert told(a_letter(), a_certificate(person="王五", citizen_id=OTHER_ID), a_certificate()) == []
