"""The cubes: the integrity constraints of the Data Cube Recommendation on small cubes and our own; uses by tools."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import real
from loops import some
from real import PREFIXES as TABLE
from sampling import sample

from statereport.project import find_project
from statereport.questions import saved
from statereport.rdf import rdflib_bridge
from statereport.rdf.dataset import load
from statereport.sparql.engine import Store

FOLDER = Path(__file__).parent / "cubes"
CASES = sorted(FOLDER.glob("*/*.ttl"))
NORMALISE = (FOLDER / "normalise.ru").read_text(encoding="utf-8")
QUERIES = saved.SavedQueries.of(find_project())
CONSTRAINTS = {
    name.split("/")[2][: len("ic-19a")].rstrip("-"): QUERIES.get(name) for name in QUERIES.names if "/cubes/ic-" in name
}
PREFIXES = "".join(f"PREFIX {name}: <{TABLE[name]}>\n" for name in ("kaz-dataset", "qb", "rdfs", "skos", "sr", "xsd"))


def case_name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.fixture(scope="module")
def ours() -> Store:
    """Everything that is said and inferred."""
    return real.graph().engine


def refused_by_oxigraph(inner: ox.Store) -> set[str]:
    return {name for name, query in CONSTRAINTS.items() if list(inner.query(query.text))}


def refused_by_rdflib(graph: rdflib.Graph) -> set[str]:
    return {name for name, query in CONSTRAINTS.items() if list(graph.query(query.text))}


def expected(path: Path) -> set[str]:
    return set() if path.parent.name == "sound" else {path.parent.name}


def test_there_are_all_constraints_of_the_recommendation():
    numbers = [f"ic-{number:02}" for number in range(1, 22)]
    assert sorted(CONSTRAINTS) == sorted([*(n for n in numbers if n != "ic-19"), "ic-19a", "ic-19b"])


def test_every_constraint_has_a_case():
    assert {path.parent.name for path in CASES} == {*CONSTRAINTS, "sound"}


@pytest.mark.parametrize("path", CASES, ids=case_name)
def test_only_the_constraint_of_a_case_refuses_it_on_oxigraph(path):
    inner = ox.Store()
    inner.load(path=str(path), format=ox.RdfFormat.TURTLE)
    inner.update(NORMALISE)
    assert refused_by_oxigraph(inner) == expected(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", sample(CASES, 1, lambda path: path.parent.name), ids=case_name)
def test_only_the_constraint_of_a_case_refuses_it_on_rdflib(path):
    graph = rdflib.Graph().parse(path)
    graph.update(NORMALISE)
    assert refused_by_rdflib(graph) == expected(path)


def test_a_constraint_names_what_is_wrong():
    inner = ox.Store()
    inner.load(path=str(FOLDER / "ic-11/dimension-missing.ttl"), format=ox.RdfFormat.TURTLE)
    inner.update(NORMALISE)
    rows = [
        [row[name].value.rpartition("/")[2] for name in ("observation", "dimension")]
        for row in inner.query(CONSTRAINTS["ic-11"].text)
    ]
    assert rows == [["c", "language"]]


# Constraint 12 as the Recommendation has it, pair by pair: our linear form must say the same.
PAIRS = """SELECT DISTINCT ?first ?second WHERE {
  ?first qb:dataSet ?cube . ?second qb:dataSet ?cube . FILTER(STR(?first) < STR(?second))
  FILTER NOT EXISTS {
    ?cube qb:structure/qb:component/qb:componentProperty ?dimension . ?dimension a qb:DimensionProperty .
    ?first ?dimension ?one . ?second ?dimension ?other . FILTER(?one != ?other)
  }
}"""


@pytest.mark.parametrize(
    "path", [p for p in CASES if p.parent.name in ("sound", "ic-12", "ic-17", "ic-13")], ids=case_name
)
def test_the_linear_form_of_constraint_12_says_what_comparing_all_pairs_says(path):
    inner = ox.Store()
    inner.load(path=str(path), format=ox.RdfFormat.TURTLE)
    inner.update(NORMALISE)
    assert bool(list(inner.query(PREFIXES + PAIRS))) == bool(list(inner.query(CONSTRAINTS["ic-12"].text)))


# --- our cubes -------------------------------------------------------------------------------------------------------


def test_our_cubes_keep_every_constraint_and_every_check(ours):
    checks = [name for name in QUERIES.names if name.startswith("checks/cubes/")]
    assert len(checks) > 22
    assert {
        name: rows for name in checks if (rows := [str(row) for row in ours.query(QUERIES.get(name).text).rows])
    } == {}


def test_our_cubes_are_in_normal_form(ours):
    inner = ox.Store()
    inner.extend(ours.quads())
    before = len(inner)
    inner.update(NORMALISE)
    added = {str(quad) for quad in inner.quads_for_pattern(None, None, None)} - {str(quad) for quad in ours.quads()}
    assert len(inner) == before, sorted(added)[:5]


@pytest.mark.slow
def test_two_engines_agree_that_our_cubes_keep_the_constraints(ours):
    assert refused_by_rdflib(rdflib_bridge.to_rdflib(quad.triple for quad in ours.quads())) == set()


def test_every_figure_is_in_one_cube(ours):
    figures = {row[0].value for row in ours.query(f"{PREFIXES}SELECT ?figure {{ ?figure a sr:Figure }}").rows}
    placed = [row[0].value for row in ours.query(f"{PREFIXES}SELECT ?figure {{ ?figure qb:dataSet ?cube }}").rows]
    assert len(figures) > 250
    assert sorted(placed) == sorted(figures)


# What a cube tool does that knows the Data Cube vocabulary and nothing of ours: it reads the structure, then the rows.
STRUCTURE = """SELECT ?property ?role WHERE {
  ?cube qb:structure ?structure . ?structure qb:component ?component .
  ?component ?role ?property . OPTIONAL { ?component qb:order ?order }
  VALUES ?role { qb:dimension qb:measure qb:attribute }
} ORDER BY ?order ?property"""


def cubes(engine: Store) -> list[str]:
    return [
        row[0].value for row in engine.query(f"{PREFIXES}SELECT ?cube {{ ?cube a qb:DataSet }} ORDER BY ?cube").rows
    ]


def listed(engine: Store, cube: str) -> tuple[list[tuple[str, str]], list[tuple]]:
    """A cube's components with their roles, and its rows, by its structure alone."""
    found = engine.query(PREFIXES + STRUCTURE.replace("?cube", f"<{cube}>"))
    components = [(row[0].value, row[1].value.rpartition("#")[2]) for row in found.rows]
    patterns = [
        f"?o <{name}> ?v{i} ." if role != "attribute" else f"OPTIONAL {{ ?o <{name}> ?v{i} }}"
        for i, (name, role) in enumerate(components)
    ]
    names = " ".join(f"?v{i}" for i in range(len(components)))
    rows = engine.query(f"{PREFIXES}SELECT {names} {{ ?o qb:dataSet <{cube}> . {' '.join(patterns)} }}").rows
    return components, list(rows)


def test_a_tool_that_knows_only_the_data_cube_vocabulary_lists_every_row(ours):
    total = 0
    for cube in some(cubes(ours)):
        components, rows = listed(ours, cube)
        size = ours.query(f"{PREFIXES}SELECT (COUNT(?o) AS ?n) {{ ?o qb:dataSet <{cube}> }}").rows[0][0].value
        assert len(rows) == int(size) > 0, cube
        places = [i for i, (_, role) in enumerate(components) if role == "dimension"]
        assert len({tuple(str(row[i]) for i in places) for row in rows}) == len(rows), cube
        total += len(rows)
    assert total > 250


def test_a_tool_can_pivot_a_cube(ours):
    """Years down, procedures and groups across: totals of admissions to citizenship are where the report has them."""
    components, rows = listed(ours, TABLE.expand("kaz-dataset:admissions-to-citizenship"))
    column = {name.rpartition("/")[2]: i for i, (name, _) in enumerate(components)}
    table: dict = {}
    for row in rows:
        year, procedure, group = (
            row[column[name]].value.rpartition("/")[2] for name in ("isForPeriod", "hasProcedure", "hasEthnicGroup")
        )
        table.setdefault(year, {})[procedure, group] = int(row[column["value"]].value)
    assert sorted(table) == [str(year) for year in range(2014, 2021)]
    assert all(len(cells) == 5 for cells in table.values())
    assert table["2014"]["total", "total"] == 23011
    assert table["2014"]["presidential-decree", "total"] + table["2014"]["simplified-registration", "total"] == 23011


def test_a_cube_has_words_for_people(ours):
    for cube in some(cubes(ours)):
        said = ours.query(f"SELECT ?p ?o {{ <{cube}> ?p ?o FILTER(ISLITERAL(?o)) }}").rows
        words = {row[0].value.rpartition("/")[2]: row[1].value for row in said}
        assert words["title"] and words["description"].endswith("."), cube


def test_no_total_code_is_said_by_the_report(project):
    said = {
        t.object.value
        for part in load(project).data.values()
        for t in part
        if "/figure/" in t.subject.value and hasattr(t.object, "value")
    }
    assert not [value for value in said if value.endswith("/total")]


def test_the_table_of_figures_shows_no_total_codes(ours):
    rows = ours.query(QUERIES.get("tables/figures").text)
    column = rows.columns.index("breakdown")
    assert not [row for row in rows.rows if row[column] is not None and "=all " in row[column].value]


# --- code lists ------------------------------------------------------------------------------------------------------


def test_a_concept_of_a_scheme_with_levels_is_in_one_of_them(ours):
    rows = ours.query(f"""{PREFIXES}PREFIX rdf: <{TABLE["rdf"]}> PREFIX xkos: <{TABLE["xkos"]}>
    SELECT ?scheme ?concept (COUNT(DISTINCT ?level) AS ?levels) WHERE {{
      ?scheme xkos:levels ?list . ?concept skos:inScheme ?scheme .
      OPTIONAL {{ ?list rdf:rest*/rdf:first ?level . ?level a xkos:ClassificationLevel ; skos:member ?concept }}
    }} GROUP BY ?scheme ?concept""").rows
    assert len(rows) > 50
    assert not [(concept.value, int(levels.value)) for _, concept, levels in rows if int(levels.value) != 1]


def test_the_parts_of_a_level_that_covers_its_indicator_are_told_apart_by_its_codes(ours):
    rows = ours.query(f"""{PREFIXES}PREFIX xkos: <{TABLE["xkos"]}>
    SELECT ?breakdown (COUNT(DISTINCT ?part) AS ?parts) (COUNT(DISTINCT ?code) AS ?codes) WHERE {{
      ?breakdown xkos:coversExhaustively ?indicator ; xkos:coversMutuallyExclusively ?indicator ; skos:member ?code .
      ?part sr:isPartIn ?breakdown ; sr:measures ?indicator .
    }} GROUP BY ?breakdown""").rows
    counted = {
        breakdown.value.rpartition("/")[2]: (int(parts.value), int(codes.value)) for breakdown, parts, codes in rows
    }
    assert counted["2-prison-population-by-ethnicity"] == (29, 29)
    assert counted["11-persons-tried-by-outcome"] == (2, 2)
    assert "16-emergency-right-by-citizenship" not in counted, "its parts are examples"
    assert "16-regulated-status-by-document" not in counted, "no single dimension tells its parts apart"
    assert all(parts == codes for parts, codes in counted.values())
