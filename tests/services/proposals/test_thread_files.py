"""Which files may go with a message: by name, and by what they are."""

import io
import unicodedata
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.proposals.thread_files import (
    KINDS,
    NAME_LIMIT,
    WrongFileKind,
    WrongFileName,
    check_content,
    check_name,
    kind_named,
)


def zipped(*names: str, first: tuple[str, bytes] | None = None) -> bytes:
    """A ZIP with entries of these names; ``first`` stands before them, not compressed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        if first is not None:
            archive.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in names:
            archive.writestr(name, b"content")
    return packed.getvalue()


def workbook() -> bytes:
    """A real workbook, as openpyxl writes it."""
    saved = io.BytesIO()
    openpyxl.Workbook().save(saved)
    return saved.getvalue()


TYPES = "[Content_Types].xml"
OPEN = b"application/vnd.oasis.opendocument."
GOOD: dict[str, bytes] = {
    "a.pdf": b"%PDF-1.7\n...",
    "a.png": b"\x89PNG\r\n\x1a\n....",
    "a.jpg": b"\xff\xd8\xff\xe0....",
    "a.JPEG": b"\xff\xd8\xff\xe1....",
    "a.webp": b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    "a.docx": zipped(TYPES, "word/document.xml"),
    "a.xlsx": workbook(),
    "a.pptx": zipped("docProps/app.xml", "ppt/presentation.xml", TYPES),
    "a.odt": zipped("content.xml", first=("mimetype", OPEN + b"text")),
    "a.ods": zipped("content.xml", first=("mimetype", OPEN + b"spreadsheet")),
    "a.odp": zipped("content.xml", first=("mimetype", OPEN + b"presentation")),
    "a.txt": "Пример \t пояснения\r\n\f人工智能 🧪".encode(),
    "a.csv": b"\xef\xbb\xbfa,b\n1,2\n",
    "a.md": b"# Title\n",
    "ملف تجريبي.pdf": b"%PDF-1.4",
    "план работ (v2) — финал.pdf": b"%PDF-1.4",
    "a.b.c.pdf": b"%PDF-1.4",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_of_each_kind_is_recognised_by_its_content(name: str) -> None:
    kind = kind_named(check_name(name))
    check_content(kind, io.BytesIO(GOOD[name]))
    assert [one.called for one in KINDS if one.recognised(io.BytesIO(GOOD[name]))][0:1] == [
        kind.called if kind.media_type not in {"text/csv", "text/markdown"} else "text in UTF-8"
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", GOOD["a.png"]),
        ("a.pdf", b" %PDF-1.7"),
        ("a.pdf", b"%PDF"),
        ("a.png", b"<svg/>"),
        ("a.jpg", b"\xff\xd8"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WAVE"),
        ("a.docx", zipped("word/document.xml")),
        ("a.docx", zipped(TYPES, "xl/workbook.xml")),
        ("a.docx", zipped(TYPES, "word/document.xml", "word/vbaProject.bin")),
        ("a.xlsx", zipped(TYPES, "xl/workbook.xml", "xl/vbaProject.bin")),
        ("a.xlsx", b"PK\x03\x04 word/document.xml [Content_Types].xml xl/workbook.xml"),
        ("a.xlsx", b"PK\x05\x06" + b"\xff" * 18),
        ("a.xlsx", b"PK\x05\x06"),
        ("a.odt", zipped("content.xml", first=("mimetype", OPEN + b"text-template"))),
        ("a.odt", zipped("mimetype", "content.xml")),
        ("a.txt", b"nul \x00 inside"),
        ("a.txt", b"\x1b[31m"),
        ("a.txt", "latin é".encode("latin-1")),
        ("a.txt", "utf-16".encode("utf-16")),
        ("a.csv", b"ends in half \xe4\xba"),
        ("a.md", b"x" * 70_000 + b"\x00"),
        ("a.txt", b"MZ\x90\x00\x03"),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(WrongFileKind, match="By its name"):
        check_content(kind_named(name), io.BytesIO(content))


def test_the_refusal_says_what_was_promised_and_what_was_found() -> None:
    with pytest.raises(WrongFileKind) as caught:
        check_content(kind_named("plan.docx"), io.BytesIO(b"%PDF-1.7"))
    assert "of kind Word" in caught.value.message
    assert "of kind PDF" in caught.value.message
    assert caught.value.path == ("name",)


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.svg", "a.docm", "a.xlsm", "a.zip", "a.pdf.exe", "pdf", "a."])
def test_other_kinds_are_refused_with_the_list_of_what_is_possible(name: str) -> None:
    with pytest.raises(WrongFileKind) as caught:
        kind_named(name)
    assert all(f".{ending}" in caught.value.message for kind in KINDS for ending in kind.endings)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "x" * 197 + ".pdf",
        "字" * 79 + ".pdf",
        "../etc/passwd.pdf",
        "a/b.pdf",
        "a\\b.pdf",
        "C:a.pdf",
        ".hidden.pdf",
        "~a.pdf",
        "a.pdf.",
        "a\x00.pdf",
        "a\n.pdf",
        "a\x7f.pdf",
        "a\u2028.pdf",
        "fdp.\u202eexe.pdf",
        "a\u2066b.pdf",
        "a\ufeff.pdf",
        "a\ud800.pdf",
        "a\ue000.pdf",
        'a".pdf',
        "a*.pdf",
        "a?.pdf",
        "<a>.pdf",
        "a|b.pdf",
    ],
)
def test_names_that_could_deceive_or_do_harm_are_refused(name: str) -> None:
    with pytest.raises(WrongFileName) as caught:
        check_name(name)
    assert caught.value.path == ("name",)
    assert caught.value.message.isprintable()


def test_a_name_is_kept_composed_and_without_blanks_around() -> None:
    assert check_name("  Re\u0301sume\u0301.pdf ") == "Résumé.pdf"


@given(st.text(max_size=250))
def test_whatever_is_given_is_refused_or_a_name_that_is_safe_everywhere(name: str) -> None:
    try:
        kept = check_name(name)
    except WrongFileName:
        return
    assert kept == check_name(kept) == unicodedata.normalize("NFC", kept)
    assert 1 <= len(kept) <= NAME_LIMIT
    assert len(kept.encode()) <= 240
    assert not {"/", "\\", "\x00", "\n", "\r", '"'} & set(kept)
    assert kept not in {".", ".."}


@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_no_content_breaks_what_looks_at_it(content: bytes, kind: Any) -> None:
    assert kind.recognised(io.BytesIO(content)) in {True, False}
