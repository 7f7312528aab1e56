"""What an attacker may send: hostile queries made from templates, and HTTP requests broken in every way.

Seeded, so that every run sends the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

Template = Callable[[int], str]


def around(left: str, middle: str, right: str) -> Template:
    """A query that nests `left` … `right` n times around its middle, between the halves of ASK { … }."""
    return lambda n: f"ASK {{ {left * n}{middle}{right * n} }}"


def within_filter(left: str, right: str) -> Template:
    """The same inside of a FILTER."""
    return lambda n: f"ASK {{ ?s ?p ?o FILTER({left * n}1{right * n}) }}"


def product(select: str, rest: str = "") -> Template:
    """A product of n patterns that share no variable."""
    return lambda n: f"SELECT {select} {{ {' . '.join(f'?a{i} ?b{i} ?c{i}' for i in range(n))} }} {rest}"


def doubling(n: int) -> str:
    """A string that doubles n times."""
    steps = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(n))
    return f'SELECT (STRLEN(?x{n}) AS ?l) {{ BIND("aaaaaaaa" AS ?x0) {steps} }}'


def replacing(n: int) -> str:
    """A string that grows tenfold n times."""
    term = '"a"'
    for _ in range(n):
        term = f'REPLACE({term}, "a", "aaaaaaaaaa")'
    return f"SELECT (STRLEN({term}) AS ?l) {{}}"


# Name → template, and the sizes that it is made in. Templates that nothing bounds are made small as well as large.
TEMPLATES: dict[str, tuple[Template, tuple[int, ...]]] = {
    "nested parentheses": (within_filter("(", ")"), (50, 99, 150, 2_000, 4_672, 30_000)),
    "nested groups": (around("{", "", "}"), (50, 98, 400, 2_208, 30_000)),
    "nested STR": (within_filter("STR(", ")"), (50, 96, 960, 12_000)),
    "many not": (lambda n: f"ASK {{ FILTER({'!' * n}true) }}", (100, 9_344, 60_000)),
    "many minus": (lambda n: f"ASK {{ FILTER({'- ' * n}1) }}", (100, 5_000, 30_000)),
    "flat sum": (lambda n: f"ASK {{ FILTER({'+'.join(['1'] * n)}) }}", (100, 6_912, 30_000)),
    "flat or": (lambda n: f"ASK {{ FILTER({'||'.join(['0'] * n)}) }}", (100, 9_344, 20_000)),
    "flat and": (lambda n: f"ASK {{ FILTER({'&&'.join(['1'] * n)}) }}", (100, 9_344, 20_000)),
    "path of alternatives": (lambda n: f"ASK {{ ?x {'|'.join(['<a:a>'] * n)} ?y }}", (50, 1_000, 10_000)),
    "path of steps": (lambda n: f"ASK {{ ?x {'/'.join(['<a:a>'] * n)} ?y }}", (50, 512, 2_000)),
    "nested inverse": (lambda n: f"ASK {{ ?x {'^(' * n}<a:a>{')' * n} ?y }}", (50, 99, 13_824)),
    "nested closures": (lambda n: f"ASK {{ ?x {'(' * n}<a:a>{')*' * n} ?y }}", (20, 99, 5_000)),
    "nested OPTIONAL": (around("?a ?b ?c OPTIONAL { ", "?a ?b ?c", " }"), (5, 30, 90, 2_944)),
    "nested MINUS": (around("?a ?b ?c MINUS { ", "?a ?b ?c", " }"), (5, 90, 2_624)),
    "nested GRAPH": (around("GRAPH ?g { ", "?a ?b ?c", " }"), (5, 90, 2_944)),
    "nested SELECT": (around("{ SELECT * { ", "?a ?b ?c", " } }"), (5, 48, 1_184)),
    "nested EXISTS": (around("FILTER EXISTS { ", "?a ?b ?c", " }"), (5, 90, 848)),
    "flat UNION": (lambda n: f"ASK {{ {' UNION '.join(['{ ?a ?b ?c }'] * n)} }}", (50, 500, 3_500)),
    "BINDs in a row": (lambda n: f"ASK {{ {' '.join(f'BIND({i} AS ?x{i})' for i in range(n))} }}", (50, 500, 2_624)),
    "aggregates in a row": (
        lambda n: f"SELECT {' '.join(f'(COUNT(?a) AS ?x{i})' for i in range(n))} {{ ?a ?b ?c }}",
        (50, 500, 2_400),
    ),
    "chain of patterns": (
        lambda n: f"SELECT * {{ {' . '.join(f'?x{i} ?p{i} ?x{i + 1}' for i in range(n))} }}",
        (5, 30, 100, 300, 1_000),
    ),
    "star of patterns": (
        lambda n: f"SELECT * {{ {' . '.join(f'?x ?p{i} ?y{i}' for i in range(n))} }}",
        (5, 30, 100, 200),
    ),
    "count of a product": (product("(COUNT(*) AS ?n)"), (2, 3, 6)),
    "flood of a product": (product("*"), (2, 3, 6)),
    "sorted product": (product("*", "ORDER BY ?a0 ?c1"), (2, 3, 6)),
    "distinct product": (product("DISTINCT *"), (2, 3, 6)),
    "grouped product": (product("?b0 (COUNT(*) AS ?n)", "GROUP BY ?b0"), (2, 3)),
    "concatenated product": (product('(GROUP_CONCAT(STR(?c1); SEPARATOR=" ") AS ?all)'), (2, 3)),
    "random order": (product("*", "ORDER BY RAND() LIMIT 1"), (2, 3)),
    "doubling string": (doubling, (10, 20, 28, 40)),
    "growing string": (replacing, (4, 8, 12)),
    "closure of anything": (lambda n: f"SELECT (COUNT(*) AS ?n) {{ ?x (!<a:a>){'*' if n else '+'} ?y }}", (0, 1)),
    "closure of a choice": (
        lambda n: (
            f"SELECT (COUNT(*) AS ?n) {{ ?x (<a:a>|!<a:b>|^<a:c>)* ?y . ?y (!<a:a>)* ?z{' . ?z (!<a:c>)+ ?w' * n} }}"
        ),
        (0, 1),
    ),
    "a pattern for each row": (
        lambda n: (
            "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f "
            f'FILTER(REGEX(STR(?c), CONCAT("(", STR(?f), "){{1,{n}}}"))) }}'
        ),
        (2, 50),
    ),
    "patterns that backtrack": (
        lambda n: f'SELECT * {{ ?a ?b ?c FILTER(REGEX("{"a" * n}!", "^(a+)+$")) }}',
        (30, 5_000),
    ),
    "a pattern that is large": (lambda n: f'ASK {{ FILTER(REGEX("a", "(a{{{n}}}){{{n}}}")) }}', (100, 1_000)),
    "large VALUES": (
        lambda n: (
            f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {' '.join(map(str, range(n)))} }} "
            f"VALUES ?y {{ {' '.join(map(str, range(n)))} }} }}"
        ),
        (100, 5_000),
    ),
    "large IN": (lambda n: f"SELECT * {{ ?a ?b ?c FILTER(?c IN ({', '.join(map(str, range(n)))})) }}", (100, 9_000)),
    "long literal": (lambda n: f'SELECT ("{"a" * n}" AS ?x) {{ ?a ?b ?c }}', (1_000, 60_000)),
    "nested lists": (around("( ", "1", " )"), (20, 99, 512)),
    "nested blank nodes": (lambda n: f"ASK {{ ?x <a:a> {'[ <a:a> ' * n}1{' ]' * n} }}", (20, 99, 512)),
    "nested triples": (lambda n: f"ASK {{ {'<<( <a:a> <a:a> ' * n}1{' )>>' * n} <a:a> 1 }}", (5, 40, 6_016)),
    "flood of a construction": (
        lambda n: f"CONSTRUCT {{ ?a ?e ?c . ?d ?b ?f }} {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {n}",
        (10, 10_000, 10_000_000),
    ),
    "blank nodes by the row": (
        lambda n: f"CONSTRUCT {{ [] <a:a> ?c, [], [ <a:b> [] ] }} {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {n}",
        (10, 10_000_000),
    ),
    "description of everything": (lambda n: f"DESCRIBE * {{ ?a ?b ?c . ?d ?e ?f }} LIMIT {n}", (10, 1_000_000)),
    "all graphs": (
        lambda n: (
            f"SELECT (COUNT(*) AS ?n) {{ {' . '.join(f'GRAPH ?g{i} {{ ?a{i} ?b{i} ?c{i} }}' for i in range(n))} }}"
        ),
        (1, 2, 3),
    ),
    "a digest for each row": (
        lambda n: (
            "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?a ?b ?c . ?d ?e ?f "
            f"BIND(SHA512(CONCAT(STR(?c), STR(?f), STRUUID())) AS ?x) }} LIMIT {n}"
        ),
        (1,),
    ),
    "another server": (lambda n: f"SELECT * {{ SERVICE {'SILENT ' * n}<http://127.0.0.1:9/> {{ ?a ?b ?c }} }}", (0, 1)),
    "another server by a variable": (
        lambda n: f"SELECT * {{ VALUES ?s {{ <http://127.0.0.1:9/{n}> }} SERVICE ?s {{ ?a ?b ?c }} }}",
        (1,),
    ),
    "a hidden keyword": (lambda n: "SELECT * { S\\u0045RVICE <http://127.0.0.1:9/> { ?a ?b ?c } }", (1,)),
    "a document elsewhere": (
        lambda n: f"SELECT * {('FROM', 'FROM NAMED')[n]} <http://127.0.0.1:9/data.ttl> {{ ?a ?b ?c }}",
        (0, 1),
    ),
    "a file here": (lambda n: f"SELECT * FROM <file:///etc/{('hostname', 'passwd')[n]}> {{ ?a ?b ?c }}", (0, 1)),
    "an update": (
        lambda n: (
            "LOAD <http://127.0.0.1:9/>",
            "CLEAR ALL",
            "DROP SILENT ALL",
            "INSERT DATA { <a:a> <a:a> 1 }",
            "DELETE WHERE { ?a ?b ?c }",
        )[n],
        (0, 1, 2, 3, 4),
    ),
    "strings that do not end": (lambda n: '"""' * n + "'''" * n, (10, 5_000)),
    "strings beside strings": (lambda n: "SELECT * { ?a ?b " + '"" ' * n + "}", (10, 20_000)),
    "a comment that does not end": (lambda n: "#" * n, (10, 60_000)),
    "characters of nothing": (lambda n: 'ASK { ?s ?p "' + "\0\x01\ufffe" * n + '" }', (1, 1_000)),
    "many prefixes": (lambda n: "\n".join(f"PREFIX p{i}: <a:{i}/>" for i in range(n)) + " ASK {}", (10, 3_000)),
    "too long": (lambda n: "ASK {" + " " * n + "}", (65_600, 200_000)),
}


def queries() -> list[tuple[str, str]]:
    """Every template in every size, with its name; in an order that mixes them."""
    made = [(f"{name}, {size}", template(size)) for name, (template, sizes) in TEMPLATES.items() for size in sizes]
    for name, text in list(made):
        if len(text) < 2_000:
            made.append((f"{name}, with a stranger's words", f"# {name}\nPREFIX x: <urn:x:>\n{text}"))
    random.Random(42).shuffle(made)
    return made


# --- requests that are broken ----------------------------------------------------------------------------------------

SEEDS = (
    b"GET / HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n",
    b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/sparql-query\r\nContent-Length: 6\r\n"
    b"Connection: close\r\n\r\nASK {}",
    b"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 18\r\nConnection: close\r\n\r\nquery=ASK+%7B%7D&a=",
    b"GET /id/kaz-cerd-8-10-addendum/figure/13-schools-kazakh HTTP/1.1\r\nHost: {host}\r\nAccept: text/turtle\r\n"
    b"Connection: close\r\n\r\n",
    b"GET /query/law/laws-cited-most.csv?instrument=x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    b'HEAD /graph?default HTTP/1.1\r\nHost: {host}\r\nIf-None-Match: "x"\r\nConnection: close\r\n\r\n',
    b"POST /sparql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\n"
    b"Connection: close\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n",
)
PIECES = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b":",
    b"%00",
    b"%2f",
    b"%2e%2e",
    b"..",
    b"//",
    b"\\",
    b"?",
    b"#",
    b"&",
    b"=",
    b"%",
    b"%zz",
    b"%ff",
    b"\xff\xfe",
    b"HTTP/1.1",
    b"HTTP/0.9",
    b"Content-Length: 5\r\n",
    b"Content-Length: -1\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: x\r\n",
    b"Host: evil.example\r\n",
    b"Content-Encoding: gzip\r\n",
    b"Expect: 100-continue\r\n",
    b"Upgrade: h2c\r\n",
    b"Connection: keep-alive\r\n",
    b"GET / ",
    b"X: " + b"a" * 300,
    b"Accept: " + b"a/b;q=0.1," * 40,
    b"Range: bytes=0-1\r\n",
    b"query=ASK%7B%7D&",
    b"update=CLEAR%20ALL&",
    b"default-graph-uri=%00&",
)


def broken(count: int, host: str, seed: int = 42) -> Iterator[bytes]:
    """So many requests, each made of a good one by one to four changes of its bytes."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(SEEDS).replace(b"{host}", host.encode()))
        for _ in range(chance.randint(1, 4)):
            at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
            match chance.randrange(6):
                case 0:
                    del data[at : at + chance.randint(1, 8)]
                case 1:
                    data[at:at] = chance.choice(PIECES)
                case 2 if len(data) > at:
                    data[at] = chance.randrange(256)
                case 3:
                    data[at:at] = data[at : min(end, at + 200)]
                case 4:
                    data[at : at + 1] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 6)))
                case _:
                    del data[max(at, 1) :]
            if not data:
                data += b"\r\n"
        yield bytes(data)
