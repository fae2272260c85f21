"""The line under TLS: MicroPython's own TLS in the till, certificates on both sides; and each way in which it fails."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from host_sim.acquirer.certificates import HOST_NAME, Authority
from host_sim.rig.stage import CERTIFIED
from tests.flows.shop import SIGN_ON, Shop, at_the_till


@at_the_till(tls=True)
async def test_a_day_under_tls(shop: Shop):
    """Sign-on, sales, a broken line; nothing that was said can be read on the wire. A byte altered on it is found: what
    had left is reversed, and the line comes back by itself."""
    heard: list[bytes] = []

    def overhear(direction: str, data: bytes) -> bytes:
        heard.append(data)
        return data

    shop.link.intercept = overhear
    await shop.counter.power_on()
    await shop.idle()
    card = shop.card()
    await shop.sale(8800, card)
    shop.link.up = False
    shop.link.up = True
    await shop.idle()
    await shop.sale(500, card)
    wire = b"".join(heard)
    assert len(wire) > 2000 and b"898110000000001" not in wire and b"CUP" not in wire
    assert wire[:2] == b"\x16\x03"  # a handshake's first record (RFC 5246, 6.2.1)

    spoiled: list[int] = []

    def spoil(direction: str, data: bytes) -> bytes:
        if direction == "request" or spoiled:
            return data
        spoiled.append(len(data))
        return data[:-1] + bytes([data[-1] ^ 1])

    shop.link.intercept = spoil
    await shop.tap(700, card)
    await shop.answer("reversed")
    assert spoiled
    await shop.idle()
    assert [state for _, state, _ in await shop.payments()] == ["approved", "approved", "reversed"]
    await shop.sale(500, shop.card())


def server(stage_folder: Path, name: str, days: tuple[int, int]) -> ssl.SSLContext:
    """Of the stage's own authority, in a file of its own."""
    authority = Authority(stage_folder / "tls", CERTIFIED)
    key = ec.generate_private_key(ec.SECP256R1())
    authority._write("other", authority.sign(name, key, ExtendedKeyUsageOID.SERVER_AUTH, days=days), key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(stage_folder / "tls/other.pem", stage_folder / "tls/other.key")
    context.load_verify_locations(stage_folder / "tls/ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


@at_the_till(tls=True)
async def test_a_host_that_cannot_be_trusted_is_not_spoken_to(shop: Shop):
    folder, host = shop.stage.folder, shop.stage.host
    right = host.server.tls
    stranger = Authority(folder / "stranger", CERTIFIED)
    distrustful = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    distrustful.load_cert_chain(folder / "tls" / f"{HOST_NAME}.pem", folder / "tls" / f"{HOST_NAME}.key")
    distrustful.load_verify_locations(folder / "stranger/ca.pem")
    distrustful.verify_mode = ssl.CERT_REQUIRED
    wrong = (
        ("tls-ca", stranger.server_context()),
        ("tls-name", server(folder, "other.test", (-1, 9999))),
        ("tls-date", server(folder, HOST_NAME, (-400, -1))),
        ("tls-date", server(folder, HOST_NAME, (36_500, 36_600))),
        ("tls-refused", distrustful),
        ("tls-silent", None),  # our host waits for the rest of a frame
    )
    await shop.counter.power_on()
    await shop.idle()
    for answer, context in wrong:
        host.server.tls = context
        shop.link.up = False
        shop.link.up = True
        await shop.menu(*SIGN_ON)
        await shop.answer(answer)
    shop.link.intercept = lambda direction, data: None if direction == "answer" else data
    await shop.menu(*SIGN_ON)
    await shop.answer("tls-silent")

    def speak_plainly(direction: str, data: bytes) -> None:
        if direction == "request":
            shop.link.later("answer", b"HTTP/1.0 400 Bad Request\r\n\r\n", 1000)

    shop.link.intercept = speak_plainly  # type: ignore[assignment]
    await shop.menu(*SIGN_ON)
    await shop.answer("tls-plain")
    shop.link.intercept = lambda direction, data: data
    host.server.tls = right
    await shop.menu(*SIGN_ON)
    await shop.idle()
    await shop.sale(500, shop.card())


def test_the_authority_is_found_again(tmp_path: Path):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    first, again = Authority(tmp_path / "tls", now), Authority(tmp_path / "tls", now)
    assert first.certificate == again.certificate
    assert all((path.stat().st_mode & 0o777) == 0o600 for path in (tmp_path / "tls").iterdir())
    assert max(len(text) for text in first.for_terminal("90000001").values()) < 600
