from till.keys.queue_file import QueueFile, key_check

KEY, NONCE = bytes(range(16)), bytes(range(16, 32))
# made by another implementation (CMAC, KBKDF and AES of a library), from the format's description
LINES = (
    "PICOTILL-QUEUE 1 90000001 101112131415161718191a1b1c1d1e1f",
    "0001 V6N5X4RW/gwEAlw1rKJ8xLL9A85X3mtJYOX8mea87is=",
    "0002 Oi/RfPiHR/MIvY5+d7q2Wnfn5aVSLHTeLbrqMFg3MUoEuRCISdc9H6cGxsgKOXeb",
    "END 0002 d0ff127fca22c1c2db50895d63661596",
)


def test_a_file_line_by_line():
    file = QueueFile(KEY, "90000001", NONCE)
    written = (file.head(), file.line(b"one"), file.line(bytearray(b"0123456789abcdef")), file.end())
    assert written == LINES
    assert (file.count, file.digest, file.receipt) == (2, "D0FF127FCA22C1C2", "92276068")


def test_check_value():
    # CMAC of a block of zeros under 2B7E...: the subkey step and one block, worked with a library
    key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    assert len(key_check(key)) == 4 and key_check(key) != key_check(KEY)


def test_a_nonce_makes_another_file_of_the_same():
    one, two = QueueFile(KEY, "90000001", NONCE), QueueFile(KEY, "90000001", bytes(16))
    one.head(), two.head()
    assert one.line(b"one") != two.line(b"one")
