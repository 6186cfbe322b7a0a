"""What does this mail say, whatever its bytes are?"""

from parsers.mail.attachments import take_out
from parsers.mail.automatic import automatic_kind
from parsers.mail.bounce import bounce_of
from parsers.mail.envelope import envelope
from parsers.mail.links import cloud_links
from parsers.mail.message import Message, Parsed
from parsers.mail.scan import with_line_ends
from parsers.mail.structure import Walk, structure
from parsers.mail.text import TEXT_LIMIT


def read_message(raw: bytes) -> Parsed:
    """The mail's facts and its files. Never raises for any bytes; fetches nothing; bounded by the limits of `scan`.

    Memory stays below about four times the mail. Where a limit was hit `message.too_complex` is set and what was read
    until there is told; the headers always are.
    """
    source = with_line_ends(raw)
    walk = Walk()
    root = structure(source, walk)
    top = envelope(root.block)
    opened = take_out(source, root, walk)
    text = "\n\n".join(one.text for one in opened.bodies if one.text)[:TEXT_LIMIT]
    pages = tuple(page for one in opened.bodies for page in one.pages)
    author = top.authors[0] if len(top.authors) == 1 else None
    bounce = bounce_of(source, root.block, root, author, top.subject, text)
    defects = (*top.defects, *walk.defects, *(("empty",) if not raw.strip() else ()))
    message = Message(
        subject=top.subject,
        authors=top.authors,
        author_defects=top.author_defects,
        reply_to=top.reply_to,
        to=top.to,
        cc=top.cc,
        message_id=top.message_id,
        in_reply_to=top.in_reply_to,
        references=top.references,
        date=top.date,
        received=top.received,
        delivered_to=top.delivered_to,
        text=text,
        attachments=tuple(opened.attachments),
        links=cloud_links(text, pages),
        automatic=automatic_kind(root.block, root, author, top.subject, bounce),
        bounce=bounce,
        trace=top.trace,
        defects=tuple(dict.fromkeys(defects)),
        too_complex=walk.too_complex,
        unread_recipients=top.unread_recipients,
    )
    return Parsed(message, opened.contents)
