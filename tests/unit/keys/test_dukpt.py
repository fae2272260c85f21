"""DUKPT: the published sequences, walked as a terminal walks them; then the counter's end, states that do not fit."""

from binascii import hexlify, unhexlify

import vectors
from checks import raises
from till.keys import dukpt_aes, dukpt_tdes
from till.keys.des import DES
from till.keys.dukpt_aes import AesDukpt
from till.keys.dukpt_tdes import TdesDukpt, child_key
from till.keys.errors import KeysError
from till.keys.mac import mac
from till.keys.pinblock import encipher
from till.keys.tdes_cmac import tdes_cmac

TDES = vectors.arrays("dukpt", "dukpt_tdes_test.c")
SERIAL = unhexlify(TDES["iksn"])
IK = unhexlify(TDES["ik_verify"])
TEXT = TDES["txn_data"].encode()
AES = {size: vectors.arrays("dukpt", "dukpt_aes%d_test.c" % size) for size in (128, 256)}
BYTES = {128: 16, 256: 32}


def number(data):
    value = 0
    for byte in data:
        value = value << 8 | byte
    return value


def walked(step, initial, counter, bits):
    """The key of any counter, the long way from the initial key: what the host's side does."""
    key, so_far = initial, 0
    for at in range(bits - 1, -1, -1):
        if counter >> at & 1:
            so_far |= 1 << at
            key = step(key, so_far)
    return key


def set_at(device, step, initial, counter, bits):
    """Put a device where it would be after all transactions before that counter."""
    device.future.kept[:4] = counter.to_bytes(4, "big")
    for at in range(bits):
        place = counter >> at | 1  # the next counter whose lowest one bit this is
        size = len(initial)
        key = walked(step, initial, place << at, bits) if place << at >= counter else bytes(size)
        device.future.kept[4 + at * size : 4 + (at + 1) * size] = key


def tdes_step(key, counter):
    return child_key(key, TdesDukpt(SERIAL).serial(counter)[2:])


def check_tdes(device, row, suffix):
    key = unhexlify(TDES["txn_key_verify" + suffix][row])
    assert device.serial() == unhexlify(TDES["ksn_verify" + suffix][row])
    assert device.future.key() == key, (suffix, row)
    pin = encipher(device.working_key(dukpt_tdes.PIN), "1234", "4012345678909")
    assert pin == unhexlify(TDES["encrypted_pinblock_verify" + suffix][row])
    for purpose, name in ((dukpt_tdes.MAC_REQUEST, "request"), (dukpt_tdes.MAC_ANSWER, "response")):
        mac_key = device.working_key(purpose)
        assert mac("x9.19", mac_key, TEXT)[:4] == unhexlify(TDES["mac_%s_verify%s" % (name, suffix)][row])
        assert tdes_cmac(mac_key, TEXT) == unhexlify(TDES["cmac_%s_verify%s" % (name, suffix)][row])


def test_published_tdes_sequence():
    device = TdesDukpt(SERIAL)
    device.future.load(IK)
    for row in range(len(TDES["ksn_verify"])):
        check_tdes(device, row, "")
        device.future.spent()


def test_published_tdes_rollover():
    for row, text in enumerate(TDES["ksn_verify2"]):
        device = TdesDukpt(SERIAL)
        counter = number(unhexlify(text)[7:]) & 0x1FFFFF
        set_at(device, tdes_step, IK, counter, 21)
        check_tdes(device, row, "2")
        if row + 1 < len(TDES["ksn_verify2"]):
            device.future.spent()
            check_tdes(device, row + 1, "2")


def test_data_keys():
    device = TdesDukpt(SERIAL)
    device.future.load(IK)
    variant = bytes([byte ^ (0xFF if i & 7 == 5 else 0) for i, byte in enumerate(device.future.key())])
    assert device.working_key(dukpt_tdes.DATA_REQUEST) == DES(variant).encrypt_ecb(variant)
    assert device.working_key(dukpt_tdes.DATA_REQUEST) != device.working_key(dukpt_tdes.DATA_ANSWER)


def aes_device(size):
    rows = AES[size]
    device = AesDukpt(unhexlify(rows["ikid"]), BYTES[size])
    ik = unhexlify(rows["ik_verify"])
    kind = dukpt_aes.AES_128 if size == 128 else dukpt_aes.AES_256

    def step(key, counter):
        return dukpt_aes.derive_key(key, dukpt_aes.DERIVATION, kind, unhexlify(rows["ikid"]), counter)

    return device, ik, step


def test_published_aes_sequence():
    kinds = ((dukpt_aes.AES_128, "aes128"), (dukpt_aes.AES_256, "aes256"))
    for size in AES:
        rows = AES[size]
        device, ik, _ = aes_device(size)
        device.future.load(ik)
        for row, serial in enumerate(rows["ksn_verify"]):
            assert device.serial() == unhexlify(serial)
            assert device.future.key() == unhexlify(rows["txn_key_verify"][row])
            seen = 0
            for kind, name in kinds:
                for purpose, column in (
                    (dukpt_aes.PIN, "pin_key_%s_verify"), (dukpt_aes.MAC_REQUEST, "cmac_%s_key_verify"),
                    (dukpt_aes.DATA_REQUEST, "data_%s_key_verify"),
                ):  # fmt: skip
                    if column % name in rows:
                        seen += 1
                        assert device.working_key(purpose, kind) == unhexlify(rows[column % name][row])
            assert seen == (3 if size == 128 else 6)
            device.future.spent()


def test_published_aes_jumps():
    for size in AES:
        rows = AES[size]
        for suffix in ("2", "3"):
            previous = None
            for row, text in enumerate(rows["ksn_verify" + suffix]):
                device, ik, step = aes_device(size)
                set_at(device, step, ik, number(unhexlify(text)[8:]), 32)
                wanted = unhexlify(rows["txn_key_verify" + suffix][row])
                assert device.future.key() == wanted, text
                if text.endswith("1FFFF"):  # 17 one bits: a device steps over it, only the derivation has it
                    continue
                if previous is not None:
                    assert (previous.serial(), previous.future.key()) == (unhexlify(text), wanted)
                device.future.spent()
                previous = device


def test_published_update_keys():
    for size, names in ((128, ("aes128", "tdes2", "tdes3")), (256, ("aes128", "aes256"))):
        rows = vectors.arrays("dukpt", "dukpt_aes%d_update_key_test.c" % size)
        kinds = {"aes128": dukpt_aes.AES_128, "aes256": dukpt_aes.AES_256, "tdes2": dukpt_aes.TDES_2,
                 "tdes3": dukpt_aes.TDES_3}  # fmt: skip
        for name in names:
            identifier = unhexlify(rows["ikid"])
            key = walked(aes_device(size)[2], unhexlify(rows["ik"]), 0xFFFFFFFF, 32)
            key = dukpt_aes.derive_key(key, dukpt_aes.KEY_ENCRYPTION, kinds[name], identifier, 0xFFFFFFFF)
            assert hexlify(key).decode().upper() == rows["update_key_%s_verify" % name]


def test_the_last_key_is_the_last():
    device = TdesDukpt(SERIAL)
    set_at(device, tdes_step, IK, 0x1FF800, 21)  # ten one bits, and nothing after them has fewer
    assert device.future.key() == walked(tdes_step, IK, 0x1FF800, 21)
    device.future.spent()
    assert device.future.counter == 0
    assert "load a new one" in str(raises(KeysError, device.future.key))
    raises(KeysError, device.working_key, dukpt_tdes.PIN)
    device.future.spent()
    assert device.future.counter == 0
    device.future.load(IK)
    assert device.future.counter == 1
    fresh, _, _ = aes_device(128)
    raises(KeysError, fresh.future.key)


def test_no_spent_key_and_no_initial_key_is_kept():
    device = TdesDukpt(SERIAL)
    device.future.load(IK)
    gone = [IK]
    for _ in range(40):
        gone.append(device.future.key())
        device.future.spent()
        for key in gone:
            assert bytes(key) not in bytes(device.future.kept)


def test_it_goes_on_from_what_was_kept():
    device = TdesDukpt(SERIAL)
    device.future.load(IK)
    for _ in range(5):
        device.future.spent()
    again = TdesDukpt(SERIAL, bytearray(device.future.kept))
    assert (again.serial(), again.future.key()) == (device.serial(), device.future.key())
    again.future.spent()
    assert again.future.key() == unhexlify(TDES["txn_key_verify"][6])


def test_what_does_not_fit():
    for serial in (b"", SERIAL[:9], SERIAL[:9] + b"\x01", SERIAL[:7] + b"\xe1\x00\x00", SERIAL + b"\x00"):
        raises(KeysError, TdesDukpt, serial)
    raises(KeysError, TdesDukpt, SERIAL, bytearray(7))
    for identifier, size in ((b"", 16), (bytes(7), 16), (bytes(8), 24), (bytes(8), 8)):
        raises(KeysError, AesDukpt, identifier, size)
    raises(KeysError, TdesDukpt(SERIAL).future.load, bytes(8))
    raises(KeysError, AesDukpt(bytes(8), 32).future.load, bytes(16))
