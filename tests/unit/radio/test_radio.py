"""Wi-Fi on MicroPython's network.WLAN, as its documentation says it is; and the stream to the host over real TCP."""

import select
import socket
import sys
import time


class FakeNetwork:
    """The module of that name, on the boards that have a radio."""

    STA_IF = 0
    STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
    STAT_WRONG_PASSWORD, STAT_NO_AP_FOUND, STAT_CONNECT_FAIL = -3, -2, -1


sys.modules["network"] = FakeNetwork  # the laptop has none
ON_MICROPYTHON = sys.implementation.name == "micropython"
if not ON_MICROPYTHON:
    time.ticks_ms = lambda: int(time.monotonic() * 1000)
    time.ticks_diff = lambda later, earlier: later - earlier

from boards.shared.radio import FAILED, JOINED, JOINING, NOT_FOUND, OFF, WRONG_PASSWORD, Radio, RadioLink  # noqa: E402


class Wlan:
    def __init__(self, found=()):
        self.found = found
        self.asked = []
        self.up = False
        self.told = FakeNetwork.STAT_IDLE

    def active(self, on):
        self.asked.append("active")

    def scan(self):
        return self.found

    def connect(self, name, password):
        self.asked.append((name, password))

    def disconnect(self):
        self.asked.append("disconnect")

    def isconnected(self):
        return self.up

    def status(self, what=None):
        return -61 if what == "rssi" else self.told


def test_networks_are_listed_once_strongest_first():
    wlan = Wlan((
        (b"weak", b"", 1, -90, 3, False), (b"shop", b"", 1, -70, 3, False), (b"shop", b"", 6, -50, 3, False),
        (b"", b"", 1, -10, 0, True), (b"\xff\xfe", b"", 1, -10, 0, False), (b"guests", b"", 1, -60, 0, False),
    ))  # fmt: skip
    assert Radio(wlan).scan() == (("shop", -50, True), ("guests", -60, False), ("weak", -90, True))
    many = Wlan([(b"n%d" % n, b"", 1, -n, 0, False) for n in range(1, 60)])
    assert len(Radio(many).scan()) == 16


def test_joining_and_what_is_told_of_it():
    wlan = Wlan()
    radio = Radio(wlan)
    assert radio.status() == OFF and radio.strength() is None
    radio.join("shop", "12345678")
    assert wlan.asked == ["active", "disconnect", ("shop", "12345678")]
    for told, meaning in (
        (FakeNetwork.STAT_CONNECTING, JOINING), (-3, WRONG_PASSWORD), (-2, NOT_FOUND), (-1, FAILED), (99, JOINING),
    ):  # fmt: skip
        wlan.told = told
        assert radio.status() == meaning
    wlan.up = True
    assert radio.status() == JOINED and radio.strength() == -61
    radio.join("guests", "")
    assert wlan.asked[-1] == ("guests", None)


def test_a_lost_network_is_tried_again_after_a_while():
    wlan = Wlan()
    radio = Radio(wlan)
    radio.join("shop", "12345678")
    count = len(wlan.asked)
    radio.status()
    assert len(wlan.asked) == count
    radio._tried_ms -= 16_000
    radio.status()
    assert wlan.asked[-1] == ("shop", "12345678") and len(wlan.asked) == count + 1


class Host:
    """A listening socket on this machine."""

    def __init__(self):
        self.listening = socket.socket()
        for port in range(20_000 + time.ticks_us() % 20_000, 65_000):
            try:
                self.listening.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
                break
            except OSError:
                pass
        self.listening.listen(1)
        self.port = port

    def accept(self):
        return self.listening.accept()[0]


def joined_link(port):
    wlan = Wlan()
    radio = Radio(wlan)
    radio.join("shop", "12345678")
    wlan.up = True
    link = RadioLink(radio, lambda ms: None)
    link.aim("127.0.0.1", port)
    return link, wlan


def until(condition):
    poll = select.poll()
    for _ in range(400):
        if condition():
            return
        poll.poll(5)
    raise AssertionError("it did not happen")


def test_bytes_there_and_back_and_the_end():
    if not ON_MICROPYTHON:
        return  # its streams are not CPython's
    host = Host()
    link, _ = joined_link(host.port)
    assert link.open() and link.is_open() and not link.any()
    there = host.accept()
    assert link.write(b"hello") == 5 and there.recv(10) == b"hello"
    there.send(bytes(range(200)) * 5)
    until(link.poll)
    assert link.received.is_set() and not link.poll()  # told once
    got = b""
    into = bytearray(300)
    while len(got) < 1000:
        until(link.any)
        got += bytes(into[: link.readinto(memoryview(into))])
    assert got == bytes(range(200)) * 5 and not link.any() and link.is_open()
    link.received.clear()
    there.close()
    until(link.poll)
    assert not link.is_open() and link.closed.is_set() and link.received.is_set()
    assert link.write(b"x") == 0 and link.readinto(memoryview(into)) == 0
    host.listening.close()
    assert not link.open()  # nobody answers any more


def test_no_network_no_line():
    if not ON_MICROPYTHON:
        return
    host = Host()
    link, wlan = joined_link(host.port)
    wlan.up = False
    assert not link.open()
    wlan.up = True
    assert link.open()
    link.close()
    assert not link.is_open() and not link.poll()
    host.listening.close()
    nowhere = RadioLink(Radio(wlan), None)
    assert not nowhere.open()
