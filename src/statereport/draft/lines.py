"""The lines of a document (PDF, Word, HTML, plain text) as its reader gives them, with the page and what marks them.

A line of a PDF is a printed line; one of a Word or HTML document is a whole paragraph, list item, heading or table row.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from statereport import files
from statereport.errors import DocumentUnreadable, ExtraMissing

# A reference to note N in the text of a line: one character of the private use area, taken out before the text is
# written. Documents of up to 4,000 notes.
_FIRST_MARK, _MARKS = 0xE000, 4000
NOTE_MARK = re.compile(f"[{chr(_FIRST_MARK)}-{chr(_FIRST_MARK + _MARKS)}]")


@dataclass(frozen=True)
class Line:
    """A line: its text, its page (from 1), and what the document itself says that it is.

    whole     a paragraph, heading, item or row, not a printed line of one
    level     of a heading, from 1; 0 for other lines
    note      the number of a foot- or end note; 0 for other lines
    """

    text: str
    page: int = 1
    whole: bool = False
    level: int = 0
    note: int = 0


@dataclass(frozen=True)
class Source:
    """A document as it was read: its lines, its pages, the digest of the file, and which program read it."""

    lines: tuple[Line, ...]
    pages: int
    digest: str
    kind: str
    reader: str


def note_mark(number: int) -> str:
    """The character that stands for a reference to a note."""
    return chr(_FIRST_MARK + min(number, _MARKS))


def note_number(mark: str) -> int:
    """The number of the note that a mark stands for."""
    return ord(mark) - _FIRST_MARK


def read(path: Path) -> Source:
    """The lines of a document, by its content and the ending of its name.

    Raises `DocumentUnreadable` for what is no such document, is encrypted, damaged or holds no text, and
    `ExtraMissing` where the reader of its kind is not installed.
    """
    data = files.read(path)
    kind = kind_of(path, data)
    lines, pages, reader = _READERS[kind](path, data)
    if not any(line.text.strip() for line in lines):
        raise DocumentUnreadable(
            str(path),
            "The file holds no text." if kind != "pdf" else f"None of its {pages} pages holds text: it is a scan.",
            "use a file with text; a scan has to go through a program for text recognition first",
        )
    return Source(tuple(lines), pages, hashlib.sha256(data).hexdigest(), kind, reader)


def kind_of(path: Path, data: bytes) -> str:
    """`pdf`, `docx`, `html` or `text`: the first bytes decide, then the name."""
    head, ending = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n"), path.suffix.lower()
    if not head:
        raise DocumentUnreadable(str(path), "The file is empty.", "fetch it again")
    if data[:1024].find(b"%PDF-") >= 0:
        return "pdf"
    if head.startswith(b"PK\x03\x04") or ending in (".docx", ".docm"):
        return "docx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentUnreadable(
            str(path), "This is an old Word document (.doc).", "save it as .docx or PDF, and use that"
        )
    if head.startswith(b"{\\rtf"):
        raise DocumentUnreadable(str(path), "This is a document in RTF.", "save it as .docx or PDF, and use that")
    if ending == ".pdf":
        raise DocumentUnreadable(str(path), "The file is no PDF.", "fetch it again: often it is a page about an error")
    if ending in (".html", ".htm", ".xhtml") or re.match(rb"(?i)<(!doctype html|html|head|body)\b", head):
        return "html"
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentUnreadable(
            str(path), "The file is neither PDF, .docx, HTML nor text.", "save the document as one of these"
        )
    return "text"


# --- PDF -------------------------------------------------------------------------------------------------------------


def pages_by_pdfium(path: Path, data: bytes) -> tuple[list[str], str]:
    """The text of each page of a PDF by pypdfium2, and the reader's name and version."""
    try:
        import pypdfium2
    except ImportError:
        raise _missing("pypdfium2", path) from None
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as fault:
        locked = "password" in str(fault).lower()
        raise DocumentUnreadable(
            str(path),
            "The PDF is encrypted: it opens only with a password." if locked else f"The PDF is damaged: {fault}.",
            "open it with its password and print it to a new PDF" if locked else "fetch it again",
        ) from None
    pages = []
    try:
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range(errors="replace"))
            text.close()
            page.close()
    except pypdfium2.PdfiumError as fault:
        raise DocumentUnreadable(
            str(path), f"Page {len(pages) + 1} of the PDF is damaged: {fault}.", "fetch it again"
        ) from None
    finally:
        document.close()
    return pages, f"pypdfium2 {_version('pypdfium2')}"


def lines_of_pages(pages: list[str]) -> list[Line]:
    """The printed lines of pages of text, as any reader of PDF gives them."""
    found = []
    for number, text in enumerate(pages, 1):
        # pdfium writes a hyphen at the end of a line as U+FFFE (or U+0002) and joins the lines.
        text = re.sub("[\ufffe\x02]", "-\n", text)
        found += [Line(line, number) for line in re.split(r"\r\n?|[\n\f\v\x85\u2028\u2029]", text)]
    return found


def _pdf(path: Path, data: bytes) -> tuple[list[Line], int, str]:
    pages, reader = pages_by_pdfium(path, data)
    return lines_of_pages(pages), len(pages), reader


# --- Word and HTML ---------------------------------------------------------------------------------------------------


def _docx(path: Path, data: bytes) -> tuple[list[Line], int, str]:
    try:
        import mammoth
    except ImportError:
        raise _missing("mammoth", path) from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if "word/document.xml" not in parts.namelist():
                raise DocumentUnreadable(
                    str(path), "The file is a ZIP archive, but no Word document.", "save the document as .docx or PDF"
                )
        html = mammoth.convert_to_html(io.BytesIO(data), convert_image=lambda image: []).value
    except DocumentUnreadable:
        raise
    except Exception as fault:  # a damaged archive or XML fails in many ways, all inside the library
        what = f"The Word document is damaged: {type(fault).__name__}: {fault}."
        raise DocumentUnreadable(str(path), what[:300], "open it in a word processor and save it again") from None
    return _lines_of_html(html), 1, f"mammoth {_version('mammoth')}"


def _html(path: Path, data: bytes) -> tuple[list[Line], int, str]:
    named = re.search(rb"""(?i)<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)""", data[:4096])
    return _lines_of_html(_decoded(data, named[1].decode("ascii") if named else "")), 1, "html.parser of Python"


class _Blocks(HTMLParser):
    """Collects the lines of an HTML document; numbers of ordered lists are written before their items."""

    _BREAKS = frozenset(
        "address article aside blockquote body br center dd div dl dt fieldset figure figcaption footer form h1 h2 h3 "
        "h4 h5 h6 header hr li main ol p pre section table tbody td tfoot th thead tr ul".split()
    )
    _SILENT = frozenset("head script style template noscript nav".split())

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self._text: list[str] = []
        self._level = self._silent = self._note = self._rows = 0
        self._sup = self._back = False
        self._lists: list[dict] = []
        self._top = 0  # the number of the last item of an ordered list that stands in no other
        self._label = ""

    def handle_starttag(self, tag, attrs):
        about = dict(attrs)
        if tag in self._SILENT:
            self._silent += 1
        elif tag in ("td", "th") and self._rows:
            self._text.append(" ")
        elif tag in self._BREAKS and not (self._rows and tag != "tr"):
            self._flush()
        if re.fullmatch("h[1-6]", tag):
            self._level = int(tag[1])
        elif tag == "tr":
            self._rows += 1
        elif tag in ("ol", "ul"):
            depth = sum(it["ordered"] for it in self._lists)
            start = about.get("start") or ""
            first = int(start) if re.fullmatch("[0-9]{1,6}", start) else 1
            if tag == "ol" and not depth and not start and not self._asks():
                first = self._top + 1  # an automatic numbering goes on after a heading
            self._lists.append(
                {"ordered": tag == "ol", "next": first, "style": about.get("type") or "1aiA"[min(depth, 3)]}
            )
        elif tag == "li":
            note = re.fullmatch(r"(?:foot|end)note-(\d{1,4})", about.get("id") or "")
            if note:
                self._note = int(note[1])
            elif self._lists and self._lists[-1]["ordered"]:
                here = self._lists[-1]
                self._label = _list_label(here["next"], here["style"])
                if sum(it["ordered"] for it in self._lists) == 1:
                    self._top = here["next"]
                here["next"] += 1
        elif tag == "sup":
            self._sup = True
        elif tag == "a":
            note = re.fullmatch(r"#(?:foot|end)note-(\d{1,4})", about.get("href") or "")
            if note:
                self._text.append(note_mark(int(note[1])))
            self._back = bool(note) or bool(re.match("#(?:foot|end)note-ref", about.get("href") or ""))

    def handle_startendtag(self, tag, attrs):
        if tag in ("br", "hr"):
            self._flush()

    def handle_endtag(self, tag):
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "tr":
            self._rows = max(0, self._rows - 1)
            self._flush()
        elif tag in self._BREAKS and not self._rows:
            self._flush()
        if tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        elif tag == "li":
            self._note, self._label = 0, ""
        elif re.fullmatch("h[1-6]", tag):
            self._level = 0
        elif tag == "a":
            self._back = False
        elif tag == "sup":
            self._sup = False

    def handle_data(self, data):
        if self._silent or self._back:
            return
        if self._sup and re.fullmatch(r"\s*\[?[0-9]{1,4}\]?\s*", data):
            self._text.append(note_mark(int(re.search("[0-9]+", data)[0])))
        else:
            self._text.append(data)

    def close(self):
        super().close()
        self._flush()

    def _asks(self) -> bool:
        """Whether the line before announces a list of its own: it ends with a colon."""
        return not self.lines or self.lines[-1].text.rstrip().endswith(":")

    def _flush(self):
        text = re.sub(r"\s+", " ", "".join(self._text)).strip()
        self._text = []
        if not text:
            return
        if self._label and not re.match(rf"{re.escape(self._label)}(\s|$)", text):
            text = f"{self._label} {text}"
        self._label = ""
        self.lines.append(Line(text, 1, True, self._level, self._note))


def _lines_of_html(html: str) -> list[Line]:
    parser = _Blocks()
    parser.feed(html)
    parser.close()
    return parser.lines


def _list_label(number: int, style: str) -> str:
    if style in ("a", "A"):
        letter = chr(ord(style) + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return f"({letter})"
    if style in ("i", "I"):
        roman = roman_of(number)
        return f"({roman if style == 'i' else roman.upper()})"
    return f"{number}."


def roman_of(number: int) -> str:
    """A number from 1 to 3999 in small Roman numerals."""
    found = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    ):
        found += sign * (number // value)
        number %= value
    return found


# --- plain text ------------------------------------------------------------------------------------------------------


def _text(path: Path, data: bytes) -> tuple[list[Line], int, str]:
    pages = _decoded(data).split("\f")
    lines = lines_of_pages(pages)
    # Where lines are longer than any printed line, each is a paragraph.
    long = sum(len(line.text) > 160 for line in lines)
    if (
        long * 10 >= sum(bool(line.text.strip()) for line in lines)
        or max((len(it.text) for it in lines), default=0) > 400
    ):
        lines = [replace(line, whole=True) for line in lines]
    return lines, len(pages), "plain text"


def _decoded(data: bytes, named: str = "") -> str:
    """The text of bytes: by their mark, as UTF-8, by the encoding that the file names, or as Windows-1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    for encoding in filter(None, ("utf-8", named, "cp1252")):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _missing(library: str, path: Path) -> ExtraMissing:
    return ExtraMissing(str(path), f"Reading this file needs {library}.", "pip install 'statereport[draft]'")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "of unknown version"


_READERS: dict[str, Callable[[Path, bytes], tuple[list[Line], int, str]]] = {
    "pdf": _pdf,
    "docx": _docx,
    "html": _html,
    "text": _text,
}
