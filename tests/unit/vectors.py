"""The published vectors of tests/vectors, on both runtimes."""

import json
from binascii import unhexlify


def load(name):
    """What tests/vectors/NAME.json holds."""
    with open(__file__.rsplit("/", 1)[0] + "/../vectors/" + name + ".json") as file:
        return json.load(file)


def arrays(name, path):
    """Of a file made out of another project's tests: {name: value} of the one whose path ends so. Hex stays text."""
    for part in load(name):
        if part["paths"][0].endswith(path):
            return {row["name"]: row["value"] for row in part["arrays"]}
    raise ValueError(path)


def unhexed(values):
    """A list of hex texts as bytes."""
    return [unhexlify(value) for value in values]
