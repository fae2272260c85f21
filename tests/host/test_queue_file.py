"""The file in which a till hands over its queue, opened: the till's own writer against the host's reader."""

import random

import pytest

from host_sim.acquirer.hsm import Hsm
from host_sim.acquirer.queue_file import MESSAGES_MOST, QueueFileError, open_queue_file
from host_sim.networks.tdes import xor
from till.keys.queue_file import QueueFile, key_check

TERMINAL = "90000001"
MESSAGES = [bytes([number]) * size for number, size in enumerate((1, 15, 16, 17, 300), 1)] + [b"ends in\x80\0\0"]
HSM = Hsm(bytes(range(32)), random.Random(1).randbytes)
KEY = xor(*HSM.export_components(TERMINAL))


def written(messages=MESSAGES, key=KEY, terminal=TERMINAL, nonce=bytes(range(16))):
    file = QueueFile(key, terminal, nonce)
    return file, [file.head(), *(file.line(message) for message in messages), file.end()]


def text(lines):
    return "\r\n".join(lines) + "\r\n"


def refused(lines, *words):
    with pytest.raises(QueueFileError) as caught:
        open_queue_file(text(lines), HSM)
    assert all(word in caught.value.args[0] for word in words), caught.value.args
    return caught.value


def test_what_the_till_writes_the_host_opens():
    file, lines = written()
    opened = open_queue_file(text(lines), HSM)
    assert (opened.terminal, list(opened.messages)) == (TERMINAL, MESSAGES)
    assert (opened.digest, opened.receipt) == (file.digest, file.receipt)
    assert len(file.digest) == 16 and len(file.receipt) == 8 and file.receipt.isdigit()
    assert HSM.export_check(TERMINAL) == key_check(KEY)
    assert "ends in" not in repr(opened)


def test_among_other_lines_of_a_console_the_newest_file_counts():
    _, old = written(nonce=bytes(16))
    file, new = written()
    shown = ["fault OSError", *old[:3], "boot", new[0], "fault KeyError", *new[1:], "more"]
    assert open_queue_file(text(shown), HSM).digest == file.digest


def test_an_empty_queue_and_a_long_one():
    assert open_queue_file(text(written([])[1]), HSM).messages == ()
    many = [b"%d" % number for number in range(500)]
    assert list(open_queue_file(text(written(many)[1]), HSM).messages) == many


def test_the_same_messages_twice_look_different():
    """Equal messages of one file, and of two files."""
    _, lines = written([b"m" * 32, b"m" * 32])
    _, other = written([b"m" * 32, b"m" * 32], nonce=bytes(16))
    assert len({line[5:40] for line in (*lines[1:3], *other[1:3])}) == 4


@pytest.mark.parametrize("at", range(1, len(MESSAGES) + 2))
def test_every_line_that_is_missing_is_noticed(at):
    _, lines = written()
    del lines[at]
    refused(lines, "END is missing" if at == len(MESSAGES) + 1 else "damaged" if at < len(MESSAGES) else "end")


def test_every_character_that_is_changed_is_noticed():
    _, lines = written([b"message"])
    for number, line in enumerate(lines):
        for at in range(len("PICOTILL-QUEUE ") if not number else 0, len(line)):
            spoiled = line[:at] + ("1" if line[at] != "1" else "2") + line[at + 1 :]
            with pytest.raises(QueueFileError):
                open_queue_file(text([*lines[:number], spoiled, *lines[number + 1 :]]), HSM)


def test_lines_in_another_order_of_another_file_or_under_another_key():
    _, lines = written()
    refused([lines[0], lines[2], lines[1], *lines[3:]], "message 1", "order")
    _, other = written(nonce=bytes(16))
    refused([lines[0], other[1], *lines[2:]], "message 1")
    refused(written(key=bytes(16))[1], "message 1", "key")
    refused(written(terminal="90000002")[1], "message 1", "key")
    refused([*lines[:-1], written(MESSAGES[:-1])[1][-1]], "end")


def test_what_is_no_file_says_what_to_do():
    assert "menu 4, 7" in refused(["nothing"], "PICOTILL-QUEUE is missing").args[1]
    assert "newer" in refused([written()[1][0].replace("QUEUE 1", "QUEUE 2")], "format 2").args[1]
    with pytest.raises(QueueFileError, match="characters"):
        open_queue_file("x" * 4_000_001, HSM)
    assert MESSAGES_MOST >= 500
