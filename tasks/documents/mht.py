"""Pages saved as one file with their pictures (.mht): the page itself, without what it needs to be shown."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from roadmap.documents.neutral import Document
from roadmap.documents.plain_text import from_text
from tasks.documents.html.reading import from_html, from_markup
from tasks.files.errors import DocumentRefused


def from_mht(content: bytes, name: str) -> Document:
    """The document in the bytes of an .mht; raises ``DocumentRefused`` for a letter with files or without words."""
    message = message_from_bytes(content, policy=default)
    parts = [part for part in message.walk() if isinstance(part, EmailMessage) and not part.is_multipart()]
    if any(part.get_content_disposition() == "attachment" for part in parts):
        raise DocumentRefused(f"{name}: это письмо с вложениями — сохраните документ из него отдельно")
    for kind in ("text/html", "text/plain"):
        for part in parts:
            if part.get_content_type() != kind:
                continue
            packed = part.get_payload(decode=True)
            if not isinstance(packed, bytes) or not packed.strip():
                continue
            words = _decoded(packed, part.get_content_charset())
            if kind == "text/plain":
                return from_text(words if words is not None else packed.decode("utf-8", "replace"), name)
            return from_markup(words, name) if words is not None else from_html(packed, name)
    raise DocumentRefused(f"{name}: в файле нет страницы с текстом — сохраните её заново или как .docx")


def _decoded(packed: bytes, charset: str | None) -> str | None:
    try:
        return packed.decode(charset) if charset else None
    except (LookupError, UnicodeDecodeError):
        return None
