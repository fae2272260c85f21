"""The Node client of the bus, tools/node/bus_client.mjs, against the golden file and the rig's own server."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from host_sim.rig import bus

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENT = ROOT / "tools/node/bus_client.mjs"
GOLDEN = Path(__file__).with_name("golden_bus.bin")
MOST = bus.PAYLOAD_MOST


def find_node() -> str | None:
    """Node 18 or newer, or None."""
    node = shutil.which("node")
    if node is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    return node if said.startswith("v") and int(said[1:].split(".")[0]) >= 18 else None


NODE = find_node()
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node 18 or newer: install nodejs")


def golden_messages() -> list[bus.Message]:
    data, offset, found = GOLDEN.read_bytes(), 0, []
    while offset < len(data):
        one = bus.decode(data, offset)
        assert one is not None
        found.append(one[0])
        offset = one[1]
    return found


def to_line(message: bus.Message) -> str:
    return json.dumps({**message._asdict(), "time_us": str(message.time_us), "payload": message.payload.hex()})


def node(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    assert NODE is not None
    return subprocess.run([NODE, str(CLIENT), *arguments], input=given, capture_output=True, timeout=60)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x01\x00\x01\x00\x01\x10" + bytes(8), "length 4097 is over 4096"),
        (b"\x01\x00\x01\x00\x05\x00" + bytes(8) + b"\x01uni", "18 bytes after the last message"),
        (b"\x01", "1 bytes after the last message"),
    ],
)
def test_bytes_that_are_no_message_are_refused(tmp_path, data, reason):
    path = tmp_path / "wrong.bin"
    path.write_bytes(data)
    done = node("decode", str(path))
    assert done.returncode == 1 and reason in done.stderr.decode()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"payload": "00" * (MOST + 1)}, "over 4096"),
        ({"op": 256}, "op is not 0 to 255"),
        ({"seq": 65536}, "seq is not 0 to 65535"),
        ({"time_us": str(1 << 64)}, "64 bits"),
        ({"time_us": "-1"}, "64 bits"),
    ],
)
def test_messages_that_do_not_fit_are_refused(wrong, reason):
    line = json.dumps({"op": 1, "device": 0, "seq": 1, "time_us": "0", "payload": "", **wrong})
    done = node("encode", given=line.encode())
    assert done.returncode == 1 and reason in done.stderr.decode() and done.stdout == b""


def test_golden_file_decodes_to_what_python_decodes():
    done = node("decode", str(GOLDEN))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines == [json.loads(to_line(message)) for message in golden_messages()]
    assert len(lines) == 50


def test_golden_file_is_encoded_to_the_byte():
    done = node("encode", given="\n".join(map(to_line, golden_messages())).encode())
    assert done.returncode == 0, done.stderr
    assert done.stdout == GOLDEN.read_bytes()


class Board:
    """Answers the golden questions with the golden answers, at the golden times; what it was asked is in `asked`."""

    def __init__(self, answers: list[bus.Message]):
        self.answers = answers
        self.asked: list[bus.Message] = []
        self.now_us = 0

    def attached(self, connection): ...

    def detached(self, connection): ...

    def ask(self, connection, message):
        self.asked.append(message)
        answer = self.answers.pop(0)
        if answer.op == bus.ERROR:
            raise bus.BusError(answer.payload.decode())
        self.now_us = answer.time_us
        return answer.payload


async def talk(board: Board, questions: list[bus.Message]) -> tuple[int, list[dict], str]:
    """Let the client ask the questions over TCP; its status, the answers it told, and its error."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: bus.Connection(board, lambda: board.now_us, bus.Trace()), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert NODE is not None
    process = await asyncio.create_subprocess_exec(
        NODE, str(CLIENT), "talk", str(port),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate("\n".join(map(to_line, questions)).encode()), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        server.close()
    return process.returncode or 0, [json.loads(line) for line in out.splitlines()], err.decode()


async def test_conversation_over_tcp_is_the_golden_one():
    golden = [message for message in golden_messages() if message.op not in (bus.ERROR, bus.POWER)]
    questions, answers = golden[0::2], golden[1::2]
    board = Board(list(answers))
    status, told, err = await talk(board, questions[1:])
    assert (status, err) == (0, "")
    asked = [(message.op, message.device, message.payload) for message in board.asked[1:]]
    assert asked == [(message.op, message.device, message.payload) for message in questions[1:]]
    assert board.asked[0].op == bus.HELLO and board.asked[0].payload == b"\x02node"
    assert [message.seq for message in board.asked] == list(range(1, len(questions) + 1))
    # the board's clock is the time of the last answer
    assert [message.time_us for message in board.asked] == [0] + [message.time_us for message in answers[:-1]]
    assert [(one["op"], one["device"], one["payload"], int(one["time_us"])) for one in told] == [
        (answer.op, answer.device, answer.payload.hex(), answer.time_us) for answer in answers[1:]
    ]


def answer(op: int, payload: bytes = b"", time_us: int = 0) -> bus.Message:
    return bus.Message(op | bus.ANSWER, bus.BOARD, 0, time_us, payload)


HELLO = answer(bus.HELLO, b"\x02")
FUSES = bus.Message(bus.FUSES, bus.BOARD, 0, 0, b"")


async def test_payload_of_the_most_bytes_passes_both_ways():
    board = Board([HELLO, answer(bus.FUSES, bytes(MOST))])
    status, told, err = await talk(board, [FUSES._replace(payload=b"\xa5" * MOST)])
    assert (status, err) == (0, "")
    assert board.asked[1].payload == b"\xa5" * MOST and told[0]["payload"] == "00" * MOST


def test_sequence_starts_again_at_1_after_65535():
    module = (ROOT / "tools/node/bus.mjs").as_uri()
    script = f"import {{ following }} from '{module}'; console.log([0, 1, 65534, 65535].map(following).join())"
    assert NODE is not None
    done = subprocess.run([NODE, "--input-type=module", "-e", script], capture_output=True, stdin=subprocess.DEVNULL)
    assert done.stdout == b"1,2,65535,1\n", done.stderr


async def test_another_version_is_refused():
    status, _, err = await talk(Board([answer(bus.HELLO, b"\x03")]), [])
    assert status == 1 and "does not speak version 2" in err


async def test_refusal_of_the_rig_is_told():
    board = Board([HELLO, bus.Message(bus.ERROR, 0, 0, 0, b"no device 9")])
    status, told, err = await talk(board, [FUSES._replace(device=9)])
    assert (status, told) == (1, []) and "the rig refused: no device 9" in err


async def test_time_that_goes_back_is_refused(monkeypatch):
    board = Board([HELLO, answer(bus.NOTE, time_us=500), answer(bus.NOTE, time_us=499)])
    encode = bus.encode  # the rig's own side never lets time go back: this one says the board's time as it is
    monkeypatch.setattr(bus, "encode", lambda message: encode(message._replace(time_us=board.now_us)))
    status, told, err = await talk(board, [FUSES._replace(op=bus.NOTE)] * 2)
    assert status == 1 and len(told) == 1 and "went back" in err


class Deaf(Board):
    """Ends the power instead of an answer."""

    def ask(self, connection, message):
        if message.op == bus.HELLO:
            return super().ask(connection, message)
        connection.close()
        return None


async def test_end_of_power_ends_the_board():
    status, told, err = await talk(Deaf([HELLO]), [FUSES])
    assert (status, told) == (1, []) and err.startswith("bus: the ")


def test_no_rig_and_no_command_say_what_to_do():
    done = node("talk", "1")
    assert done.returncode == 1 and "start the rig first" in done.stderr.decode()
    done = node()
    assert done.returncode == 1 and "usage" in done.stderr.decode()
