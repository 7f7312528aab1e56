"""A static site: every page, document, answer and chart of the server as a file, with links that work from any place.

The files are what the server's own function answers (`fetch`), so they show what the server shows. What needs a
server is left out or done by a script: search has an index, short tables are sorted and names shown in other languages
in the page, and a question with other values is asked in the single file. Reasons unfold in their pages. A site is
written whole or not at all, and never over a folder that is not one; the same data give the same bytes.
"""

from __future__ import annotations

import gzip
import html
import json
import multiprocessing
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from statereport import atomic
from statereport.errors import NotABuild, ServerFault
from statereport.pages.page import LANGUAGES
from statereport.publish import void
from statereport.questions import chart
from statereport.questions.picture import Picture
from statereport.rdf import namespaces, writers
from statereport.rdf.writers import iri, triple
from statereport.site import addresses, manifest, reasons, redirects, search_script, single_file

if TYPE_CHECKING:
    from statereport.pages.context import Context

# The spaces of IRIs that have a page each, and the forms of their documents here.
THINGS = ("id/", "def/", "shape/", "parameter/")
FORMS = ("html", "ttl", "jsonld")
SUBJECTS = f"""SELECT DISTINCT ?thing {{
  {{ ?thing ?p ?o }} UNION {{ GRAPH ?g {{ ?thing ?q ?r }} }}
  FILTER(isIRI(?thing) && STRSTARTS(STR(?thing), "{namespaces.BASE}"))
}}"""
GRAPHS = "SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } }"
# Files from this size on are there compressed too.
LARGE = 1_000_000
_DUMPS = (".nq", ".nt", ".ttl", ".trig", ".rdf", ".jsonld")
# The links to forms that single things do not have here.
_OTHER_FORMS = re.compile(r',\s*<a href="[^"]*/(?:id|def|shape|parameter)/[^"]*\.(?:nt|rdf)"[^>]*>[^<]*</a>')
_LINK = re.compile(r'<([^>]*)>((?:; *[a-z-]+="[^"]*")*)')


class Answer(Protocol):
    """What stands at an address: HTTP status, media type, body and further headers."""

    status: int
    media_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...]


Fetch = Callable[[str], Answer]


@dataclass(frozen=True)
class Summary:
    """What was written: the folder, the number of files, their size in bytes, and links that lead nowhere."""

    folder: Path
    files: int
    size: int
    broken: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"written   {self.files:,} files, {self.size / 1e6:,.1f} MB, in {self.folder}/"]
        lines += [f"            no page at {address}" for address in self.broken[:10]]
        return "\n".join(lines)


def base_of(address: str) -> str:
    """The public address with which the context of a site's pages is made, from the one that the site will have."""
    return address.rstrip("/") + addresses.MARK


def publish(
    context: Context,
    folder: Path,
    fetch: Fetch,
    tables: redirects.Tables,
    say: Callable[[str], None] = lambda stage: None,
    processes: int = 1,
) -> Summary:
    """Write the site into a folder, which appears whole or stays as it was.

    context    made with `base_of` the public address
    fetch      what the server answers to an address (path and parameters, encoded)
    tables     by which the server negotiates, for the redirects
    processes  how many write at once

    Raises NotABuild where the folder holds something that is no site, BuildLocked and DiskFull.
    """
    single = context.exports.get(single_file.NAME)
    with atomic.appearing(folder, manifest.foreign) as fresh:
        say("writing the files")
        where = addresses.Addresses(context.base.removesuffix(addresses.MARK), single is not None)
        for name, body in _given(context, where):
            _write(fresh, name, body)
        say("writing the pages")
        broken = _crawl(_Writer(context, fresh, fetch, where, tuple(_translations(context))), seeds(context), processes)
        say("compressing")
        _compress(fresh)
        _write(fresh, "sitemap.xml", _sitemap(fresh, where))
        _write(fresh, redirects.FILE, redirects.htaccess(where.base, tables, _constructs(context)).encode())
        say("listing")
        manifest.write(fresh, context.version, context.digest, bool(context.texts))
        found = [path for path in fresh.rglob("*") if path.is_file()]
        return Summary(folder, len(found), sum(path.stat().st_size for path in found), tuple(broken))


def seeds(context: Context) -> list[str]:
    """The addresses that no other page needs to lead to: every thing in each form, every question's own text."""
    rows = context.graph.engine.query(SUBJECTS).rows
    locals_ = sorted(row[0].value.removeprefix(namespaces.BASE) for row in rows)
    found = ["/", "/search"]
    found += [f"/{name}.{form}" for name in locals_ if _is_thing(name) for form in FORMS]
    found += [f"/def.{form}" for form in ("html", "ttl", "jsonld", "nt", "rdf") if form != "html"]
    graphs = sorted(row[0].value for row in context.graph.engine.query(GRAPHS).rows)
    found += [f"/{name.removeprefix(namespaces.BASE)}.html" for name in graphs if name.startswith(namespaces.GRAPH)]
    for query in context.graph.queries():
        found += [f"/query/{query.name}.{form}" for form in (*FORMS, "rq")]
    return found


def _is_thing(name: str) -> bool:
    return name.startswith(THINGS) and name not in THINGS


def _constructs(context: Context) -> list[str]:
    return sorted(query.name for query in context.graph.queries() if query.form == "construct")


def _given(context: Context, where: addresses.Addresses) -> Iterator[tuple[str, bytes]]:
    """The files that are there already, and those that only a static site has."""
    for name, file in context.exports.items():
        yield name if name == single_file.NAME else f"data/{name}", file.body
    for name, file in context.static.items():
        if name.endswith(".js") and name != "editor.js":
            yield f"static/{name}", addresses.classic(file.body.decode()).encode()
        elif name != "editor.js":
            yield f"static/{name}", file.body
    for tag, names in _translations(context).items():
        yield f"static/names-{tag}.js", names.encode()
    scripts = Path(__file__).parent / "scripts"
    for path in sorted(scripts.glob("*.js")):
        yield f"static/{path.name}", path.read_bytes()
    index = search_script.index(
        context.index.contents(), context.names, lambda path: where.relative(path, "search.html") if path else ""
    )
    yield "static/search-index.js", index.encode()
    prefixes = {**context.graph.prefixes, "void-ext": void.VOID_EXT}
    triples = [it for it in context.description if it is not None]
    triples += [
        triple(f"{void.DATASET}/file/{name}", namespaces.DCAT + "downloadURL", iri(where.absolute(f"/data/{name}")))
        for name in context.exports
        if any(it.subject.value == f"{void.DATASET}/file/{name}" for it in triples)
    ]
    for ending in ("ttl", "jsonld", "nt", "rdf"):
        yield f"dataset.{ending}", writers.document(triples, ending, prefixes)


def _translations(context: Context) -> dict[str, str]:
    """For each language of names but English, a script that holds those there are, by the short names of things."""
    found = {}
    for tag in LANGUAGES:
        names = {
            context.names.short(iri): label.text
            for iri, labels in sorted(context.names.labels.items())
            for label in labels
            if label.language == tag != "en"
        }
        if names:
            held = json.dumps(names, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
            found[tag] = f"(globalThis.statereportNames ??= {{}}).{tag} = {held};\n"
    return found


# --- pages -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Writer:
    """Writes what stands at an address into its file."""

    context: Context
    folder: Path
    fetch: Fetch
    where: addresses.Addresses
    languages: tuple[str, ...] = ()

    def write(self, address: str) -> tuple[str, str, dict[str, str]]:
        """Write one file. → its name, "" or what is wrong, and the files that it links to, each with its address."""
        name, _ = self.where.file(address)
        if (self.folder / name).is_file():
            return name, "", {}
        try:
            answer = self.fetch(address)
        except Exception as fault:
            raise ServerFault(
                where=address,
                what=f"What stands at this address cannot be made: {type(fault).__name__}: {fault}",
                hint="please report it: it is a fault of statereport; nothing was written.",
            ) from fault
        self.where.wanted.clear()
        if answer.status in (301, 302, 303):
            target = dict(answer.headers)["Location"].removeprefix(_path_of(self.where.marked))
            _write(self.folder, name, self._moved(target, name))
        elif answer.status != 200:
            return name, address, {}
        else:
            _write(self.folder, name, self._body(answer, name))
        return name, "", dict(self.where.wanted)

    def _body(self, answer: Answer, name: str) -> bytes:
        ending = name.rpartition(".")[2]
        if answer.media_type == chart.MEDIA_TYPE and ending in ("svg", "png"):
            picture = Picture(json.loads(answer.body))
            return picture.png() if ending == "png" else picture.svg.encode()
        if answer.media_type.startswith("text/html"):
            return self._page(answer, name).encode()
        if self.where.marked.encode() in answer.body:
            return self.where.data(answer.body.decode()).encode()
        return answer.body

    def _page(self, answer: Answer, name: str) -> str:
        body = reasons.unfolded(self.context, _OTHER_FORMS.sub("", answer.body.decode()))
        page = self.where.page(body, name)
        head = "".join(self._links(answer))
        languages = html.escape(json.dumps({tag: LANGUAGES[tag] for tag in self.languages}, ensure_ascii=False))
        script = self.where.relative("/static/site.js", name)
        head += f'<script defer src="{script}" data-languages="{languages}"></script>\n'
        if name == "search.html":
            head += "".join(
                f'<script defer src="{self.where.relative(f"/static/{it}", name)}"></script>\n'
                for it in ("search-index.js", "search.js")
            )
            page = page.replace("<html ", '<html data-search="page" ', 1)
        return page.replace("</head>", f"{head}</head>", 1)

    def _links(self, answer: Answer) -> Iterator[str]:
        """The links in the header of the answer that name things elsewhere, as elements (Signposting)."""
        for target, parameters in _LINK.findall(dict(answer.headers).get("Link", "")):
            if target.startswith("http"):
                given = "".join(f" {it.strip()}" for it in parameters.split(";") if it.strip())
                yield f'<link href="{html.escape(target)}"{given}>\n'

    def _moved(self, target: str, name: str) -> bytes:
        """A page that leads to what has taken the place of another."""
        link = self.where.relative(target, name)
        shown = html.escape(link)
        return (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Moved</title>\n'
            f'<meta http-equiv="refresh" content="0; url={shown}"></head>\n'
            f'<body><p>This stands elsewhere now: <a href="{shown}">{shown}</a></p></body></html>\n'
        ).encode()


_writer: _Writer | None = None


def _write_one(address: str) -> tuple[str, str, dict[str, str]]:
    assert _writer is not None
    return _writer.write(address)


def _crawl(writer: _Writer, first: Iterable[str], processes: int) -> list[str]:
    """Write what stands at the first addresses and at all that their pages link to. → links that lead nowhere"""
    global _writer
    _writer = writer
    there = {path.relative_to(writer.folder).as_posix() for path in writer.folder.rglob("*") if path.is_file()}
    broken: dict[str, str] = {}
    linking: dict[str, list[str]] = {}
    waiting = {writer.where.file(address)[0]: address for address in first}
    waiting |= writer.where.wanted
    waiting = {name: address for name, address in waiting.items() if name not in there}
    while waiting:
        further: dict[str, str] = {}
        there |= set(waiting)
        for name, fault, wanted in _each(list(waiting.values()), processes):
            if fault:
                broken[name] = fault
            further |= {file: address for file, address in wanted.items() if file not in there}
            for file in wanted:
                if file not in there or file in broken:
                    linking.setdefault(file, []).append(name)
        waiting = dict(sorted(further.items()))
    _unlink(writer.folder, {file: linking.get(file, []) for file in broken})
    return sorted(broken.values())


def _unlink(folder: Path, linking: Mapping[str, Iterable[str]]) -> None:
    """Take from pages the links to files that there are not (file → the pages that may link to it)."""
    of_page: dict[str, list[str]] = {}
    for file, pages in linking.items():
        for page in pages:
            of_page.setdefault(page, []).append(file)
    for page, files in of_page.items():
        if page.endswith(".html"):
            body = (folder / page).read_text(encoding="utf-8")
            links = [quote(posixpath.relpath(file, posixpath.dirname(page) or ".")) for file in files]
            _write(folder, page, addresses.unlinked(body, links).encode())


def _each(wanted: list[str], processes: int) -> Iterator[tuple[str, str, dict[str, str]]]:
    if processes < 2 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(_write_one, wanted)
        return
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield from pool.imap_unordered(_write_one, wanted, chunksize=20)


# --- the rest --------------------------------------------------------------------------------------------------------


def _write(folder: Path, name: str, body: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def _compress(folder: Path) -> None:
    """Write the large dumps, of everything and of each graph, compressed too."""
    for part in ("data", "graph"):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and path.suffix in _DUMPS and path.stat().st_size >= LARGE:
                packed = path.with_name(f"{path.name}.gz")
                if not packed.exists():
                    packed.write_bytes(gzip.compress(path.read_bytes(), 6, mtime=0))


def _sitemap(folder: Path, where: addresses.Addresses) -> bytes:
    parts = ("anchor", "mention", "numeral", "parameter")
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    entries = "".join(
        f"<url><loc>{html.escape(where.absolute(f'/{name}'))}</loc></url>\n"
        for name in names
        if not set(parts) & set(name.split("/")) and "~" not in name
    )
    start = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return f"{start}{entries}</urlset>\n".encode()


def _path_of(address: str) -> str:
    return re.sub(r"^https?://[^/]*", "", address)


def require_files(exports: Mapping[str, Any]) -> None:
    """Raise NotABuild where there is no build, whose files a site publishes."""
    if not exports:
        raise NotABuild(
            where="build",
            what="A site publishes the files of a build, and there is no fresh one here.",
            hint="run statereport build, or name one with --build FOLDER",
        )
