"""What may be attached to a message: which kinds of file, under which names, and whether the content is what it says.

A kind is told by the content and not by what the sender calls it: a file that is opened with another program than its
name promises is how people are deceived.
"""

import codecs
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from services.core.errors import Conflict, Invalid, Unavailable

FILE_LIMIT = 20_000_000
"""The largest file, in bytes."""
NAME_LIMIT = 200
"""The longest name of a file, in characters; in bytes, see ``check_name``."""
ATTACHMENTS_LIMIT = 10
"""How many files a message may have."""
UNBOUND_LIMIT = 20
"""How many files a person may have uploaded that belong to no message yet."""
UPLOAD_SECONDS = 300
"""How long an upload may take; 20 MB in that time are 70 KB a second."""
_FORBIDDEN = frozenset('/\\<>:"|?*')
"""What some file system takes for something else than part of a name."""
_KEPT_FORMATS = frozenset("\u200c\u200d\u200e\u200f")
"""Joiners of Persian and Indic words, and the marks that keep a name of two directions in order."""
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."


class WrongFileName(Invalid):
    """The file's name has what a name cannot have."""

    code = "WRONG_FILE_NAME"


class FileTooLarge(Invalid):
    """The file is larger than one may be."""

    code = "FILE_TOO_LARGE"


class FileEmpty(Invalid):
    """The file has no content."""

    code = "FILE_EMPTY"


class UploadTooSlow(Unavailable):
    """The content did not come in within the time that there is."""

    code = "UPLOAD_TOO_SLOW"


class WrongFileKind(Invalid):
    """Files of this kind cannot be attached, or the content is not what the name says."""

    code = "WRONG_FILE_KIND"


class TooManyFiles(Conflict):
    """There are more files than a message, or a person between two messages, may have."""

    code = "TOO_MANY_FILES"


class AttachmentTaken(Conflict):
    """The file belongs to a message already."""

    code = "ATTACHMENT_TAKEN"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type (IANA), what people call it, the ends of its names, and how it is recognised."""

    media_type: str
    called: str
    endings: tuple[str, ...]
    recognised: Callable[[IO[bytes]], bool]


def _begins(*signs: tuple[int, bytes]) -> Callable[[IO[bytes]], bool]:
    """Whether the octets at these places are these."""

    def recognised(file: IO[bytes]) -> bool:
        return all(file.seek(place) == place and file.read(len(sign)) == sign for place, sign in signs)

    return recognised


def _open_document(media_type: str) -> Callable[[IO[bytes]], bool]:
    """OpenDocument 1.3 part 2, section 3.3: the first entry of the package is its media type, as it is."""
    return _begins((0, b"PK\x03\x04"), (30, f"mimetype{media_type}PK".encode()))


def _office(part: bytes) -> Callable[[IO[bytes]], bool]:
    """Office Open XML (ECMA-376 part 2): a ZIP whose directory names the main part; one with macros is another kind."""

    def recognised(file: IO[bytes]) -> bool:
        directory = _zip_directory(file)
        return part in directory and b"[Content_Types].xml" in directory and b"vbaProject" not in directory

    return recognised


def _zip_directory(file: IO[bytes]) -> bytes:
    """The central directory of a ZIP (APPNOTE 6.3.10, sections 4.3.12 and 4.3.16); empty where there is none."""
    size = file.seek(0, 2)
    tail_at = file.seek(max(0, size - 65_557))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return b""
    length = int.from_bytes(tail[end + 12 : end + 16], "little")
    place = int.from_bytes(tail[end + 16 : end + 20], "little")
    if place + length > tail_at + end:
        return b""
    file.seek(place)
    return file.read(length)


def _text(file: IO[bytes]) -> bool:
    """UTF-8 without control characters other than tab, form feed and the ends of lines."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(65_536):
            if any((letter < " " and letter not in "\t\n\r\f") or letter == "\x7f" for letter in decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


KINDS = (
    Kind("application/pdf", "PDF", ("pdf",), _begins((0, b"%PDF-"))),
    Kind("image/png", "PNG", ("png",), _begins((0, b"\x89PNG\r\n\x1a\n"))),
    Kind("image/jpeg", "JPEG", ("jpg", "jpeg"), _begins((0, b"\xff\xd8\xff"))),
    Kind("image/webp", "WebP", ("webp",), _begins((0, b"RIFF"), (8, b"WEBP"))),
    Kind(f"{_OFFICE}wordprocessingml.document", "Word", ("docx",), _office(b"word/document.xml")),
    Kind(f"{_OFFICE}spreadsheetml.sheet", "Excel", ("xlsx",), _office(b"xl/workbook.xml")),
    Kind(f"{_OFFICE}presentationml.presentation", "PowerPoint", ("pptx",), _office(b"ppt/presentation.xml")),
    Kind(f"{_OPEN}text", "OpenDocument text", ("odt",), _open_document(f"{_OPEN}text")),
    Kind(f"{_OPEN}spreadsheet", "OpenDocument spreadsheet", ("ods",), _open_document(f"{_OPEN}spreadsheet")),
    Kind(f"{_OPEN}presentation", "OpenDocument presentation", ("odp",), _open_document(f"{_OPEN}presentation")),
    Kind("text/plain", "text in UTF-8", ("txt",), _text),
    Kind("text/csv", "CSV in UTF-8", ("csv",), _text),
    Kind("text/markdown", "Markdown in UTF-8", ("md",), _text),
)
ALLOWED = ", ".join(f"{kind.called} (.{', .'.join(kind.endings)})" for kind in KINDS)
"""The kinds, for people."""


def check_name(name: str) -> str:
    """Return a file's name as it is kept: composed characters (NFC), no blanks around.

    It is shown to the other side and becomes a name on its disk: so no path, no control character, no direction
    override that would show ``exe.pdf`` for ``fdp.exe``, no leading dot, and at most 200 characters and 240 bytes.

    Raises:
        WrongFileName: it is empty or has any of these.
    """
    kept = unicodedata.normalize("NFC", name).strip()
    if not kept or len(kept) > NAME_LIMIT or len(kept.encode("utf-8", "surrogatepass")) > 240:
        raise WrongFileName(
            f"A file's name has 1 to {NAME_LIMIT} characters (240 bytes in UTF-8): POST /files?name=report.pdf.",
            path=("name",),
        )
    if kept.startswith((".", "~")) or kept.endswith("."):
        raise WrongFileName("A file's name does not begin with a dot or tilde, nor end with a dot.", path=("name",))
    if any(_is_odd(letter) for letter in kept):
        raise WrongFileName(
            "The file's name has a character that no name may have: a control or direction character, a line break, "
            'or one of / \\ < > : " | ? *',
            path=("name",),
        )
    return kept


def _is_odd(letter: str) -> bool:
    category = unicodedata.category(letter)
    odd = category in {"Cc", "Cs", "Cn", "Co", "Zl", "Zp"} or (category == "Cf" and letter not in _KEPT_FORMATS)
    return odd or letter in _FORBIDDEN


def kind_named(name: str) -> Kind:
    """Return the kind of file that a name promises.

    Raises:
        WrongFileKind: none of those that can be attached.
    """
    _, dot, ending = name.lower().rpartition(".")
    for kind in KINDS:
        if dot and ending in kind.endings:
            return kind
    raise WrongFileKind(f"Files of this kind cannot be attached. Possible are {ALLOWED}.", path=("name",))


def check_content(kind: Kind, file: IO[bytes]) -> None:
    """Make sure that a file's content is of the kind that its name promises. Reads all of a text: slow.

    Raises:
        WrongFileKind: it is not, or has macros.
    """
    if not kind.recognised(file):
        found = next((one.called for one in KINDS if one.recognised(file)), None)
        is_what = "of none of the kinds that can be attached" if found is None else f"that of a file of kind {found}"
        raise WrongFileKind(
            f"By its name this is a file of kind {kind.called}; its content is {is_what}. Files with macros cannot be "
            "attached.",
            path=("name",),
        )
