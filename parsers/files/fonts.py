"""Can a PDF that does not carry its Chinese font be shown on this machine?

Certificates printed by portals often rely on the reader's font. Without one pdfium draws nothing in its place, and on
turned pages loses the text as well.
"""

from typing import Final

import pypdfium2 as pdfium

#: One sign in a font that is only named. Without a table of references: pdfium makes its own.
_PAGE: Final = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 40 40]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 31>>stream
BT /F 30 Tf 5 8 Td <56FD> Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>endobj
6 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R
/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>endobj
7 0 obj<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]
/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>endobj
trailer<</Root 1 0 R>>
"""


def shows_chinese() -> bool:
    """Draws one sign and looks for its ink."""
    return bool((pdfium.PdfDocument(_PAGE)[0].render(scale=2).to_numpy() < 128).any())
