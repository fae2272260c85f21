"""A terminal and a card for tests of the host: every byte packed by hand from the field table, no code of the host."""

import asyncio
import hashlib

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

PACKED = {2, 3, 4, 11, 12, 13, 14, 15, 22, 23, 25, 26, 32, 35, 48, 53, 60, 61}
BINARY = {52, 55, 62, 64}
LENGTHS = {2: 1, 32: 1, 35: 1, 44: 1, 48: 2, 54: 2, 55: 2, 59: 2, 60: 2, 61: 2, 62: 2, 63: 2}
FIXED = {3: 6, 4: 12, 11: 6, 12: 6, 13: 4, 14: 4, 15: 4, 22: 3, 23: 3, 25: 2, 26: 2, 37: 12, 38: 6, 39: 2, 41: 8}
FIXED |= {42: 15, 49: 3, 52: 8, 53: 16, 64: 8}


def des(key: bytes, data: bytes, decrypt: bool = False) -> bytes:
    cipher = Cipher(TripleDES(key * 3 if len(key) == 8 else key + key[:8]), modes.ECB())
    context = cipher.decryptor() if decrypt else cipher.encryptor()
    return context.update(data)


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def cup_mac(key: bytes, data: bytes) -> bytes:
    data += bytes(-len(data) % 8)
    block = bytes(8)
    for at in range(0, len(data), 8):
        block = xor(block, data[at : at + 8])
    text = block.hex().upper().encode()
    return des(key, xor(des(key, text[:8]), text[8:])).hex().upper().encode()[:8]


def xor_mac(key: bytes, data: bytes) -> bytes:
    data += bytes(-len(data) % 8)
    block = bytes(8)
    for at in range(0, len(data), 8):
        block = xor(block, data[at : at + 8])
    return des(key, block)


MACS = {"cup-3des": cup_mac, "cup-3des-xor": xor_mac}


def pack(mti: str, fields: dict) -> bytes:
    bitmap = 0
    body = b""
    for number in sorted(fields):
        bitmap |= 1 << (64 - number)
        value = fields[number]
        if number in BINARY:
            data, length = value, len(value)
        elif number in PACKED:
            digits = value.replace("=", "D")
            length = len(digits)
            if length % 2:
                digits = "0" + digits if number == 23 else digits + "0"
            data = bytes.fromhex(digits)
        else:
            data, length = value.encode(), len(value)
        if number in LENGTHS:
            body += bytes.fromhex(f"{length:0{2 * LENGTHS[number]}d}")
        body += data
    return bytes.fromhex(mti) + bitmap.to_bytes(8, "big") + body


def unpack(body: bytes) -> tuple[str, dict]:
    mti, bitmap, at, fields = body[:2].hex(), int.from_bytes(body[2:10], "big"), 10, {}
    for number in range(2, 65):
        if not bitmap >> (64 - number) & 1:
            continue
        if number in LENGTHS:
            length = int(body[at : at + LENGTHS[number]].hex())
            at += LENGTHS[number]
        else:
            length = FIXED[number]
        size = (length + 1) // 2 if number in PACKED else length
        data = body[at : at + size]
        assert len(data) == size, f"field {number} is cut short"
        at += size
        if number in BINARY:
            fields[number] = data
        elif number in PACKED:
            fields[number] = data.hex().upper()[-length:] if number == 23 else data.hex().upper()[:length]
        else:
            fields[number] = data.decode("ascii")
    assert at == len(body), "bytes after the last field"
    return mti, fields


class Card:
    """A card as the issuer personalised it; it makes real cryptograms."""

    def __init__(self, profile: dict):
        self.pan, self.psn, self.expiry = profile["pan"], profile["psn"], profile["expiry"]
        self.track2 = f"{self.pan}D{self.expiry}{profile['service_code']}00000123"
        self.udk = bytes.fromhex(profile["udk"])
        self.atc = profile["atc"]

    def session_key(self, atc: bytes) -> bytes:
        left = des(self.udk, bytes(6) + atc)
        return left + des(self.udk, bytes(6) + xor(atc, b"\xff\xff"))

    def tap(self, amount_fen: int, **changes: str) -> bytes:
        """F55 of one tap. changes: tag (hex) to value (hex) after the cryptogram was made."""
        self.atc += 1
        atc = self.atc.to_bytes(2, "big")
        tags = {
            "9F02": f"{amount_fen:012d}", "9F03": "0" * 12, "9F1A": "0156", "95": "0000000000", "5F2A": "0156",
            "9A": "261123", "9C": "00", "9F37": hashlib.sha256(atc).hexdigest()[:8], "82": "7C00",
        }  # fmt: skip
        visa = self.pan.startswith("4")  # cryptogram version 10: the card's own key, and padded with zeros alone
        data = bytes.fromhex("".join(tags.values())) + atc + bytes.fromhex("03A0A000") + (b"" if visa else b"\x80")
        data += bytes(-len(data) % 8)
        key = self.udk if visa else self.session_key(atc)
        block = bytes(8)
        for at in range(0, len(data), 8):
            block = des(key[:8], xor(block, data[at : at + 8]))
        arqc = des(key[:8], des(key[8:], block, decrypt=True))
        issuer_data = "06010A03A0A000" if visa else "07010103A0A00000"
        tags |= {"9F26": arqc.hex(), "9F27": "80", "9F10": issuer_data, "9F36": atc.hex()}
        tags |= {"9F33": "E0E1C8", "9F34": "1F0000", "9F35": "22", "84": "A000000333010101", "9F09": "0030"}
        tags |= {tag.removeprefix("t"): value for tag, value in changes.items()}
        self.arqc = arqc
        return b"".join(
            bytes.fromhex(tag) + bytes([len(value) // 2]) + bytes.fromhex(value) for tag, value in tags.items()
        )

    def proves(self, issuer_data: bytes) -> bool:
        """Whether tag 91 comes from the issuer: ARPC over the last cryptogram and the response in it."""
        arpc, code = issuer_data[:8], issuer_data[8:]
        return des(self.session_key(self.atc.to_bytes(2, "big")), xor(self.arqc, code + bytes(6))) == arpc


class Till:
    """A terminal on one TCP connection. send() returns MTI and fields; the MAC of each answer is checked."""

    def __init__(self, port: int, provisioning: dict):
        self.port = port
        self.terminal, self.merchant = provisioning["terminal_id"], provisioning["merchant_id"]
        self.tmk = xor(*(bytes.fromhex(part) for part in provisioning["tmk_components"]))
        self.tpdu = bytes.fromhex(provisioning["tpdu"])
        self.mac = MACS[provisioning["profile"]]
        self.batch, self.trace = 0, 0
        self.pik = self.mak = self.tdk = b""
        self.header = b""
        self.sent = 0

    async def connect(self) -> "Till":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.local_port = self.writer.get_extra_info("sockname")[1]
        return self

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()

    def frame(self, body: bytes) -> bytes:
        content = self.tpdu + bytes.fromhex("613100310000") + body
        return len(content).to_bytes(2, "big") + content

    def message(self, mti: str, fields: dict, mac: bool = True) -> bytes:
        fields = {41: self.terminal, 42: self.merchant, **fields}
        fields = {number: value for number, value in fields.items() if value is not None}
        if self.tdk and 35 in fields:
            fields[35] = self.enciphered(fields[35])
            security = fields.get(53, "06" + "0" * 14)
            fields[53] = f"{security[:2]}1{security[3:]}"
        if mac:
            body = pack(mti, {**fields, 64: bytes(8)})[:-8]
            return body + self.mac(self.mak, body)
        return pack(mti, fields)

    def enciphered(self, track: str) -> str:
        """Of the packed track the 8 bytes before the last one under the TDK."""
        packed = bytes.fromhex(track + "0" * (len(track) % 2))
        block = des(self.tdk, packed[-9:-1])
        return (packed[:-9] + block + packed[-1:]).hex().upper()[: len(track)]

    async def send(self, mti: str, fields: dict, mac: bool = True) -> dict:
        return await self.send_body(self.message(mti, fields, mac), mac)

    async def send_body(self, body: bytes, mac: bool = True) -> dict:
        await self.send_raw(self.frame(body))
        mti, fields = await self.receive(mac)
        assert mti == f"{body[:1].hex()}{int(body[1:2].hex()) + 10}"
        return fields

    async def send_raw(self, data: bytes) -> None:
        self.sent += len(data)
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self, mac: bool = True) -> tuple[str, dict]:
        length = int.from_bytes(await self.reader.readexactly(2), "big")
        content = await self.reader.readexactly(length)
        assert content[:5] == self.tpdu[:1] + self.tpdu[3:] + self.tpdu[1:3]
        self.header, body = content[5:11], content[11:]
        mti, fields = unpack(body)
        if 64 in fields and mac:
            assert fields[64] == self.mac(self.mak, body[:-8]), "the host's MAC is wrong"
        return mti, fields

    async def sign_on(self) -> dict:
        answer = await self.send("0800", {11: self.next_trace(), 60: "00000000003", 63: "01 "}, mac=False)
        if answer[39] == "00":
            keys = answer[62]
            self.pik, self.mak = des(self.tmk, keys[:16], decrypt=True), des(self.tmk, keys[20:28], decrypt=True)
            assert keys[28:36] == bytes(8)
            assert (des(self.pik, bytes(8))[:4], des(self.mak, bytes(8))[:4]) == (keys[16:20], keys[36:40])
            self.tdk = des(self.tmk, keys[40:56], decrypt=True)
            assert len(keys) == (60 if self.tdk else 40)
            assert not self.tdk or des(self.tdk, bytes(8))[:4] == keys[56:60]
            self.batch = int(answer[60][2:8])
        return answer

    def next_trace(self) -> str:
        self.trace += 1
        return f"{self.trace:06d}"

    def f60(self, kind: str, network: str = "000", tail: str = "60") -> str:
        return f"{kind}{self.batch:06d}{network}{tail}"

    def sale_fields(self, card: Card, amount_fen: int, pin: str | None = None, **changes: str) -> dict:
        fields = {
            2: card.pan, 3: "000000", 4: f"{amount_fen:012d}", 11: self.next_trace(), 14: card.expiry,
            22: "072" if pin is None else "071", 23: f"0{card.psn}", 25: "00", 35: card.track2, 49: "156",
            55: card.tap(amount_fen, **changes), 60: self.f60("22"),
        }  # fmt: skip
        if pin is not None:
            clear = xor(bytes.fromhex(f"0{len(pin):X}{pin}".ljust(16, "F")), bytes.fromhex("0000" + card.pan[-13:-1]))
            fields |= {26: "12", 52: des(self.pik, clear), 53: "2600000000000000"}
        return fields

    async def sale(self, card: Card, amount_fen: int, pin: str | None = None) -> tuple[dict, dict]:
        question = self.sale_fields(card, amount_fen, pin)
        return question, await self.send("0200", question)

    def reversal_of(self, question: dict, reason: str = "98") -> dict:
        fields = {n: question[n] for n in (2, 3, 4, 11, 14, 22, 23, 25, 49, 60, 61) if n in question}
        return {**fields, 39: reason}

    def void_of(self, question: dict, answer: dict) -> dict:
        fields = {n: question[n] for n in (2, 4, 14, 22, 25, 49)}
        fields |= {3: "200000", 11: self.next_trace(), 37: answer[37], 38: answer[38], 60: self.f60("23")}
        return {**fields, 61: f"{self.batch:06d}{question[11]}"}

    def refund_of(self, question: dict, answer: dict, amount_fen: int) -> dict:
        fields = {n: question[n] for n in (2, 14, 22, 25, 49)}
        fields |= {3: "200000", 4: f"{amount_fen:012d}", 11: self.next_trace(), 37: answer[37], 38: answer[38]}
        batch = question[60][2:8]
        return {**fields, 60: self.f60("25"), 61: f"{batch}{question[11]}{answer[13]}", 63: "000"}

    def offline_fields(self, card: Card, amount_fen: int, batch: int | None = None) -> dict:
        fields = self.sale_fields(card, amount_fen)
        fields[60] = self.f60("30")
        return {**fields, 61: f"{batch or self.batch:06d}{fields[11]}1123"}

    def settle_fields(self, debit: tuple[int, int], credit: tuple[int, int] = (0, 0), foreign: str = "0" * 31) -> dict:
        domestic = f"{debit[0]:012d}{debit[1]:03d}{credit[0]:012d}{credit[1]:03d}0"
        return {11: self.next_trace(), 48: domestic + foreign, 49: "156", 60: self.f60("00", "201", ""), 63: "01 "}

    def item_fields(self, question: dict) -> dict:
        fields = {n: question[n] for n in (2, 4, 11, 22, 23, 25, 55) if n in question}
        return {**fields, 60: self.f60("00", "205", ""), 62: b"61"}

    def end_fields(self, count: int, network: str) -> dict:
        return {11: self.next_trace(), 48: f"{count:04d}", 60: self.f60("00", network, "")}
