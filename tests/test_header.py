"""The `#+` header of saved queries and rules: what it says, where the SPARQL begins, what is wrong in which line."""

import pytest
from loops import some

from statereport.errors import QuerySyntax
from statereport.project import find_project
from statereport.sparql import header

QUERY = "SELECT ?s WHERE { ?s a ?c }\n"


def test_a_header_is_names_with_texts_lists_and_mappings():
    head = header.read(
        f"#+ summary: Which?\n#+ tags: [1, no]\n#+ params:\n#+   year: {{type: integer}}\n{QUERY}", "a.rq"
    )
    assert head.values == {"summary": "Which?", "tags": ["1", "no"], "params": {"year": {"type": "integer"}}}
    assert head.lines == ("summary: Which?", "tags: [1, no]", "params:", "  year: {type: integer}")
    assert (head.line_of("params"), head.line_of("year"), head.line_of("absent")) == (3, 4, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "a byte order mark"])
def test_the_query_begins_where_the_header_ends(mark, end):
    text = f"{mark}#+ summary: Which?{end}#+ tags: [a]{end}{QUERY}#+ this is a comment{end}"
    head = header.read(text, "a.rq")
    assert head.values == {"summary": "Which?", "tags": ["a"]}
    assert text[head.end :] == f"{QUERY}#+ this is a comment{end}"


def test_a_query_without_a_header_has_an_empty_one():
    for text in some(["", QUERY, "# a comment\n#+ summary: too late\n"]):
        assert header.read(text, "a.rq") == header.Header({}, (), 0, "a.rq")


BROKEN = {
    "a colon inside a text": ("#+ summary: a: b\n", 1, "mapping values are not allowed"),
    "a list that is not closed": ("#+ summary: a\n#+ tags: [x\nSELECT", 2, "did not find expected"),
    "a tab": ("#+ summary: a\n#+\ttags: [x]\n", 2, "a tab character"),
    "a control character": ("#+ summary: a\n#+ b\x01: c\n", 2, "U+0001 is not allowed"),
    "half of a character": ("#+ summary: \ud800\n", 1, "half of a character"),
    "an alias of nothing": ("#+ summary: a\n#+ b: *c\n", 2, "undefined alias"),
    "two documents": ("#+ summary: a\n#+ ---\n#+ b: c\n", 2, "another document"),
    "a name twice": ("#+ summary: a\n#+ tags: []\n#+ summary: b\n", 3, "'summary' a second time"),
    "a list": ("#+ - summary\n", 1, "no list of names with values"),
    "a text": ("#+ summary\n", 1, "no list of names with values"),
    "nothing": ("#+\n", 1, "no list of names with values"),
    "lists in lists": (f"#+ summary: a\n#+ b: {'[' * 100_000}{']' * 100_000}\n", 2, "nested too deeply"),
    "lists in lists without brackets": ("#+ summary: a\n#+ b:\n#+  " + "- " * 999 + "x\n", 3, "nested too deeply"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_header_that_is_broken_says_in_which_line(case):
    text, line, what = BROKEN[case]
    with pytest.raises(QuerySyntax) as fault:
        header.read(text, "topic/a.rq")
    assert fault.value.where == f"topic/a.rq:{line}"
    assert what in fault.value.what and fault.value.hint


def test_every_query_and_rule_of_the_project_has_a_header_with_a_summary():
    project = find_project()
    for path in some([*project.queries.rglob("*.rq"), *(project.ontology / "rules").glob("*.rq")], 100):
        text = path.read_text(encoding="utf-8")
        head = header.read(text, path.name)
        assert head.values["summary"] and not text[head.end :].startswith("#+"), path
