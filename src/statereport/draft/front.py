"""What page 1 of a document states about it: symbol, committee, State, date, language, title."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from statereport.draft.lines import Line
from statereport.draft.normalised import SYMBOL

_BODIES = (
    "Human Rights Council",
    "Human Rights Committee",
    "Conseil des droits de l’homme",
    "Consejo de Derechos Humanos",
    "Conference of the States Parties",
)
_COMMITTEE = re.compile(
    r"(?:Committee (?:on|against|for)|Comité (?:pour|contre|des|de|sur|para|contra)|Human Rights Com(?:mittee|ité))\b"
)
_MASTHEAD = re.compile(r"(?:United Nations|Nations Unies|Naciones Unidas)\b")
_ORIGINAL = re.compile(r"Original\s?:\s*(?P<language>\w+)", re.I)
_ONLY = re.compile(r".*\b(?:only|seulement|solamente|únicamente)$", re.I)
_LANGUAGES = {
    "english": "en", "anglais": "en", "inglés": "en", "french": "fr", "français": "fr", "francés": "fr",
    "spanish": "es", "espagnol": "es", "español": "es", "russian": "ru", "russe": "ru", "ruso": "ru",
    "arabic": "ar", "arabe": "ar", "árabe": "ar", "chinese": "zh", "chinois": "zh", "chino": "zh",
}  # fmt: skip
_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
    for number, name in enumerate(names.split(), 1)
}
_DATE = re.compile(
    rf"(?P<day>[0-9]{{1,2}})(?:er)?\s+(?:de\s+)?(?P<month>{'|'.join(_MONTHS)})\s+(?:de\s+)?(?P<year>[0-9]{{4}})", re.I
)
_TREATIES = {
    "CERD": "ICERD", "CEDAW": "CEDAW", "CCPR": "ICCPR", "E": "ICESCR", "CRC": "CRC", "CAT": "CAT", "CRPD": "CRPD",
    "CMW": "ICRMW", "CED": "ICPPED",
}  # fmt: skip


@dataclass(frozen=True)
class Front:
    """What page 1 says; "" for what it does not say. Dates are ISO; `state` is the code in the symbol (BRA)."""

    symbol: str = ""
    committee: str = ""
    treaty: str = ""
    state: str = ""
    date: str = ""
    received: str = ""
    language: str = ""
    title: str = ""
    first: int = 0  # how many lines at the beginning are the title page


def iso_date(text: str) -> str:
    """The first date in a text as ISO, or ""."""
    match = _DATE.search(text)
    return f"{match['year']}-{_MONTHS[match['month'].lower()]:02}-{int(match['day']):02}" if match else ""


def read_front(lines: Sequence[Line]) -> Front:
    """What the first page states about the document."""
    page = lines[0].page if lines else 1
    first = [line.text for line in lines if line.page == page and not line.note][:90]
    head = "\n".join(first)
    # The symbol stands in the masthead; elsewhere the text names symbols of other documents.
    begin = next((i for i, line in enumerate(first) if _MASTHEAD.match(line)), None)
    mast = "\n".join(first[begin : begin + 12]) if begin is not None else ""
    symbols = re.findall(SYMBOL, mast or "\n".join(first[:12]))
    symbols = [it for it in symbols if it.count("/") >= 2]
    symbol = max(symbols, key=len, default="").rstrip("*")
    language = _ORIGINAL.search(mast or head)
    received = re.search(r"\[(?:Date received|Date de réception|Fecha de recepción)[^\]]*\]", head)
    committee = next((line for line in first if len(line) < 100 and (_COMMITTEE.match(line) or line in _BODIES)), "")
    state = next((it for it in re.split(r"[/.-]", symbol) if re.fullmatch("[A-Z]{3}", it) and it not in _NO_STATE), "")
    count = _title_page(lines, page, bool(mast or symbol))
    return Front(
        symbol,
        committee,
        _TREATIES.get(symbol.partition("/")[0], "") if symbol else "",
        state,
        iso_date(mast) if mast else "",
        iso_date(received[0]) if received else "",
        _LANGUAGES.get(language["language"].lower(), "") if language else "",
        _title(first[:count], committee),
        count,
    )


_NO_STATE = {
    "HRC",
    "CRC",
    "CAT",
    "CED",
    "CMW",
    "FCO",
    "ADD",
    "REV",
    "UPR",
    "RES",
    "DEC",
    "GEN",
    "COR",
    "LOI",
    "SUB",
    "NGO",
}


def _title_page(lines: Sequence[Line], page: int, is_official: bool) -> int:
    """How many lines of page 1 come before the first heading or paragraph."""
    end = next((i for i, line in enumerate(lines) if line.page != page), len(lines))
    first = next((i for i in range(end) if re.match(r"1\.(?=$|\s+\S)", lines[i].text)), None)
    if first is None:
        whole = all(line.whole for line in lines[:end])
        heading = next((i for i in range(end) if re.match(r"(?:I|A)\.\s", lines[i].text)), None)
        return (heading or 0) if whole else end if is_official else 0
    while first and (
        lines[first - 1].level or re.match(r"(?:[IVX]+|[A-Z])\.\s+\S|Introduction$", lines[first - 1].text)
    ):
        first -= 1
    return first if is_official else 0


def _title(lines: Sequence[str], committee: str) -> str:
    """The title: the lines below the committee's name, up to a date in brackets, a note or the masthead."""
    if committee not in lines:
        return ""
    made = []
    for line in lines[lines.index(committee) + 1 :]:
        if re.match(r"\[|\*|Distr|Original", line) or _MASTHEAD.match(line):
            break
        made.append(line)
    return re.sub(r"\s+", " ", " ".join(made)).strip("* ")[:300]


def without_masthead(lines: Sequence[Line], front: Front) -> list[Line]:
    """The lines without the title page and the masthead, which some readers give at the end of page 1."""
    page = lines[0].page if lines else 1
    kept = list(lines[front.first :])
    begin = next(
        (i for i, line in enumerate(kept) if line.page == page and not line.whole and _MASTHEAD.match(line.text)), None
    )
    if begin is not None:
        end = next((i for i in range(begin, min(begin + 16, len(kept))) if _ORIGINAL.match(kept[i].text)), begin)
        while end + 1 < len(kept) and kept[end + 1].page == page and _ONLY.match(kept[end + 1].text):
            end += 1
        del kept[begin : end + 1]
    return [
        line for line in kept if not (line.page == page and not line.whole and re.match(r"\*{1,4}\s+\S", line.text))
    ]
