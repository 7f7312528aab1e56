"""The structure of the cubes as one SDMX-ML 2.1 message: data flows, data structures, concepts and code lists.

Programs that read the SDMX-CSV files of the cubes learn from it what each column is and what its codes mean.
Source: SDMX 2.1, section 3A (SDMX-ML), the schemas SDMXMessage.xsd and SDMXStructure.xsd.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

AGENCY, VERSION = "STATEREPORT", "1.0"
SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"
MES, STR, COM = (f"{{{SCHEMAS}{name}}}" for name in ("message", "structure", "common"))
XML = "{http://www.w3.org/XML/1998/namespace}"
TIME, MEASURE = "TIME_PERIOD", "OBS_VALUE"


@dataclass(frozen=True)
class Column:
    """A column of an SDMX-CSV file: its identifier, its role (dimension, measure, attribute), its codes with labels."""

    id: str
    role: str
    codes: Mapping[str, str]
    required: bool = True


@dataclass(frozen=True)
class Flow:
    """A data flow, whose file has these columns."""

    id: str
    name: str
    columns: tuple[Column, ...]


def message(flows: Iterable[Flow], prepared: str) -> bytes:
    """The structure message about some flows; `prepared` is an xsd:dateTime."""
    flows = list(flows)
    for prefix, space in (("mes", MES), ("str", STR), ("com", COM)):
        ET.register_namespace(prefix, space[1:-1])
    root = ET.Element(f"{MES}Structure")
    header = ET.SubElement(root, f"{MES}Header")
    for name, value in (("ID", AGENCY), ("Test", "false"), ("Prepared", prepared)):
        ET.SubElement(header, f"{MES}{name}").text = value
    ET.SubElement(header, f"{MES}Sender", id=AGENCY)
    held = ET.SubElement(root, f"{MES}Structures")
    dataflows = ET.SubElement(held, f"{STR}Dataflows")
    for flow in flows:
        made = _named(dataflows, "Dataflow", flow.id, flow.name, agencyID=AGENCY, version=VERSION)
        _reference(ET.SubElement(made, f"{STR}Structure"), flow.id, "DataStructure", "datastructure")
    _code_lists(ET.SubElement(held, f"{STR}Codelists"), flows)
    concepts = ET.SubElement(held, f"{STR}Concepts")
    scheme = _named(concepts, "ConceptScheme", "CONCEPTS", "Concepts", agencyID=AGENCY, version=VERSION)
    for name in sorted({column.id for flow in flows for column in flow.columns}):
        _named(scheme, "Concept", name, name.replace("_", " ").lower())
    structures = ET.SubElement(held, f"{STR}DataStructures")
    for flow in flows:
        _structure(structures, flow)
    ET.indent(root)
    return ET.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _code_lists(parent: ET.Element, flows: list[Flow]) -> None:
    """One list for each column that has codes, with the codes of all flows."""
    lists: dict[str, dict[str, str]] = {}
    for column in (column for flow in flows for column in flow.columns):
        if column.codes:
            lists.setdefault(column.id, {}).update(column.codes)
    for name, codes in sorted(lists.items()):
        made = _named(
            parent, "Codelist", f"CL_{name}", name.replace("_", " ").lower(), agencyID=AGENCY, version=VERSION
        )
        for code, label in sorted(codes.items()):
            _named(made, "Code", code, label or code)


def _structure(parent: ET.Element, flow: Flow) -> None:
    made = _named(parent, "DataStructure", flow.id, flow.name, agencyID=AGENCY, version=VERSION)
    parts = ET.SubElement(made, f"{STR}DataStructureComponents")
    dimensions = ET.SubElement(parts, f"{STR}DimensionList", id="DimensionDescriptor")
    attributes = [column for column in flow.columns if column.role == "attribute"]
    for position, column in enumerate((it for it in flow.columns if it.role == "dimension"), 1):
        kind = "TimeDimension" if column.id == TIME else "Dimension"
        _component(ET.SubElement(dimensions, f"{STR}{kind}", id=column.id, position=str(position)), column)
    if attributes:
        listed = ET.SubElement(parts, f"{STR}AttributeList", id="AttributeDescriptor")
        for column in attributes:
            status = "Mandatory" if column.required else "Conditional"
            attribute = ET.SubElement(listed, f"{STR}Attribute", id=column.id, assignmentStatus=status)
            _component(attribute, column)
            relation = ET.SubElement(attribute, f"{STR}AttributeRelationship")
            ET.SubElement(ET.SubElement(relation, f"{STR}PrimaryMeasure"), "Ref", id=MEASURE)
    measures = ET.SubElement(parts, f"{STR}MeasureList", id="MeasureDescriptor")
    for column in (it for it in flow.columns if it.role == "measure"):
        _component(ET.SubElement(measures, f"{STR}PrimaryMeasure", id=column.id), column)


def _component(parent: ET.Element, column: Column) -> None:
    """The concept of a component and what its values are: codes of a list, times, or numbers."""
    concept = {"maintainableParentID": "CONCEPTS", "maintainableParentVersion": VERSION}
    identity = ET.SubElement(parent, f"{STR}ConceptIdentity")
    ET.SubElement(
        identity, "Ref", id=column.id, **concept, agencyID=AGENCY, **{"class": "Concept"}, package="conceptscheme"
    )
    local = ET.SubElement(parent, f"{STR}LocalRepresentation")
    if column.id == TIME:
        ET.SubElement(local, f"{STR}TextFormat", textType="ObservationalTimePeriod")
    elif column.codes:
        _reference(ET.SubElement(local, f"{STR}Enumeration"), f"CL_{column.id}", "Codelist", "codelist")
    else:
        ET.SubElement(local, f"{STR}TextFormat", textType="Decimal" if column.role == "measure" else "String")


def _named(parent: ET.Element, kind: str, name: str, label: str, **more: str) -> ET.Element:
    made = ET.SubElement(parent, f"{STR}{kind}", id=name, **more)
    ET.SubElement(made, f"{COM}Name", {f"{XML}lang": "en"}).text = label
    return made


def _reference(parent: ET.Element, name: str, kind: str, package: str) -> None:
    ET.SubElement(parent, "Ref", id=name, version=VERSION, agencyID=AGENCY, **{"class": kind}, package=package)
