"""Triple DES and the three MACs: published values, wrong input, and agreement with a second implementation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_sim.acquirer.mac import MacError, mac
from host_sim.networks.tdes import DesError, check_value, decrypt, encrypt, odd_parity
from tests.host.till import cup_mac, des
from till.keys.mac import mac as till_mac

KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")


def test_single_des_of_the_published_worked_example():
    key = bytes.fromhex("133457799BBCDFF1")
    assert encrypt(key, bytes.fromhex("0123456789ABCDEF")).hex().upper() == "85E813540F0AB405"
    assert decrypt(key, bytes.fromhex("85E813540F0AB405")).hex().upper() == "0123456789ABCDEF"


def test_check_values_of_the_published_working_keys():
    assert check_value(bytes.fromhex("807A23AD32B36D457AE91FDF927570EA")).hex().upper() == "8D0A74B8"
    assert check_value(bytes.fromhex("5BB5C72CD00B7338")).hex().upper() == "AB7153CA"


def test_retail_mac_of_iso_9797_1_annex_b():
    assert mac("x9.19", KEY, b"Now is the time for all ").hex().upper() == "A1C72E74EA3FA9B6"


def test_a_key_or_text_of_a_wrong_length_is_refused():
    for key, data in ((bytes(7), bytes(8)), (bytes(32), bytes(8)), (KEY, bytes(9))):
        with pytest.raises(DesError):
            encrypt(key, data)


def test_an_unknown_algorithm_and_a_short_retail_key_are_refused():
    with pytest.raises(MacError, match="profile"):
        mac("sm4", KEY, b"")
    with pytest.raises(MacError, match="double"):
        mac("x9.19", KEY[:8], b"12345678")


def test_xor_3des_of_one_block_is_its_encipherment():
    assert mac("xor-3des", KEY, b"12345678") == encrypt(KEY, b"12345678")
    assert mac("xor-3des", KEY, b"12345678" * 2) == encrypt(KEY, bytes(8)), "two equal blocks cancel"


def test_cup_ecb_is_eight_upper_case_hex_characters():
    code = mac("cup-ecb", KEY[:8], b"0200 and the rest")
    assert len(code) == 8 and code.decode() == code.decode().upper() and int(code, 16) >= 0


@given(st.binary(min_size=8, max_size=8), st.binary(max_size=200))
def test_cup_ecb_agrees_with_a_second_implementation(key, data):
    assert mac("cup-ecb", key, data) == cup_mac(key, data)


@given(st.sampled_from(("x9.19", "xor-3des", "cup-sm4", "aes-cmac")), st.binary(min_size=1, max_size=100))
def test_the_till_s_implementation_agrees(algorithm, data):
    assert mac(algorithm, KEY, data) == till_mac(algorithm, KEY, data)


def test_keys_of_another_length_are_refused():
    for algorithm in ("cup-sm4", "aes-cmac"):
        with pytest.raises(MacError, match="takes a key"):
            mac(algorithm, KEY[:8], b"data")


@given(st.binary(max_size=100), st.integers(0, 799))
def test_a_changed_bit_changes_the_mac(data, bit):
    if bit // 8 < len(data):
        other = bytearray(data)
        other[bit // 8] ^= 1 << bit % 8
        assert mac("cup-ecb", KEY[:8], data) != mac("cup-ecb", KEY[:8], bytes(other))


@given(st.binary(min_size=16, max_size=16))
def test_parity_is_odd_and_does_not_change_the_key(key):
    adjusted = odd_parity(key)
    assert all(byte.bit_count() % 2 for byte in adjusted)
    assert des(adjusted, bytes(8)) == encrypt(key, bytes(8))
