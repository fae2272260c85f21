"""The security module: key blocks, sign-on key layout, PIN translation; nothing secret in errors or reprs."""

import pytest

from host_sim.acquirer.hsm import MAC, PIN, TMK, TRACK, Hsm, HsmError, Key
from host_sim.acquirer.vault import Vault, VaultError
from tests.host.bench import LMK, Entropy
from tests.host.till import des, xor

TMK_VALUE = bytes.fromhex("CA5D92598DCA48CE8A4C76361A9269E9")
PIK_VALUE = bytes.fromhex("807A23AD32B36D457AE91FDF927570EA")
MAK_VALUE = bytes.fromhex("5BB5C72CD00B7338")
FIELD_62 = "6701EAD6A9AD51E51AA406E2C27FCFA98D0A74B8B651F9E9BACE9AE10000000000000000AB7153CA"
PAN = "1234567890123456"


@pytest.fixture
def hsm():
    return Hsm(LMK, Entropy())


def pin_block(pin: str, pan: str = PAN) -> bytes:
    return xor(bytes.fromhex(f"0{len(pin):X}{pin}".ljust(16, "F")), bytes.fromhex("0000" + pan[-13:-1]))


def test_sign_on_keys_are_the_published_field_62(hsm):
    blocks = hsm.wrap(TMK, TMK_VALUE), hsm.wrap(PIN, PIK_VALUE), hsm.wrap(MAC, MAK_VALUE)
    assert hsm.export(*blocks, None).hex().upper() == FIELD_62


def test_clear_pin_block_of_the_published_example():
    assert pin_block("123456").hex().upper() == "0612713176FEDCBA"


def test_an_lmk_of_another_length_is_refused():
    with pytest.raises(HsmError, match="32 bytes"):
        Hsm(bytes(16), Entropy())


def test_a_damaged_block_another_lmk_and_another_usage_are_refused(hsm):
    block = hsm.wrap(MAC, MAK_VALUE)
    damaged = block[:-1] + ("0" if block[-1] != "0" else "1")
    with pytest.raises(HsmError, match="does not open"):
        hsm.mac(damaged, "cup-ecb", b"")
    with pytest.raises(HsmError, match="does not open"):
        Hsm(bytes(32), Entropy()).mac(block, "cup-ecb", b"")
    with pytest.raises(HsmError, match="is for M3, not P0"):
        hsm.check(block, PIN)
    with pytest.raises(HsmError, match="is for M3, not P0"):
        hsm.export(hsm.wrap(TMK, TMK_VALUE), block, block, None)


def test_a_track_key_goes_out_behind_the_others_and_opens_what_is_under_it(hsm):
    tdk = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    blocks = hsm.wrap(TMK, TMK_VALUE), hsm.wrap(PIN, PIK_VALUE), hsm.wrap(MAC, MAK_VALUE), hsm.wrap(TRACK, tdk)
    exported = hsm.export(*blocks)
    assert exported[:40].hex().upper() == FIELD_62
    assert des(TMK_VALUE, exported[40:56], decrypt=True) == tdk and exported[56:].hex().upper() == "08D7B4FB"
    for track in (f"{PAN}D30122010000012345"[:37], f"{PAN}D30122010000012345"[:36]):
        packed = bytes.fromhex(track + "0" * (len(track) % 2))
        sent = (packed[:-9] + des(tdk, packed[-9:-1]) + packed[-1:]).hex().upper()[: len(track)]
        assert hsm.open_track(blocks[3], sent) == track != sent
    with pytest.raises(HsmError, match="shorter"):
        hsm.open_track(blocks[3], "1" * 16)
    with pytest.raises(HsmError, match="is for M3, not D0"):
        hsm.open_track(blocks[2], sent)


@pytest.mark.parametrize("clear", ["1612713176FEDCBA", "0312713176FEDCBA", "0612713176FEDCBB", "0D12713176FEDCBA"])
def test_a_block_that_is_not_format_0_is_refused_without_quoting_it(hsm, clear):
    block = des(PIK_VALUE, bytes.fromhex(clear))
    with pytest.raises(HsmError) as caught:
        hsm.translate_pin(block, hsm.wrap(PIN, PIK_VALUE), hsm.generate(PIN, 16), PAN)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert not any(character.isdigit() for character in str(caught.value).replace("format 0", ""))


def test_a_pin_block_of_another_card_is_refused(hsm):
    block = des(PIK_VALUE, pin_block("123456"))
    with pytest.raises(HsmError):
        hsm.translate_pin(block, hsm.wrap(PIN, PIK_VALUE), hsm.generate(PIN, 16), "9999999999999995")
    with pytest.raises(HsmError, match="8 bytes"):
        hsm.translate_pin(block[:7], hsm.wrap(PIN, PIK_VALUE), hsm.generate(PIN, 16), PAN)


def test_translation_moves_the_pin_from_key_to_key(hsm):
    zone = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    block = des(PIK_VALUE, pin_block("123456"))
    moved = hsm.translate_pin(block, hsm.wrap(PIN, PIK_VALUE), hsm.wrap(PIN, zone), PAN)
    assert des(zone, moved, decrypt=True) == pin_block("123456")


def test_components_are_two_and_neither_is_the_key(hsm):
    block = hsm.generate(TMK, 16)
    one, two = hsm.components(block)
    key = xor(one, two)
    assert key not in (one, two) and des(key, bytes(8))[:4] == hsm.check(block, TMK)
    assert hsm.components(block)[0] != one, "each time another split"


def test_generated_keys_differ_and_their_halves_differ():
    repeating = iter([bytes(16), b"\x11" * 8 + b"\x22" * 8])
    block = Hsm(LMK, lambda length: next(repeating)).generate(TMK, 16)
    assert Hsm(LMK, Entropy()).check(block, TMK) == des(b"\x10" * 8 + b"\x23" * 8, bytes(8))[:4]


def test_reprs_show_no_key(hsm):
    hsm.check(hsm.wrap(MAC, MAK_VALUE), MAC)
    shown = repr(hsm) + repr(Key(MAC, MAK_VALUE)) + str(vars(hsm)["_open"])
    assert MAK_VALUE.hex() not in shown.lower() and repr(MAK_VALUE) not in shown


def test_vault_gives_a_token_and_a_cipher_text_and_no_number():
    vault = Vault(LMK, Entropy())
    sealed = vault.seal(PAN, "card")
    assert vault.open(sealed, "card") == PAN and vault.seal(PAN, "card") != sealed
    assert vault.token(PAN) == vault.token(PAN) != Vault(bytes(32), Entropy()).token(PAN)
    assert PAN.encode() not in sealed and bytes.fromhex(PAN) not in sealed and PAN not in vault.token(PAN)
    for spoiled, bound_to in ((sealed[:-1] + bytes([sealed[-1] ^ 1]), "card"), (sealed, "another"), (b"", "card")):
        with pytest.raises(VaultError):
            vault.open(spoiled, bound_to)


def test_digest_leaves_out_what_a_resend_may_change():
    vault = Vault(LMK, Entropy())
    fields = {2: PAN, 4: "000000000100", 11: "000001", 60: "22000001000", 64: b"12345678"}
    same = {**fields, 60: "22000002000", 64: b"87654321"}
    assert vault.digest("0220", fields) == vault.digest("0220", same)
    assert vault.digest("0220", fields) != vault.digest("0220", {**fields, 4: "000000000101"})
    assert vault.digest("0220", fields) != vault.digest("0220", {**fields, 62: b""})
    assert vault.digest("0220", fields) != vault.digest("0220", {**fields, 60: "25000001000"}), "only F60.2"
