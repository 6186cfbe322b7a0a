"""Which classes of papers are there, so that a child's answer can be checked strictly?"""

from typing import Final

from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import Document
from parsers.documents.explanation import Approval, Explanation, LateFilingUndertaking, OtherPaper
from parsers.documents.identity_card import IdentityCard
from parsers.documents.screenshot import Screenshot
from parsers.documents.social_insurance import SocialInsuranceCertificate

#: Every class that `recognise` may put into a `FileRead`. A new kind of paper is one more name here.
DOCUMENT_CLASSES: Final[tuple[type[Document], ...]] = (
    CommitmentLetter,
    SocialInsuranceCertificate,
    Screenshot,
    IdentityCard,
    CardInHandPhoto,
    Explanation,
    LateFilingUndertaking,
    Approval,
    OtherPaper,
)
