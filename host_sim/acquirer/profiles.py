"""Acquirer profiles: everything in which acquirers differ, read from a TOML file beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

Fields = dict[int, str | bytes]
"""A message's fields by number: bytes where the profile says b, else text."""


class ProfileError(ValueError):
    """A profile that cannot be used, or a field that is not made as it says. args: where, reason."""


@dataclass(frozen=True)
class MessageRule:
    """One message of the presence table. processing is F3, type F60.1, network F60.3; None or () match any."""

    name: str
    mti: str
    processing: str | None
    type: str | None
    network: tuple[str, ...]
    must: frozenset[int]
    may: frozenset[int]
    answer: tuple[int, ...]
    mac: bool
    reversible: bool

    def fits(self, mti: str, processing: str | None, kind: str | None, network: str | None) -> bool:
        return (
            mti == self.mti
            and self.processing in (None, processing)
            and self.type in (None, kind)
            and (not self.network or network in self.network)
        )


class Profile:
    """A profile as data. source: the parsed TOML; see cup-3des.toml for the shape."""

    def __init__(self, source: Mapping[str, Any]):
        try:
            self.name: str = source["name"]
            self.currency: str = source["currency"]
            self.pin_format: str = source["pin_format"]
            self.no_pin_format: str = source["no_pin_format"]
            self.network_code: str = source["network_code"]
            self.refund_window_days: int = source["refund_window_days"]
            self.upload_item: str = source["upload_item"]
            self.upload_end_matched: str = source["upload_end_matched"]
            self.upload_end_mismatched: str = source["upload_end_mismatched"]
            self.tpdu: str = source["frame"]["tpdu"]
            self.header_bytes: int = source["frame"]["header_bytes"]
            self.host_request_digit: int = source["frame"]["host_request_digit"]
            self.limit_bytes: int = source["frame"]["limit_bytes"]
            self.mac_algorithm: str = source["mac"]["algorithm"]
            self.mac_key_bytes: int = source["mac"]["key_bytes"]
            self.pin_key_bytes: int = source["keys"]["pin_key_bytes"]
            self.track_key_bytes: int = source["keys"]["track_key_bytes"]
            self.check_bytes: int = source["keys"]["check_bytes"]
            self.fields: dict[int, Mapping[str, Any]] = {int(number): rule for number, rule in source["fields"].items()}
            self.subfields: dict[int, tuple[tuple[str, int], ...]] = {
                int(number): tuple((name, length) for name, length in parts)
                for number, parts in source["subfields"].items()
            }
            self.messages = tuple(_rule(name, rule) for name, rule in source["messages"].items())
        except (KeyError, TypeError, ValueError) as error:
            raise ProfileError("profile", f"missing or wrong entry {error}") from None

    def find(self, mti: str, processing: str | None, kind: str | None, network: str | None) -> MessageRule | None:
        """The one rule that the message falls under, or None."""
        return next((rule for rule in self.messages if rule.fits(mti, processing, kind, network)), None)

    def split(self, number: int, digits: str) -> dict[str, str]:
        """F60 or F61 in its parts by name. Trailing parts may be absent; a part cut short is an error."""
        parts: dict[str, str] = {}
        at = 0
        for name, length in self.subfields[number]:
            if at == len(digits):
                break
            part = digits[at : at + length]
            if len(part) != length:
                raise ProfileError(number, f"{name} is cut short")
            parts[name] = part
            at += length
        if at != len(digits):
            raise ProfileError(number, "longer than its parts")
        return parts


def load_profile(name: str) -> Profile:
    """The shipped profile of that name."""
    return Profile(_source(name))


def _source(name: str) -> dict[str, Any]:
    """The file's tables; of one that extends another, laid over the other's, entry by entry."""
    path = files("host_sim.acquirer").joinpath("profiles", f"{name}.toml")
    if not path.is_file():
        raise ProfileError("profile", f"there is no profile {name}: give the name of a file in acquirer/profiles")
    source = tomllib.loads(path.read_text(encoding="utf-8"))
    base = source.pop("extends", None)
    return source if base is None else _over(_source(base), source)


def _over(base: dict[str, Any], source: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(base)
    for key, value in source.items():
        laid[key] = _over(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
    return laid


def _rule(name: str, source: Mapping[str, Any]) -> MessageRule:
    mac: bool = source["mac"]
    number_64 = [64] if mac else []
    return MessageRule(
        name=name,
        mti=source["mti"],
        processing=source.get("processing"),
        type=source.get("type"),
        network=tuple(source.get("network", ())),
        must=frozenset([*source["must"], *number_64]),
        may=frozenset(source.get("may", ())),
        answer=tuple(source["answer"]),
        mac=mac,
        reversible=source.get("reversible", False),
    )
