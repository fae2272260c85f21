"""The BIN table as data: bins.toml read into routes."""

import tomllib
from importlib.resources import files

from host_sim.networks.switch import Network, Route


def load_routes(network: Network) -> list[Route]:
    """The shipped table, every route leading to the one network given."""
    text = files("host_sim.networks").joinpath("bins.toml").read_text(encoding="utf-8")
    return [Route(**row, network=network) for row in tomllib.loads(text)["route"]]
