"""What a worked mail leaves behind, and how its letters leave the house once."""

import threading
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from ledger.entries import CaseState, ClockEntry, LetterState, MailState
from ledger.errors import NoSuchCase, Stale
from ledger.ledger import Ledger
from ledger.questions import CaseFilter, CaseQuery, FoundBy
from tests.ledger.builders import LEASE, MAILBOX, NOW, a_case, a_letter, an_arrival, later, some_facts

FEEDBACK_DUE = date(2026, 12, 4)


def claimed(ledger, uid=50, **arrival):
    ledger.record_mails([an_arrival(uid, **arrival)], NOW)
    return ledger.claim("w", LEASE, NOW)


def sent(ledger, now=NOW):
    entry = ledger.claim_letter("s", 60, now)
    ledger.mark_sent(entry.id, entry.fence, "250 ok", now)
    return entry


def test_numbers_run_by_office_and_year_without_gaps(ledger):
    ledger.record_mails([an_arrival(uid) for uid in range(4)], NOW)
    given = [
        ledger.assign_number(mail, office, year)
        for mail, office, year in [
            (1, "ZJZD", 2026),
            (2, "ZJZD", 2026),
            (1, "ZJZD", 2026),
            (3, "GJZX", 2026),
            (4, "ZJZD", 2027),
        ]
    ]
    assert given == ["ZJZD-2026-0001", "ZJZD-2026-0002", "ZJZD-2026-0001", "GJZX-2026-0001", "ZJZD-2027-0001"]


def test_a_filed_case_tells_what_was_found(ledger):
    number = a_case(ledger, letters=[a_letter()])
    file = ledger.case(number)
    assert file.case.facts == some_facts()
    assert file.mails[0].state is MailState.FILED
    assert [event.action for event in file.events] == ["case_filed"]
    assert file.letters[0].letter.state is LetterState.QUEUED
    with pytest.raises(NoSuchCase):
        ledger.case("ZJZD-2026-9999")


def test_all_of_a_finish_is_written_or_nothing(ledger):
    a_case(ledger, letters=[a_letter(message_id="<taken@office.example>")])
    claim = claimed(ledger)
    number = ledger.assign_number(claim.mail.id, "ZJZD", 2026)
    with pytest.raises(IntegrityError):
        ledger.file_case(
            claim, some_facts(), number=number, state=CaseState.COMPLETE, now=NOW,
            letters=[a_letter(message_id="<taken@office.example>")],
        )  # fmt: skip
    assert ledger.mail(claim.mail.id).state is MailState.RECORDED
    assert ledger.count_cases() == 1
    assert ledger.verify() == ()


def test_one_mail_is_never_answered_twice_with_the_same_kind(ledger):
    claim = claimed(ledger)
    with pytest.raises(IntegrityError):
        ledger.answer(claim, "query", letters=[a_letter("answer"), a_letter("answer")], now=NOW)


def test_a_completion_joins_its_case_and_drops_the_draft_of_the_round_before(ledger):
    number = a_case(ledger, state=CaseState.REFERRED, letters=[a_letter("correction", state=LetterState.HELD)])
    claim = claimed(ledger)
    facts = some_facts(verdict="complete", findings=(), firm=None)
    assert ledger.join_case(claim, facts, number=number, state=CaseState.COMPLETE, letters=[a_letter()], now=NOW) == 2
    file = ledger.case(number)
    assert file.case.state is CaseState.COMPLETE
    assert file.case.facts.firm == some_facts().firm  # what the completion does not say stays
    assert file.case.facts.findings == ()
    assert [(one.round, len(one.findings)) for one in file.examinations] == [(1, 1), (2, 0)]
    assert [entry.letter.state for entry in file.letters] == [LetterState.CANCELLED, LetterState.QUEUED]


def test_the_first_feedback_stops_its_clock_and_a_correction_counts_a_round(ledger):
    number = a_case(ledger, letters=[a_letter("receipt")], state=CaseState.REFERRED)
    sent(ledger)
    assert ledger.case(number).case.first_feedback_at is None
    ledger.decide(
        number, "correct", actor="li@office.example", expected=CaseState.REFERRED, state=CaseState.AWAITING_CORRECTION,
        letters=[a_letter("correction")], now=NOW,
    )  # fmt: skip
    sent(ledger, later(days=1))
    case = ledger.case(number).case
    assert (case.first_feedback_at, case.rounds) == (later(days=1), 1)
    assert case.facts.clocks[0].stopped_on == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("query", "by"),
    [
        pytest.param(CaseQuery(numbers=("ZJZD-2026-0001",)), FoundBy.NUMBER, id="number in the subject"),
        pytest.param(CaseQuery(thread=("<ours@office.example>",)), FoundBy.THREAD, id="reply to our mail"),
        pytest.param(CaseQuery(thread=("<theirs@x.example>",)), FoundBy.THREAD, id="follows the applicant's own mail"),
        pytest.param(CaseQuery(fingerprint="f1", numbers=("ZJZD-2026-0001",)), FoundBy.DUPLICATE, id="unchanged"),
        pytest.param(CaseQuery(same_as=1), FoundBy.SAME_BYTES, id="same bytes"),
        pytest.param(
            CaseQuery(
                applicant="zhang@applicant.example", matter="engineer_track_record", action="add",
                firm="山城路监理 有限公司", engineer_key="k",
            ),
            FoundBy.OPEN_CASE, id="same applicant and matter",
        ),
        pytest.param(
            CaseQuery(applicant="zhang@applicant.example", matter="engineer_track_record", engineer_key="other"),
            None, id="another engineer",
        ),
        pytest.param(CaseQuery(thread=("<foreign@x.example>",), fingerprint="f2"), None, id="nothing in common"),
    ],
)  # fmt: skip
def test_a_case_is_found_by(ledger, query, by):
    number = a_case(
        ledger, letters=[a_letter(message_id="<ours@office.example>")], message_id="<theirs@x.example>",
        facts=some_facts(fingerprint="f1", engineer_key="k"),
    )  # fmt: skip
    match = ledger.find_case(query)
    assert (match and match.by, match and match.number) == ((by, number) if by else (None, None))


def test_engagements_end_with_a_closing(ledger):
    started, ended = date(2026, 1, 5), date(2026, 11, 1)
    opened = some_facts(engineer_key="k", project="某高速", section="JL1", post="监理工程师", started_on=started)
    a_case(ledger, 1, facts=opened)
    assert [(one.started_on, one.ended_on) for one in ledger.open_engagements("k")] == [(started, None)]
    a_case(
        ledger,
        2,
        facts=some_facts(
            engineer_key="k", project="某高速", section="JL1", action="close", ended_on=ended, received_at=later(days=1)
        ),
    )
    assert [(one.started_on, one.ended_on) for one in ledger.open_engagements("k")] == [(started, ended)]


def test_a_handlers_enterprises_are_known_by_their_latest_case(ledger):
    """Cases that came to nothing, and those of long ago, do not count (E18)."""
    first, second = "重庆王五监理有限公司", "重庆别家工程咨询有限公司"
    a_case(ledger, 1, facts=some_facts(handler_key="h", firm=first))
    latest = a_case(ledger, 2, facts=some_facts(handler_key="h", firm=first, received_at=later(days=1)))
    other = a_case(ledger, 3, facts=some_facts(handler_key="h", firm=second, received_at=later(days=2)))
    a_case(ledger, 4, facts=some_facts(handler_key="another", firm="重庆丙监理有限公司"))
    withdrawn = some_facts(handler_key="h", firm="重庆丁监理有限公司", received_at=later(days=3))
    a_case(ledger, 5, facts=withdrawn, state=CaseState.WITHDRAWN)
    found = [(one.firm, one.case_number) for one in ledger.firms_handled("h", later(days=-30))]
    assert found == [(second, other), (first, latest)]
    assert [one.firm for one in ledger.firms_handled("h", later(days=2))] == [second]


def test_signatures_point_to_the_first_case(ledger):
    first = a_case(ledger, 1, facts=some_facts(signatures=("s1",)))
    a_case(ledger, 2, facts=some_facts(signatures=("s1", "s2")))
    assert ledger.known_signatures(["s1", "s9"]) == {"s1": first}


def test_of_two_decisions_the_first_wins(url):
    with Ledger.open(url) as ledger:
        number = a_case(ledger)
    outcomes = []

    def decide(decision, state):
        with Ledger.open(url) as own:
            try:
                own.decide(
                    number,
                    decision,
                    actor=f"{decision}@office.example",
                    expected=CaseState.COMPLETE,
                    state=state,
                    letters=[a_letter("result")],
                    now=NOW,
                )
                outcomes.append(decision)
            except Stale:
                outcomes.append("stale")

    pairs = (("approve", CaseState.APPROVED), ("reject", CaseState.REJECTED))
    threads = [threading.Thread(target=decide, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes)[-1] == "stale"
    assert len(set(outcomes)) == 2
    with Ledger.open(url) as ledger:
        file = ledger.case(number)
    assert len(file.letters) == 1
    assert file.case.keep_until == date(2029, 11, 20)
    assert file.case.facts.clocks[0].stopped_on == date(2026, 11, 20)


def test_a_nod_releases_the_draft_unless_it_was_replaced(ledger):
    number = a_case(ledger, state=CaseState.REFERRED, letters=[a_letter("correction", state=LetterState.HELD)])
    draft = ledger.letters(LetterState.HELD)[0]
    ledger.cancel_letter(draft.id, NOW)
    with pytest.raises(Stale):
        ledger.decide(
            number, "correct", actor="li@office.example", expected=CaseState.REFERRED,
            state=CaseState.AWAITING_CORRECTION, release=[draft.id], now=NOW,
        )  # fmt: skip
    assert ledger.case(number).case.state is CaseState.REFERRED


def test_a_letter_is_claimed_once_and_its_ends_need_the_fence(ledger):
    a_case(ledger, letters=[a_letter()])
    entry = ledger.claim_letter("s", 60, NOW)
    assert ledger.claim_letter("t", 60, NOW) is None
    assert entry.letter.state is LetterState.SENDING
    with pytest.raises(Stale):
        ledger.mark_sent(entry.id, entry.fence - 1, "250", NOW)
    ledger.mark_sent(entry.id, entry.fence, "250", NOW)
    with pytest.raises(Stale):
        ledger.mark_uncertain(entry.id, entry.fence, "late", NOW)


def test_a_letter_whose_sender_died_is_never_sent_blindly(ledger):
    a_case(ledger, letters=[a_letter()])
    entry = ledger.claim_letter("dies", 60, NOW)
    assert ledger.stale_sending(later(seconds=59)) == ()
    assert ledger.claim_letter("other", 60, later(hours=1)) is None
    assert [lost.id for lost in ledger.stale_sending(later(seconds=61))] == [entry.id]
    ledger.resolve_uncertain(entry.id, sent=False, why="not in Sent", now=later(minutes=10))
    again = ledger.claim_letter("other", 60, later(minutes=10))
    assert again.letter.message_id == entry.letter.message_id
    with pytest.raises(Stale):
        ledger.mark_sent(entry.id, entry.fence, "250", later(minutes=11))


def test_a_retry_waits_and_a_brake_costs_no_attempt(ledger):
    a_case(ledger, letters=[a_letter()])
    entry = ledger.claim_letter("s", 60, NOW)
    ledger.mark_retry(entry.id, entry.fence, later(minutes=5), "451 later")
    assert ledger.claim_letter("s", 60, later(minutes=4)) is None
    entry = ledger.claim_letter("s", 60, later(minutes=5))
    ledger.unclaim_letter(entry.id, entry.fence, later(minutes=6))
    assert ledger.claim_letter("s", 60, later(minutes=6)).attempts == 2


def test_brakes_count_what_left_or_may_have_left(ledger):
    number = a_case(
        ledger,
        letters=[a_letter("receipt"), a_letter("complete", recipients=("ZHANG@applicant.example", "b@x.example"))],
    )
    sent(ledger)
    entry = ledger.claim_letter("s", 60, NOW)
    ledger.mark_uncertain(entry.id, entry.fence, "cut", NOW)
    counts = ledger.sent_counts("Zhang@applicant.example", number, later(minutes=59))
    assert (counts.to_recipient_hour, counts.of_case_day, counts.all_hour) == (2, 2, 2)
    assert ledger.sent_counts("b@x.example", None, later(minutes=59)).to_recipient_day == 1
    assert ledger.sent_counts("zhang@applicant.example", number, later(hours=2)).to_recipient_hour == 0


def test_a_digest_is_queued_once_for_its_period(ledger):
    digest = a_letter("digest", purpose="digest:2026-11-20:li@office.example")
    again = a_letter("digest", purpose="digest:2026-11-20:li@office.example")
    assert ledger.queue_letter(digest, now=NOW)
    assert not ledger.queue_letter(again, now=NOW)


def test_a_bounce_finds_its_letter(ledger):
    number = a_case(ledger, letters=[a_letter(message_id="<b@office.example>")])
    sent(ledger)
    assert ledger.mark_bounced("<b@office.example>", "5.1.1", NOW).case_number == number
    assert ledger.letters(LetterState.BOUNCED)[0].last_error == "5.1.1"
    assert ledger.mark_bounced("<foreign@x.example>", "5.1.1", NOW) is None


def test_clocks_computed_anew_tell_the_difference(ledger):
    number = a_case(
        ledger, facts=some_facts(clocks=(ClockEntry("feedback10", "二", None, date(2027, 1, 4), date(2027, 1, 9)),))
    )
    assert [one.case_number for one in ledger.open_clocks(undated_only=True)] == [number]
    known = [ClockEntry("feedback10", "二", date(2027, 1, 6))]
    assert ledger.update_clocks(number, known, why="calendar 2027", now=NOW)
    assert not ledger.update_clocks(number, known, why="calendar 2027", now=NOW)
    event = ledger.case(number).events[-1]
    assert event.detail["clocks"][0]["due"] == [None, "2027-01-06"]
    assert ledger.due_between(date(2027, 1, 6), date(2027, 1, 6))[0].clock.due == date(2027, 1, 6)


@pytest.mark.parametrize(
    ("which", "found"),
    [
        pytest.param(CaseFilter(), 3, id="all"),
        pytest.param(CaseFilter(firm="山城路监理有限公司"), 2, id="firm"),
        pytest.param(CaseFilter(firm="山城路监理有限公司(甲)"), 1, id="firm with another bracket"),
        pytest.param(CaseFilter(open_only=True), 2, id="open"),
        pytest.param(CaseFilter(states=(CaseState.APPROVED,)), 1, id="state"),
        pytest.param(CaseFilter(text="城路"), 3, id="text"),
        pytest.param(CaseFilter(text="%"), 0, id="a percent sign is no wildcard"),
        pytest.param(CaseFilter(overdue_on=date(2026, 12, 5)), 2, id="overdue"),
        pytest.param(CaseFilter(overdue_on=FEEDBACK_DUE), 0, id="not overdue on the due day"),
        pytest.param(CaseFilter(mailboxes=(MAILBOX,), received_from=later(hours=1)), 0, id="later"),
    ],
)
def test_cases_are_listed_by(ledger, which, found):
    a_case(ledger, 1)
    a_case(ledger, 2, facts=some_facts(firm="山城路监理有限公司（甲）"))
    closed = a_case(ledger, 3)
    ledger.decide(closed, "approve", actor="a@x", expected=CaseState.COMPLETE, state=CaseState.APPROVED, now=NOW)
    assert len(list(ledger.cases(which))) == ledger.count_cases(which) == found


def test_figures_count_open_overdue_cases_against_the_office(ledger):
    a_case(ledger, 1, letters=[a_letter("correction")])
    sent(ledger)
    a_case(ledger, 2)
    figures = ledger.figures(date(2026, 11, 1), date(2026, 12, 31), today=date(2027, 1, 5))
    assert (figures.received, figures.feedback_due, figures.feedback_in_time, figures.corrected) == (2, 2, 1, 1)
    assert figures.feedback_rate == 0.5
    assert figures.top_codes == (("firm_not_copied", 2),)


def test_steps_are_remembered_and_stop_their_clock(ledger):
    number = a_case(ledger)
    ledger.record_step(
        number, {"enterprise_verified_on": "2026-11-22"}, actor="li@office.example", stops=["feedback10"], now=NOW
    )
    case = ledger.case(number).case
    assert case.steps == {"enterprise_verified_on": "2026-11-22"}
    assert case.facts.clocks[0].stopped_on is not None
