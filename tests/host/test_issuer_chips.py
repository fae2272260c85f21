"""Every persona of the rack pays at its issuer, with a terminal that is told what to do by the persona's expectation.

So card and issuer meet without the firmware, and the expectations are held against both: types of cryptogram, response,
proof of the issuer, scripts and their results.
"""

import tomllib
from importlib.resources import files

import pytest

from host_sim.networks.issuer import AuthRequest, Issuer, IssuerError, IssuerKeys
from host_sim.networks.issuer.chips import card_keys
from host_sim.networks.issuer.schema import Order
from host_sim.rig.cards.contact import Pulled
from host_sim.rig.cards.emv.objects import walk
from host_sim.rig.cards.emv.personas import card_number, make, persona, personas
from tests.host.bench import HandClock
from tests.host.till import des, xor
from tests.rig.terminal import Terminal

KEYS = IssuerKeys(bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48)), bytes(32))
AMOUNT_FEN = 10_000
ARQC, TC, AAC = 0x80, 0x40, 0x00
IN_55 = (0x9F26, 0x9F27, 0x9F10, 0x9F37, 0x9F36, 0x95, 0x9A, 0x9C, 0x9F02, 0x5F2A, 0x82, 0x9F1A, 0x9F03, 0x9F34)
READABLE = [name for name, row in personas().items() if row["expect"]["outcome"] not in ("not_accepted", "card_error")]


@pytest.fixture
def issuer(tmp_path):
    issuer = Issuer(f"sqlite:///{tmp_path / 'issuer.db'}", KEYS, HandClock())
    yield issuer
    issuer.close()


def tlv(tag, value):
    return tag.to_bytes(1 + (tag > 0xFF), "big") + bytes([len(value)]) + value


def asked(aid, row):
    """Terminal action analysis: EMV 4.4 Book 4, 6.3.6, with the acquirer's parameters."""
    table = tomllib.loads(files("host_sim.acquirer").joinpath("parameters/aids.toml").read_text())
    codes = {**table["defaults"], **next(one for one in table["aid"] if one["aid"] == aid)}
    tvr = int(row["expect"]["tvr_first"], 16)
    if tvr & (int(codes["tac_denial"], 16) | int(row["iac_denial"], 16)):
        return AAC
    return ARQC if tvr & (int(codes["tac_online"], 16) | int(row["iac_online"], 16)) else TC


class Payment:
    """One payment by hand. answer: the first cryptogram's objects; decision, second, results: what came."""

    def __init__(self, made, issuer, row, reference="R1", **values):
        self.made, self.issuer, self.row, self.reference = made, issuer, row, reference
        expect = row["expect"]
        made.contact.power_on()
        self.app = made.chip.applications[0]
        first = {"t95": expect["tvr_first"], "t9F34": expect["cvm"], **values}
        self.terminal = Terminal(made.contact.transmit, **first).begin(self.app.aid)
        pin = row["pin"]
        if expect["cvm"][:2] in ("41", "01"):
            assert self.send("00200080", bytes.fromhex(f"2{len(pin):X}{pin}".ljust(16, "F"))) == "9000"
        if row["authentication"] == "dda":
            assert self.send("00880000", self.terminal.values[0x9F37]) == "9000"
        kind = asked(row["applications"][0]["aid"], row)
        self.answer = self._whole(self.terminal.generate(kind, cda=row["authentication"] == "cda"))
        self.first = self.answer[0x9F27].hex()
        self.arc = {TC: "Y1", AAC: "Z1"}.get(self.answer[0x9F27][0], "")
        self.second, self.results, self.decision, self.proof = "", b"", None, ""

    def send(self, head, data=b""):
        return self.terminal.send(head, data)[1]

    def _whole(self, answer):
        """A combined answer's cryptogram is inside its signature."""
        if 0x9F4B in answer:
            inside = self.app.icc_key.recover(answer[0x9F4B])[4:]
            answer[0x9F26] = inside[inside[0] + 2 :][:8]
        return answer

    def online(self, deferred=False):
        values = self.terminal.values | self.terminal.found | self.answer
        pan, block = card_number(self.row), None
        if self.row["expect"]["cvm"][:2] in ("42", "02"):
            clear = bytes.fromhex(f"0{len(self.row['pin']):X}{self.row['pin']}".ljust(16, "F"))
            block = des(KEYS.zpk, xor(clear, bytes.fromhex("0000" + pan[-13:-1])))
        de55 = b"".join(tlv(tag, values[tag]) for tag in IN_55 if tag in values)
        request = AuthRequest(
            self.reference,
            AMOUNT_FEN,
            self.row["psn"],
            self.row["expiry"],
            pan,
            de55,
            None if deferred else block,
            deferred,
        )
        self.decision = self.issuer.authorise(request)
        self.arc = self.decision.response
        return self

    def end(self):
        """The issuer's proof, scripts before, second cryptogram, scripts after."""
        terminal, data = self.terminal, self.decision.issuer_data
        terminal.values[0x8A] = self.arc.encode()
        if data:
            terminal.values[0x91] = data
            if self.app.aip[0] & 0x04:
                self.proof = self.send("00820000", data)
        self._scripts(0x71)
        refused = self.arc != "00" or self.row["expect"]["arc"] == "Z1"
        self.second = terminal.generate(AAC if refused else TC, 0x8D)[0x9F27].hex()
        self._scripts(0x72)
        return self

    def _scripts(self, which):
        for tag, template in walk(self.decision.scripts):
            if tag != which:
                continue
            inside = dict(walk(template))
            status = self.made.contact.transmit(inside[0x86])[-2:].hex()
            self.results += (b"\x20" if status[:2] in ("90", "62", "63") else b"\x11") + inside[0x9F18]


def pay(name, issuer, **values):
    row = persona(name)
    return Payment(make(name, issuer), issuer, row, **values)


@pytest.mark.parametrize("name", READABLE)
def test_a_persona_does_what_it_says(issuer, name):
    expect = persona(name)["expect"]
    if persona(name).get("fault", {}).get("kind") == "pulled":
        made = make(name, issuer)
        with pytest.raises(Pulled):
            Payment(made, issuer, persona(name))
        payment = Payment(made, issuer, persona(name))  # put in again
    else:
        payment = pay(name, issuer)
    assert payment.first == expect["cid"]
    forged = expect["arc"] == "Z1" and expect["cid"] == "80"
    if expect["cid"] == "80" and not forged:
        payment.online().end()
        assert payment.decision.response == ("00" if expect["outcome"] == "reversed" else expect["arc"])
        assert payment.second == expect["cid2"] and payment.results.hex() == expect["results"]
        proved = int(expect["tsi"][:2], 16) & 0x10
        assert bool(payment.proof) == bool(proved)
        if proved:
            assert payment.proof == ("6300" if int(expect["tvr"], 16) & 0x40 else "9000")
        assert issuer.unbalanced() == []
        paid = AMOUNT_FEN if payment.decision.approved else 0
        assert issuer.balance_fen(card_number(persona(name))) == persona(name)["balance_fen"] - paid
    else:
        assert forged or payment.arc == expect["arc"]


# ---- cryptograms
@pytest.mark.parametrize("name", ["good", "visa", "visa-18", "mastercard"])
@pytest.mark.parametrize("tag", [0x9F26, 0x9F36, 0x95, 0x9F37, 0x9F10, 0x9F02])
def test_one_changed_bit_is_refused(issuer, name, tag):
    payment = pay(name, issuer)
    source = payment.answer if tag in payment.answer else payment.terminal.values
    value = bytearray(source[tag])
    value[5 if tag == 0x9F10 else -1] ^= 1
    source[tag] = bytes(value)
    decision = payment.online().decision
    assert (decision.response, decision.issuer_data, decision.scripts) == ("05", None, b"")


def test_a_number_that_came_before_is_refused_though_the_counter_is_new(issuer):
    made, row = make("good", issuer), persona("good")
    assert Payment(made, issuer, row, "R1").online().decision.approved
    assert Payment(made, issuer, row, "R2").online().decision.response == "05", "the same unpredictable number"
    assert Payment(made, issuer, row, "R3", t9F37="01020305").online().decision.approved


def test_what_the_card_approved_offline_is_kept_whatever_is_on_the_account(issuer):
    payment = pay("approves-offline", issuer)
    pan = card_number(persona("approves-offline"))
    assert payment.first == "40" and payment.online().decision.response == "05", "a TC is no request"
    payment.reference = "R2"
    assert payment.online(deferred=True).decision.approved
    assert issuer.balance_fen(pan) == persona("approves-offline")["balance_fen"] - AMOUNT_FEN
    payment.reference = "R3"
    assert payment.online(deferred=True).decision.response == "05", "the same one again"
    refused = pay("declines-offline", issuer)
    refused.reference = "R4"
    assert refused.first == "00" and refused.online(deferred=True).decision.response == "05"


# ---- scripts
def ordered(issuer, name, **order):
    made, row = make(name, issuer), persona(name)
    number = issuer.order_script(card_number(row), **order)
    payment = Payment(made, issuer, row).online().end()
    return made, payment, number


SCRIPTED = [
    ("good", {"command": "block-application"}, lambda app, memory: app.state.blocked),
    ("good", {"command": "block-card"}, lambda app, memory: memory.blocked),
    ("pin-on-card", {"command": "change-pin", "pin": "9876"}, lambda app, memory: app.state.pin == "9876"),
    ("visa", {"command": "change-pin", "pin": "24680"}, lambda app, memory: app.state.pin == "24680"),
    ("visa-18", {"command": "change-pin", "pin": "24680"}, lambda app, memory: app.state.pin == "24680"),
    ("mastercard", {"command": "change-pin", "pin": "1357"}, lambda app, memory: app.state.pin == "1357"),
    (
        "good",
        {"command": "put-data", "tag": "9F58", "value": "02"},
        lambda app, memory: app.limits()["lower_offline"] == 2,
    ),
    (
        "good",
        {"command": "put-data", "tag": "9F54", "value": "000000012345"},
        lambda app, memory: app.limits()["offline_fen"] == 12345,
    ),
    (
        "wants-online",
        {"command": "put-data", "tag": "9F79", "value": "000000077700"},
        lambda app, memory: app.state.balance_fen == 77700,
    ),
    (
        "good",
        {"command": "update-record", "sfi": 1, "record": 1, "value": "70055F20024142"},
        lambda app, memory: app.record("1.1").hex() == "70055f20024142",
    ),
]


@pytest.mark.parametrize(("name", "order", "done"), SCRIPTED)
def test_a_script_changes_the_card(issuer, name, order, done):
    made, payment, number = ordered(issuer, name, **order)
    assert payment.results.hex() == f"20{number:08x}" and done(made.chip.applications[0], made.memory)
    pan = card_number(persona(name))
    assert issuer.orders(pan) == [(number, order["command"], "open", None)]
    assert issuer.script_results("R1", payment.results) == 1
    assert issuer.orders(pan) == [(number, order["command"], "done", payment.results.hex())]
    assert issuer.script_results("R9", payment.results) == issuer.script_results("R1", b"\x20\x00") == 0


def test_a_script_is_sent_again_until_its_result_comes_but_not_for_ever(issuer):
    made, row = make("good", issuer), persona("good")
    pan = card_number(row)
    number = issuer.order_script(pan, "put-data", tag="9F58", value="04")
    sent = []
    for turn in range(7):
        payment = Payment(made, issuer, row, f"R{turn}", t9F37=f"0000000{turn}").online()
        sent.append(bool(payment.decision.scripts))
    assert sent == [True] * 5 + [False] * 2 and issuer.orders(pan)[0][2] == "given up"
    assert issuer.script_results("R4", bytes([0x11]) + number.to_bytes(4, "big")) == 1
    assert issuer.orders(pan)[0][2:] == ("failed", f"11{number:08x}")


def test_a_command_whose_mac_is_wrong_or_missing_changes_nothing_and_is_told_next_time(issuer):
    made, payment, _ = ordered(issuer, "good", command="block-card", corrupt=True)
    assert payment.results[0] == 0x11 and not made.memory.blocked
    assert made.contact.transmit(bytes.fromhex("8416000004" + "00000000"))[-2:].hex() == "6988"
    assert made.contact.transmit(bytes.fromhex("8416000000"))[-2:].hex() == "6987"
    again = Payment(made, issuer, persona("good"), "R2", t9F37="0000000A")
    assert again.answer[0x9F10][6] & 0x08, "the last transaction's script failed: CVR byte 4"


@pytest.mark.parametrize(
    "order",
    [
        {"command": "explode"}, {"command": "put-data", "tag": "9F58"}, {"command": "block-card", "pin": "1"},
        {"command": "update-record", "sfi": 1, "record": 1, "value": "70" * 91},
    ],
)  # fmt: skip
def test_orders_that_cannot_be_sent(issuer, order):
    make("good", issuer)
    with pytest.raises(IssuerError):
        issuer.order_script(card_number(persona("good")), **order)


def test_no_pin_of_an_order_is_in_the_database(issuer, tmp_path):
    make("good", issuer)
    issuer.order_script(card_number(persona("good")), "change-pin", pin="97531")
    issuer.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"change-pin" in kept and b"97531" not in kept and bytes.fromhex("0597531F") not in kept
    assert Order.__tablename__.encode() in kept


def test_a_database_from_before_learns_the_new_columns(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    old = Issuer(url, KEYS, HandClock())
    make("good", old)
    with old._engine.begin() as connection:
        for column in ("numbers", "scripts_wait"):
            connection.exec_driver_sql(f"ALTER TABLE account DROP COLUMN {column}")
    old.close()
    new = Issuer(url, KEYS, HandClock())
    assert new.order_script(card_number(persona("good")), "block-card") == 1
    assert new.balance_fen(card_number(persona("good"))) == 1_000_000
    new.close()


def test_a_card_has_three_keys_and_none_is_another():
    keys = card_keys(KEYS.imk, card_number(persona("good")), "01")
    assert len({*keys.__dict__.values()}) == 3 and keys.ac.hex() not in repr(keys)
