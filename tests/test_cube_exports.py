"""The cubes as files: every observation a row, the same triples back by the description, SDMX-CSV as its guide says."""

import csv
import io
import json
import re
from xml.etree import ElementTree

import pytest
import real
from loops import some
from real import PREFIXES

from statereport.publish import cubes, sdmx
from statereport.sparql.engine import Store

QB = PREFIXES["qb"]
COMPONENTS = ("Dimension", "TimeDimension", "Attribute", "PrimaryMeasure")
ID = re.compile(r"[A-Za-z0-9_@$\-]+")
# The observational time periods of SDMX 2.1 that we use: years, months, days, and a start with a duration.
TIME = re.compile(r"\d{4}(-\d\d(-\d\d)?)?|\d{4}-\d\d-\d\d/P\d+[YMD]")


@pytest.fixture(scope="module")
def engine() -> Store:
    return real.graph().engine


@pytest.fixture(scope="module")
def out(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cubes")
    assert cubes.write(folder, engine) > 20
    return folder / "cubes"


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def size(engine, iri) -> int:
    return int(engine.query(f"SELECT (COUNT(?o) AS ?n) {{ ?o <{QB}dataSet> <{iri}> }}").rows[0][0].value)


def test_every_observation_is_a_row_of_both_files(engine, out):
    found = cubes.read(engine)
    for cube in some(found):
        assert (
            len(table(out / f"{cube.slug}.csv"))
            == len(table(out / f"{cube.slug}.sdmx.csv"))
            == size(engine, cube.iri)
            > 0
        )
    assert sum(len(cube.rows) for cube in found) > 250


def filled(template: str, row: dict) -> str:
    return re.sub(r"\{\+?(\w+)\}", lambda match: row[match[1]], template)


def triples(path) -> set[tuple[str, str, str]]:
    """What a CSVW converter makes of a table: the triples of its rows, as its description says."""
    about = json.loads(path.with_name(f"{path.name}-metadata.json").read_text(encoding="utf-8"))
    schema = about["tableSchema"]
    names = [column["name"] for column in schema["columns"] if not column.get("virtual")]
    found = set()
    for row in some(table(path)):
        assert list(row) == names
        for column in schema["columns"]:
            if "propertyUrl" in column and row.get(column.get("name"), "virtual"):
                value = filled(column["valueUrl"], row) if "valueUrl" in column else row[column["name"]]
                found.add((filled(schema["aboutUrl"], row), column["propertyUrl"], value))
    return found


def test_the_description_turns_the_rows_back_into_the_triples_of_the_graph(engine, out):
    for cube in some(cubes.read(engine)):
        properties = " ".join(f"<{c.property}>" for c in cube.components)
        rows = engine.query(
            f"SELECT ?o ?p ?v {{ ?o <{QB}dataSet> <{cube.iri}> ; ?p ?v . VALUES ?p {{ {properties} <{QB}dataSet> }} }}"
        ).rows
        assert triples(out / f"{cube.slug}.csv") == {(o.value, p.value, v.value) for o, p, v in rows}, cube.slug


def test_a_table_is_as_its_description_says(out):
    for path in some(out.glob("*.csv-metadata.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        rows = table(path.with_name(about["url"]))
        assert len({row["figure"] for row in rows}) == len(rows)
        assert (
            about["dc:title"]
            and about["dc:description"]
            and about["dc:license"]["@id"].startswith("https://creativecommons.org/")
        )
        for column in some(about["tableSchema"]["columns"]):
            values = [row[column["name"]] for row in rows] if not column.get("virtual") else []
            assert not column.get("required") or all(values), (path.name, column["name"])
            if column.get("datatype") in ("integer", "decimal"):
                form = r"-?\d+" if column["datatype"] == "integer" else r"-?\d+(\.\d+)?"
                assert all(re.fullmatch(form, value) for value in values)


def test_sdmx_csv_has_the_columns_and_codes_that_its_guide_asks_for(engine, out):
    for cube in some(cubes.read(engine)):
        rows = table(out / f"{cube.slug}.sdmx.csv")
        head = list(rows[0])
        dimensions = head[3 : head.index("OBS_VALUE")]
        assert head[:3] == ["STRUCTURE", "STRUCTURE_ID", "ACTION"]
        assert {"OBS_VALUE", "UNIT_MEASURE", "BOUND", "REF_AREA", "INDICATOR"} <= set(head)
        assert len({"TIME_PERIOD", "REF_PERIOD"} & set(dimensions)) == 1 and "OBS_STATUS" not in head
        assert len(dimensions) == sum(c.role == "dimension" for c in cube.components)
        assert len({tuple(row[name] for name in dimensions) for row in rows}) == len(rows)
        for row in some(rows):
            assert re.fullmatch(r"STATEREPORT:[A-Z0-9_]+\(1\.0\)", row["STRUCTURE_ID"])
            assert (row["STRUCTURE"], row["ACTION"]) == ("dataflow", "I")
            assert re.fullmatch(r"-?\d+(\.\d+)?", row["OBS_VALUE"])
            for name in some(set(head[3:]) - {"OBS_VALUE"}):
                value = row[name]
                form = TIME if name == "TIME_PERIOD" else ID
                assert form.fullmatch(value) or (not value and name == "DATA_PROVIDER"), (cube.slug, name, value)


def test_the_structure_of_sdmx_has_each_file_with_its_columns_and_every_code_with_its_label(out):
    space = dict(zip(("mes", "str", "com"), (name.strip("{}") for name in (sdmx.MES, sdmx.STR, sdmx.COM)), strict=True))
    root = ElementTree.parse(out / cubes.STRUCTURE).getroot()
    flows = {it.get("id") for it in root.iterfind(".//str:Dataflow", space)}
    codes = {
        it.get("id"): {code.get("id"): code.findtext("com:Name", "", space) for code in it.iterfind("str:Code", space)}
        for it in root.iterfind(".//str:Codelist", space)
    }
    structures = {it.get("id"): it for it in root.iterfind(".//str:DataStructure", space)}
    for path in some(out.glob("*.sdmx.csv")):
        rows = table(path)
        name = rows[0]["STRUCTURE_ID"].partition(":")[2].partition("(")[0]
        parts = [it for kind in COMPONENTS for it in structures[name].iterfind(f".//str:{kind}", space) if it.get("id")]
        assert name in flows and {it.get("id") for it in parts} == set(list(rows[0])[3:]), path.name
        for part in some(parts):
            listed = part.find("str:LocalRepresentation/str:Enumeration/Ref", space)
            values = {row[part.get("id")] for row in rows} - {""}
            assert listed is None or values <= set(codes[listed.get("id")]), (path.name, part.get("id"))
            assert (listed is None) == (part.get("id") in ("OBS_VALUE", "TIME_PERIOD")), (path.name, part.get("id"))
    assert len(flows) == len(structures) == len(list(out.glob("*.sdmx.csv")))
    assert all(label for of in codes.values() for label in of.values()) and "Roma" in codes["CL_ETHNIC_GROUP"].values()


def test_the_numbers_of_the_two_files_are_the_same(out):
    for path in some(out.glob("*.sdmx.csv")):
        tidy = table(path.with_name(path.name.replace(".sdmx.csv", ".csv")))
        assert [row["OBS_VALUE"] for row in table(path)] == [row["value"] for row in tidy]


@pytest.mark.parametrize(
    ("precision", "start", "end", "written"),
    [
        ("year", "2020", "2020", "2020"),
        ("month", "2020-10", "2020-10", "2020-10"),
        ("day", "2021-03-01", "2021-03-01", "2021-03-01"),
        ("range", "2014", "2020", "2014-01-01/P7Y"),
        ("range", "2020-10", "2021-09", "2020-10-01/P12M"),
        ("range", "2020-03-16", "2020-05-11", "2020-03-16/P57D"),
        ("range", "2014", "2022-03", None),
        ("school-year", "2020", "2021", None),
        ("open", "2020-05-11", "2020-05-11", None),
    ],
)
def test_a_period_is_written_as_sdmx_writes_it_or_not_at_all(precision, start, end, written):
    assert cubes.sdmx_time(f"https://w3id.org/statereport/id/precision/{precision}", start, end) == written


def test_the_same_graph_gives_the_same_bytes(engine, out, tmp_path):
    shuffled = Store.memory(reversed(list(engine.quads())), union=False)
    cubes.write(tmp_path, shuffled)
    assert {p.name: p.read_bytes() for p in (tmp_path / "cubes").iterdir()} == {
        p.name: p.read_bytes() for p in out.iterdir()
    }


def test_a_project_without_cubes_has_no_folder_of_cubes(tmp_path):
    assert cubes.write(tmp_path, Store.memory()) == 0
    assert not (tmp_path / "cubes").exists()
