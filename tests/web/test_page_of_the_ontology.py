"""The ontology on one page: every term with its definition, rules, example and questions, and what was withdrawn."""

from __future__ import annotations

from statereport.rdf import namespaces


def entry(read, name: str):
    """The part of the page about a term."""
    return read("/ontology").one("article", aria_labelledby=f"term-{name}")


def facts(part) -> dict[str, str]:
    """What its list says: name → text."""
    listed = part.one("dl")
    return dict(zip((it.text for it in listed.all("dt")), (it.text for it in listed.all("dd")), strict=True))


def test_every_term_has_an_entry_with_its_definition(read):
    page = read("/ontology")
    shown = {it["id"].removeprefix("term-") for it in page.all("h3") if it.attributes.get("id", "").startswith("term-")}
    rows = read.site.graph.ask("pages/terms")
    terms = {row["term"].removeprefix(namespaces.SR).replace("/", "-") for row in rows}
    assert shown == terms and len(terms) > 150
    text = page.text
    assert [row["definition"] for row in rows if " ".join(row["definition"].split()) not in text] == []


def test_a_class_shows_where_it_stands_its_rules_an_example_and_questions(read):
    figure = entry(read, "Figure")
    said = facts(figure)
    assert said["Kind"] == "Classes" and "quantity" in said["Narrower than"]
    assert "for example by" in said["Used"] and "Questions" in said and "Labels" in said
    rules = [[cell.text for cell in row.all("td")] for row in figure.one("tbody").all("tr")]
    assert len(rules) > 5 and any(row[2] == "exactly one" for row in rules)


def test_a_property_shows_domain_range_its_label_backwards_and_the_classes_that_have_it(read):
    said = facts(entry(read, "isStatedIn"))
    assert said["Kind"] == "Object properties" and {"Domain", "Range", "Read backwards"} <= said.keys()
    classes = [row.all("td")[0].text for row in entry(read, "isStatedIn").one("tbody").all("tr")]
    assert classes


def test_the_page_has_its_header_the_diagram_and_what_was_withdrawn(read):
    page = read("/ontology")
    about = facts(page.one("section", aria_labelledby="about-it"))
    assert about["Version info"] == read.site.version and "License" in about
    image = page.one("section", aria_labelledby="diagram").one("img")
    assert image["src"].startswith("/static/model.svg?") and "in words" in image["alt"]
    asked = f'''SELECT ?term {{ ?term <http://www.w3.org/2002/07/owl#deprecated> true
        FILTER(STRSTARTS(STR(?term), "{namespaces.SR}")) }}'''
    terms = [row[0].value for row in read.site.graph.engine.query(asked).rows]
    sections = page.all("section", aria_labelledby="withdrawn")
    assert len(terms) == sum(len(section.all("dt")) for section in sections)
