"""Which classes of papers are there, so that a child's answer can be checked strictly?"""

from parsers.documents.document import Document

#: Every class that `recognise` may put into a `FileRead`. A new kind of paper is one more name here.
DOCUMENT_CLASSES: tuple[type[Document], ...] = (Document,)
