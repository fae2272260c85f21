"""What terminals download about cards, over the wire: lists, keys, applications, and the end. Taken apart by hand."""

from hashlib import sha1, sha256
from importlib import import_module

import pytest

from host_sim.acquirer.exception_file import ExceptionFileError, digest, read_exceptions
from host_sim.acquirer.handlers.download import PART_BYTES, listed
from host_sim.acquirer.terminal_parameters import Entry, Versions, versions
from host_sim.networks.pki.authority import REVOKED_SERIAL, TABLE
from tests.host.bench import running

download = import_module("host_sim.acquirer.handlers.download")


@pytest.fixture
async def bench(tmp_path):
    async with running(tmp_path) as bench:
        yield bench


def objects(data):
    """Tags and values in order."""
    found, at = [], 0
    while at < len(data):
        size = 2 if data[at] & 0x1F == 0x1F else 1
        tag, at = data[at : at + size].hex().upper(), at + size
        length, at = (data[at + 1], at + 2) if data[at] == 0x81 else (data[at], at + 1)
        found.append((tag, data[at : at + length]))
        at += length
    return found


async def ask(bench, network, data=b"", **changes):
    till = bench.till
    fields = {11: till.next_trace(), 60: f"00{till.batch:06d}{network}", **changes}
    return await till.send("0800", {**fields, 62: data} if data else fields)


async def test_every_key_is_listed_and_each_is_whole(bench):
    answer = await ask(bench, "372", b"100")
    assert answer[39] == "00" and answer[62][:1] == b"1" and 64 in answer
    entries = objects(answer[62][1:])
    assert [tag for tag, _ in entries] == ["9F06", "9F22", "DF05"] * len(TABLE)
    for at, (rid, index, bits, exponent, expiry) in enumerate(TABLE):
        assert [value for _, value in entries[3 * at : 3 * at + 3]] == [rid, bytes([index]), expiry.encode()]
        asked = bytes.fromhex("9F0605") + rid + bytes.fromhex("9F2201") + bytes([index])
        key = await ask(bench, "370", asked)
        assert key[62][:1] == b"1"
        found = dict(objects(key[62][1:]))
        assert len(found["DF02"]) * 8 == bits and int.from_bytes(found["DF04"], "big") == exponent
        assert found["DF03"] == sha1(rid + bytes([index]) + found["DF02"] + found["DF04"]).digest()
        assert (found["DF05"], found["DF06"], found["DF07"]) == (expiry.encode(), b"\x01", b"\x01")
    end = await ask(bench, "371")
    assert objects(end[62][1:]) == [("DF0A", bytes.fromhex("A000000333E2") + REVOKED_SERIAL)]


async def test_every_application_is_listed_and_has_its_limits(bench):
    answer = await ask(bench, "382", b"100")
    names = [value.hex().upper() for _, value in objects(answer[62][1:])]
    assert names[:4] == [f"A0000003330101{last}" for last in ("01", "02", "03", "06")] and len(names) == 6
    credit = dict(objects((await ask(bench, "380", bytes.fromhex("9F0608" + names[1])))[62][1:]))
    assert credit["DF11"].hex().upper() == "DC4000A800" and credit["DF13"].hex() == "0010000000"
    assert credit["9F1B"].hex() == "0000c350" and credit["DF21"].hex() == "000000100000" and credit["DF18"] == b"\x01"
    debit = await ask(bench, "380", bytes.fromhex("9F0608" + names[0]))
    lengths = [len(value) for _, value in objects(debit[62][1:])]
    assert lengths == [8, 1, 2, 5, 5, 5, 4, 4, 1, 1, 3, 1, 6, 6, 6, 6]
    assert (await ask(bench, "381"))[62] == b"0"


def test_an_exception_file_names_the_line_that_it_cannot_be_read_at(tmp_path):
    path = tmp_path / "exceptions.txt"
    path.write_text("# two cards\n0011223344556677\n\n8899AABBCCDDEEFF  # stolen\n0011223344556677\n")
    assert read_exceptions(path) == (bytes.fromhex("0011223344556677"), bytes.fromhex("8899AABBCCDDEEFF"))
    assert read_exceptions(None) == ()
    assert digest("6292520000000000008") == sha256(b"6292520000000000008").digest()[:8]
    for text, where in (
        ("0011223344556677\n6292520000000000008\n", "line 2"),
        ("00\n", "line 1"),
        ("00112233445566zz\n", "line 1"),
        ("".join(f"{n:016x}\n" for n in range(41)), "41 cards"),
    ):
        path.write_text(text)
        with pytest.raises(ExceptionFileError, match=where) as error:
            read_exceptions(path)
        assert "6292520000000000008" not in str(error.value)
    for missing in (tmp_path / "none", tmp_path):
        with pytest.raises(ExceptionFileError, match="cannot be read"):
            read_exceptions(missing)


async def test_the_end_of_the_applications_has_the_exception_file(bench):
    cards = tuple(n.to_bytes(8, "big") for n in range(40))
    plain = versions()
    object.__setattr__(bench.host.desk, "exceptions", cards)
    assert objects((await ask(bench, "381"))[62][1:]) == [("DF0B", card) for card in cards]
    assert versions(cards).applications != plain.applications and versions(cards).ca_keys == plain.ca_keys


ABSENT = [
    ("370", "9F0605A0000003339F220108", "00", b"0"), ("380", "9F0605A000000333", "00", b"0"),
    ("372", b"199".hex(), "00", b"0"), ("372", b"200".hex(), "30", None), ("372", b"1".hex(), "30", None),
    ("382", b"1x0".hex(), "30", None), ("370", "", "30", None), ("372", "", "30", None), ("373", "31", "40", None),
]  # fmt: skip


async def test_what_there_is_not(bench):
    for network, data, response, said in ABSENT:
        answer = await ask(bench, network, bytes.fromhex(data))
        assert (answer[39], answer.get(62)) == (response, said), (network, data)


async def test_who_has_older_tables_is_asked_to_fetch_the_newer_ones(bench, monkeypatch):
    async def asks():
        """The header's digit of an answer."""
        await bench.till.sale(bench.card, 100)
        return bench.till.header[2] & 15

    assert await asks() == 0, "it has never fetched any"
    await ask(bench, "371")
    assert await asks() == 0, "nor all of it"
    await ask(bench, "381")
    assert await asks() == 0
    for newer, digit in ((Versions("0" * 64, "1" * 64), 4), (Versions("0" * 64, "2" * 64), 5)):
        bench.host.dispatcher.versions = newer
        assert [await asks(), await asks()] == [digit, digit]
        monkeypatch.setattr(download, "versions", lambda _, newer=newer: newer)
        await ask(bench, "371")
        if digit == 4:
            assert await asks() == 5, "the other half"
        await ask(bench, "381")
        assert await asks() == 0


async def test_only_a_proved_terminal_is_told(bench):
    till = bench.till
    body = till.message("0800", {11: till.next_trace(), 60: f"00{till.batch:06d}372", 62: b"100"})
    assert (await till.send_body(body[:-8] + b"00000000"))[39] == "A0"


def test_a_long_list_comes_in_parts():
    entries = [Entry(b"", bytes([at]) * 23, b"") for at in range(50)]
    parts, first = [], 0
    while first < 50:
        part = listed(entries, first)
        assert len(part) - 1 <= PART_BYTES
        parts.append(part[:1])
        first += (len(part) - 1) // 23
        assert part[-1] == first - 1
    assert parts == [b"2", b"2", b"3"] and listed(entries[:3], 0)[:1] == b"1" and listed(entries, 50) == b"0"
