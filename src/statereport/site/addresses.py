"""Which file of a static site stands for which address of the server, and links between files.

A page's links are relative, so that the folder can stand anywhere: below any address, or on a disk. While pages are
made, the public address of the site ends in `MARK`: so every link to the site itself can be found, and nothing else.
"""

from __future__ import annotations

import hashlib
import html
import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from statereport.site import single_file

MARK = "/-this-site-"
ENDINGS = ("html", "ttl", "jsonld", "nt", "rdf", "json", "xml", "csv", "tsv", "xlsx", "rq", "svg", "png", "vl.json")
# Addresses without a file of their own, and what stands for them.
INSTEAD = {
    "/": "/index.html",
    "/.well-known/void": "/dataset.ttl",
    "/.well-known/dcat": "/dataset.ttl",
    "/dataset": "/about.html",
    "/def/": "/def.html",
    "/sparql": "/about.html",
    "/openapi.json": "/about.html",
    "/data": "/about.html",
}
_OWN = re.compile(r"/(?:static|data)/.+|/.+\.(?:txt|json|xml)")
# Parameters that a page of the static site has; each combination is a file.
_KEPT = re.compile(r"/statistics/.+|/query/.+\.html|/timeline\.\w+")
# Those that only a server can follow in every combination: links with them are taken out, their texts stay.
_SERVED = ("sort-by", "rows-with", "hide-columns")
# Those of a page of a question that are no values of the question.
_OF_VIEWS = ("identifiers", "v", "rows-from")
# A parameter of a question has no page of its own: it is described with the question.
_PARAMETER = re.compile(r"(/query/[^/]+/[^/]+)/[^/]+\.html")
# What is printed in the margins of a sheet of paper is the public address.
_ATTRIBUTE = re.compile(r'\b(href|src|action|data-(?!address)[a-z-]+)="([^"]*)"')


@dataclass
class Addresses:
    """The files of one site; `wanted` collects the addresses that its pages link to.

    base    the public address of the site, without a slash at its end
    single  whether the site holds the single file, in which questions are asked with other values
    """

    base: str
    single: bool
    wanted: dict[str, str] = field(default_factory=dict)

    @property
    def marked(self) -> str:
        """The public address that pages are made with."""
        return self.base + MARK

    def file(self, address: str) -> tuple[str, str]:
        """The file, relative to the site, that stands for an address (path and parameters), and what follows its name.

        The address begins with a slash; what follows is a query or a fragment, for scripts.
        """
        parts = urlsplit(address)
        path, query = unquote(parts.path), parse_qsl(parts.query, keep_blank_values=True)
        after = f"#{parts.fragment}" if parts.fragment else ""
        if path == "/editor":
            given = dict(query).get("query", "")
            return (single_file.NAME, f"#{urlencode({'sparql': given})}") if self.single else ("about.html", "")
        if path == "/search":
            return "search.html", f"?{parts.query}" if parts.query else ""
        values = [(key, value) for key, value in query if key not in _OF_VIEWS]
        if path.startswith("/query/") and path.endswith(".html") and values and self.single:
            asked = path.removeprefix("/query/").removesuffix(".html")
            return single_file.NAME, "#" + urlencode([("question", asked), *values])
        if path in INSTEAD:
            path = INSTEAD[path]
        elif not _OWN.fullmatch(path):
            path = _PARAMETER.sub(r"\1.html", path)
            ending = next((it for it in sorted(ENDINGS, key=len, reverse=True) if path.endswith(f".{it}")), "")
            stem = path.removesuffix(f".{ending}") if ending else path
            if query and _KEPT.fullmatch(path):
                digest = hashlib.sha256(urlencode(query).encode()).hexdigest()[:10]
                stem = f"{stem}~{digest}"
            path = f"{stem}.{ending or 'html'}"
        return path.removeprefix("/"), after

    def relative(self, address: str, page: str) -> str:
        """The link from a file of the site to what stands for an address, as it stands in a page."""
        file, after = self.file(address)
        without = address.partition("#")[0]
        self.wanted.setdefault(file, without)
        return quote(posixpath.relpath(file, posixpath.dirname(page) or ".")) + after

    def absolute(self, address: str) -> str:
        """The public address of what stands for an address."""
        file, after = self.file(address)
        return f"{self.base}/{'' if file == 'index.html' else quote(file)}{after}"

    def page(self, body: str, page: str) -> str:
        """A page with relative links, of scripts that also run where the page was opened from a disk."""
        root = urlsplit(self.marked).path

        def link(match: re.Match[str]) -> str:
            name, value = match[1], html.unescape(match[2])
            if not value.startswith((f"{root}/", self.marked)):
                return match[0]
            address = value.removeprefix(self.marked).removeprefix(root) or "/"
            return f'{name}="{html.escape(self.relative(address, page))}"'

        body = _ATTRIBUTE.sub(link, _forms(body, root, self.single))
        body = body.replace('<script type="module" src=', "<script defer src=")
        return self.data(body)

    def data(self, text: str) -> str:
        """A text in which the addresses of the site are those of its files."""
        address = re.compile(rf"{re.escape(self.marked)}(/[^\s\"'<>\\)]*)?")
        return address.sub(lambda match: self.absolute(html.unescape(match[1] or "/")), text)

    def missing(self, there: Collection[str]) -> dict[str, str]:
        """The files that are linked to and are not among these, each with its address."""
        return {file: address for file, address in sorted(self.wanted.items()) if file not in there}


def _forms(body: str, root: str, single: bool) -> str:
    """Forms that need a server left out; those of questions lead to the single file, where a script asks there.

    The links that sort or filter rows, that change the language, or to a reason that is not known, need one too.
    """

    def form(match: re.Match[str]) -> str:
        path = html.unescape(match[1]).removeprefix(root)
        if path == "/search":
            return match[0]
        if single and path.startswith("/query/") and 'class="ask"' in match[0]:
            name = path.removeprefix("/query/").removesuffix(".html")
            action = f'action="{root}/{single_file.NAME}" data-question="{html.escape(name)}"'
            return match[0].replace(f'action="{match[1]}"', action, 1)
        return ""

    body = re.sub(r'<form\b[^>]*\baction="([^"]*)"[^>]*>.*?</form>\n?', form, body, flags=re.DOTALL)
    body = re.sub(r'<p class="languages">.*?</p>\n?', "", body, flags=re.DOTALL)
    body = re.sub(rf'<li><a href="{re.escape(root)}/(?:sparql|openapi\.json)">.*?</li>\n?', "", body)
    names = "|".join(_SERVED)
    body = re.sub(
        rf'<a\b[^>]*href="[^"]*[?;&](?:{names})=[^"]*"[^>]*>(.*?)</a>', r"<span>\1</span>", body, flags=re.DOTALL
    )
    return re.sub(r' ?<a class="why"[^>]*>.*?</a>', "", body)


def classic(script: str) -> str:
    """A module without imports as a classic script: modules do not run in pages that are opened from a disk."""
    if re.search(r"^\s*(import|export)\b", script, re.MULTILINE):
        return script
    return f"(() => {{\n{script}}})();\n"


def unlinked(body: str, links: Collection[str]) -> str:
    """A page without these links: their texts stay, and the elements in its head that hold them go."""
    for link in sorted(links):
        address = re.escape(f'href="{html.escape(link)}')
        body = re.sub(rf'<link\b[^>]*{address}"[^>]*>\n?', "", body)
        body = re.sub(rf'<a\b[^>]*{address}(?:#[^"]*)?"[^>]*>(.*?)</a>', r"<span>\1</span>", body, flags=re.DOTALL)
    return body
