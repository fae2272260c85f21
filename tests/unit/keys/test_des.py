"""DES and triple DES: published vectors, refusals, chains computed with another implementation (OpenSSL)."""

from binascii import unhexlify

from checks import raises
from till.keys.des import DES
from till.keys.errors import KeysError

# key, plain, cipher. NBS SP 500-20: substitution table test (19, every entry of every box), initial permutation, key
# schedule; FIPS 81 table B1; the last but one is the worked example of many textbooks
SINGLE = """
7CA110454A1A6E57 01A1D6D039776742 690F5B0D9A26939B
0131D9619DC1376E 5CD54CA83DEF57DA 7A389D10354BD271
07A1133E4A0B2686 0248D43806F67172 868EBB51CAB4599A
3849674C2602319E 51454B582DDF440A 7178876E01F19B2A
04B915BA43FEB5B6 42FD443059577FA2 AF37FB421F8C4095
0113B970FD34F2CE 059B5E0851CF143A 86A560F10EC6D85B
0170F175468FB5E6 0756D8E0774761D2 0CD3DA020021DC09
43297FAD38E373FE 762514B829BF486A EA676B2CB7DB2B7A
07A7137045DA2A16 3BDD119049372802 DFD64A815CAF1A0F
04689104C2FD3B2F 26955F6835AF609A 5C513C9C4886C088
37D06BB516CB7546 164D5E404F275232 0A2AEEAE3FF4AB77
1F08260D1AC2465E 6B056E18759F5CCA EF1BF03E5DFA575A
584023641ABA6176 004BD6EF09176062 88BF0DB6D70DEE56
025816164629B007 480D39006EE762F2 A1F9915541020B56
49793EBC79B3258F 437540C8698F3CFA 6FBF1CAFCFFD0556
4FB05E1515AB73A7 072D43A077075292 2F22E49BAB7CA1AC
49E95D6D4CA229BF 02FE55778117F12A 5A6B612CC26CCE4A
018310DC409B26D6 1D9D5C5018F728C2 5F4C038ED12B2E41
1C587F1C13924FEF 305532286D6F295A 63FAC0D034D9F793
0101010101010101 95F8A5E5DD31D900 8000000000000000
0101010101010101 DD7F121CA5015619 4000000000000000
8001010101010101 0000000000000000 95A8D72813DAA94D
4001010101010101 0000000000000000 0EEC1487DD8C26D5
133457799BBCDFF1 0123456789ABCDEF 85E813540F0AB405
0123456789ABCDEF 4E6F772069732074 3FA40E8A984D4815
"""


def test_published_single_vectors():
    rows = SINGLE.strip().split("\n")
    assert len(rows) == 25
    for row in rows:
        key, plain, cipher = [unhexlify(part) for part in row.split()]
        assert DES(key).encrypt(plain) == cipher, row
        assert DES(key).decrypt(cipher) == plain, row


def test_published_triple_vector():
    # NIST SP 800-67 rev 2, appendix B: three keys, ECB
    des = DES(unhexlify("0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123"))
    plain = unhexlify("54686520717566636B2062726F776E20666F78206A756D70")
    cipher = unhexlify("A826FD8CE53B855FCCE21C8112256FE668D5C05DD9B6B900")
    assert des.encrypt_ecb(plain) == cipher
    assert des.decrypt_ecb(cipher) == plain


def test_fips_81_ecb():
    des = DES(unhexlify("0123456789ABCDEF"))
    cipher = unhexlify("3FA40E8A984D48156A271787AB8883F9893D51EC4B563B53")
    assert des.encrypt_ecb(b"Now is the time for all ") == cipher
    assert des.decrypt_ecb(bytearray(cipher)) == b"Now is the time for all "


def test_wrong_lengths_are_refused():
    for length in (0, 7, 9, 15, 17, 23, 25, 32):
        assert "key" in str(raises(KeysError, DES, bytes(length)))
    des = DES(bytes(range(16)))
    for length in (0, 7, 9, 16):
        raises(KeysError, des.encrypt, bytes(length))
        raises(KeysError, des.decrypt, bytes(length))
    for length in (1, 7, 9, 23):
        raises(KeysError, des.encrypt_ecb, bytes(length))
        raises(KeysError, des.decrypt_ecb, bytes(length))
    assert des.encrypt_ecb(b"") == b""


def test_chain_with_changing_key():
    # the last blocks were computed with OpenSSL through the `cryptography` package
    for length, last in ((8, "C912FF11659ACC7C"), (16, "168433F41DE9019D"), (24, "75BC727D15EDD945")):
        key = bytearray(range(1, length + 1))
        block = bytes(8)
        for i in range(100):
            des = DES(key)
            before, block = block, des.encrypt(block)
            assert des.decrypt(block) == before
            for j in range(8):
                key[(i * 3 + j) % length] ^= block[j]
        assert block == unhexlify(last), length


def test_keying_options():
    key = unhexlify("7CA110454A1A6E57")
    other = unhexlify("0131D9619DC1376E")
    block = b"8 bytes."
    assert DES(key * 2).encrypt(block) == DES(key).encrypt(block)
    assert DES(key + other + key).encrypt(block) == DES(key + other).encrypt(block)
    staged = DES(key).encrypt(DES(other).decrypt(DES(key).encrypt(block)))
    assert DES(key + other).encrypt(block) == staged


def test_complementation():
    # DES(~k, ~p) = ~DES(k, p)
    key, plain = unhexlify("0123456789ABCDEF"), b"property"
    straight = DES(key).encrypt(plain)
    turned = DES(bytes([b ^ 255 for b in key])).encrypt(bytes([b ^ 255 for b in plain]))
    assert bytes([b ^ 255 for b in turned]) == straight


def test_input_is_left_alone():
    data = bytearray(b"0123456789abcdef")
    DES(bytes(range(8))).encrypt_ecb(data)
    assert data == b"0123456789abcdef"
