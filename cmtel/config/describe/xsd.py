"""The XSD 1.0 schema of the settings file, made from the models.

It says a little less than the check: rules between values are not in it, and an element that may
stand once is not counted where its siblings may be repeated in any order (XSD 1.0 cannot say
both). Whatever the check accepts, the schema accepts, except an empty attribute.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element as XmlElement
from xml.etree.ElementTree import SubElement, indent, tostring

from cmtel.config.describe.outline import Attribute, Element, outline
from cmtel.config.kinds import Kind
from cmtel.config.model import Config

_NAMESPACE = "http://www.w3.org/2001/XMLSchema"


def schema() -> str:
    """Return the schema as a document, with its line end."""
    root = XmlElement("xs:schema", {"xmlns:xs": _NAMESPACE, "elementFormDefault": "qualified"})
    top = outline(Config)
    SubElement(root, "xs:element", {"name": top.name, "type": top.section.__name__})
    for each in _each_section(top):
        _complex_type(root, each)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _each_section(top: Element) -> list[Element]:
    """The sections below ``top``, each once (Silence stands in two places)."""
    found = {top.section: top}
    for child in top.children:
        for each in _each_section(child):
            found.setdefault(each.section, each)
    return list(found.values())


def _complex_type(root: XmlElement, element: Element) -> None:
    made = SubElement(root, "xs:complexType", {"name": element.section.__name__})
    _document(made, element.meaning)
    if element.text is not None:
        text_type = f"{element.section.__name__}Text"
        content = SubElement(made, "xs:simpleContent")
        made = SubElement(content, "xs:extension", {"base": text_type})
        _simple_type(root, element.text.kind, text_type)
    elif element.children:
        _children(made, element)
    for each in element.attributes:
        _attribute(made, each)


def _children(made: XmlElement, element: Element) -> None:
    is_any_order = any(child.is_repeated for child in element.children)
    unbounded = {"minOccurs": "0", "maxOccurs": "unbounded"}
    group = SubElement(made, "xs:choice", unbounded) if is_any_order else SubElement(made, "xs:all")
    for child in element.children:
        facts = {"name": child.name, "type": child.section.__name__}
        SubElement(group, "xs:element", facts if is_any_order else {**facts, "minOccurs": "0"})


def _attribute(made: XmlElement, attribute: Attribute) -> None:
    facts = {"name": attribute.name}
    if attribute.is_needed:
        facts["use"] = "required"
    elif attribute.default is not None:
        facts["default"] = attribute.kind.write(attribute.default)
    found = SubElement(made, "xs:attribute", facts)
    _document(found, attribute.meaning)
    _simple_type(found, attribute.kind)


def _simple_type(parent: XmlElement, kind: Kind, name: str = "") -> None:
    base, facets = kind.xsd
    made = SubElement(parent, "xs:simpleType", {"name": name} if name else {})
    restriction = SubElement(made, "xs:restriction", {"base": base})
    for facet, value in facets:
        SubElement(restriction, f"xs:{facet}", {"value": value})


def _document(parent: XmlElement, text: str) -> None:
    annotation = SubElement(parent, "xs:annotation")
    SubElement(annotation, "xs:documentation").text = text
