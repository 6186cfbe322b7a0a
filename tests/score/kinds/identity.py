"""What may be wrong with the card and with the photograph of the person who holds it?"""

from dataclasses import replace

from PIL import Image

from mailbot.demo import cards
from mailbot.demo.ink import portrait
from mailbot.demo.people import Person
from mailbot.demo.sheet import jpeg
from tests.score import variety
from tests.score.kinds.draft import Draft, Kinds
from tests.score.paper_variety import card, in_hand


def _lay(draft: Draft, key: str, name: str, *sides: Image.Image) -> None:
    page = Image.new("RGB", (1240, 1754), (250, 250, 248))
    for number, side in enumerate(sides):
        page.paste(side, (draft.random.randint(150, 380), 220 + 700 * number))
    shot = variety.travelled(page, draft.random.choice(("plain", "scan", "dpi150")), draft.random)
    draft.parcel.papers[key] = (f"{name}.jpg", jpeg(shot))


def _front(draft: Draft, person: Person | None = None) -> Image.Image:
    return cards.front(person or draft.facts.engineer, draft.random).picture(220)


def _front_alone(draft: Draft) -> None:
    """31号文 asks for the 扫描件 and names no sides: a person decides."""
    draft.drop("card")
    _lay(draft, "card", "身份证", _front(draft))
    draft.expect("id_card_missing", doubt=True)


def _back_alone(draft: Draft) -> None:
    draft.drop("card")
    _lay(draft, "card", "身份证", cards.back().picture(220))
    draft.expect("id_card_missing", doubt=True)


def _front_twice(draft: Draft) -> None:
    draft.drop("card")
    _lay(draft, "card", "身份证", _front(draft), _front(draft))
    draft.expect("id_card_missing", doubt=True)


def _another_persons(draft: Draft) -> None:
    card(draft.parcel, draft.another_person())
    draft.expect("engineer_disagrees", "citizen_id_disagrees")


def _another_holds_his(draft: Draft) -> None:
    """Card and photograph show somebody else, wherever it can be read."""
    other = draft.another_person()
    draft.drop("card")
    _lay(draft, "card", "身份证", _front(draft, other), cards.back().picture(220))
    in_hand(draft.parcel, other)
    draft.expect("citizen_id_disagrees", "engineer_disagrees")


def _renewed(draft: Draft) -> None:
    """The letter bears another valid number than the card."""
    other = replace(draft.facts.engineer, citizen_id=draft.another_person().citizen_id)
    with draft.pretending(engineer=other):
        draft.letter()
    draft.expect("citizen_id_disagrees")


def _card_for_photo(draft: Draft) -> None:
    """No person in the 手持身份证照片, only the card on a table."""
    shot = variety.travelled(_front(draft).resize((1100, 694)), "photo", draft.random)
    draft.parcel.papers["in_hand"] = ("手持身份证照片.jpg", jpeg(shot))
    draft.expect("card_in_hand_photo_missing")


def _face_without_card(draft: Draft) -> None:
    """A picture of no known kind: a person looks."""
    draft.parcel.papers["in_hand"] = ("手持身份证照片.jpg", jpeg(portrait(draft.random, 1200, 1500)))
    draft.expect("card_in_hand_photo_missing", doubt=True, may=("document_illegible",))


def _no_photo(draft: Draft) -> None:
    draft.drop("in_hand")
    draft.expect("card_in_hand_photo_missing")


def _no_card(draft: Draft) -> None:
    draft.drop("card")
    draft.expect("id_card_missing")


def _neither(draft: Draft) -> None:
    draft.drop("card")
    draft.drop("in_hand")
    draft.expect("id_card_missing", "card_in_hand_photo_missing")


def _expired(draft: Draft) -> None:
    card(draft.parcel, draft.facts.engineer, until="2025.11.30")
    draft.expect("id_card_expired", doubt=True)


IDENTITY: Kinds = {
    "front of the card alone": ("AU", _front_alone),
    "back of the card alone": ("C", _back_alone),
    "front of the card twice": ("A", _front_twice),
    "another person's card": ("AUC", _another_persons),
    "another person altogether": ("AU", _another_holds_his),
    "letter with another number": ("AU", _renewed),
    "a card instead of the photo": ("AUC", _card_for_photo),
    "a face without a card": ("AU", _face_without_card),
    "no photo in hand": ("AUC", _no_photo),
    "no card": ("AC", _no_card),
    "neither card nor photo": ("U", _neither),
    "expired card": ("AC", _expired),
}
