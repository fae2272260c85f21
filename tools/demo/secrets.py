"""The day's secrets, gathered for the search: what nobody but card, customer, till and security modules may know.

Only a test rig can do this: it holds the host's master key and the board's fuses, and it made the cards.
"""

from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from psec import tr31
from sqlalchemy import select

from host_sim.acquirer.vault import derive
from host_sim.networks.tdes import decrypt, encrypt
from host_sim.rig.stage import MANAGER_PASSWORD, PIN, Stage
from host_sim.store.schema import Terminal
from tools.demo.day import WRONG_PIN
from tools.demo.wiretap import Wiretap
from tools.secret_forms import Secret

HOST_KEYS = (
    ("issuer imk", 16), ("issuer pvk", 16), ("issuer zpk", 16), ("issuer token", 32),
    ("card token", 32), ("message digest", 32), ("card number", 32),
)  # fmt: skip
"""Labels and lengths of what host and issuer derive from the LMK."""
TILL_KEYS = ("vault cipher", "vault iv", "vault mac", "journal", "password")
"""Labels of what the till derives from its fuses."""
JOURNAL_KEYS = ("journal cipher", "journal vector", "journal authentication")
"""Labels of what it derives from the journal's key in turn."""
PIK_BYTES, CHECK_BYTES, MAK_BYTES, ZERO_BYTES, TDK_BYTES = 16, 4, 8, 8, 16  # F62 of 0810


async def gather_secrets(stage: Stage, tap: Wiretap) -> list[Secret]:
    """Everything of this day that must not be in any file in clear; PIN blocks not even enciphered."""
    blocks = await stage.host.store.read(lambda session: list(session.scalars(select(Terminal.tmk_block))))
    zpk = derive(stage.lmk, "issuer zpk", 16)
    secrets = [Secret("the host's LMK", stage.lmk), Secret("the till's fuses", stage.counter.fuses)]
    secrets += [Secret(f"host key '{label}'", derive(stage.lmk, label, length)) for label, length in HOST_KEYS]
    secrets += till_keys(stage.counter.fuses)
    secrets += cards(stage)
    secrets += [Secret("PIN", PIN), Secret("wrong PIN", WRONG_PIN), Secret("manager's password", MANAGER_PASSWORD)]
    numbers = await stage.host.store.read(lambda session: list(session.scalars(select(Terminal.number))))
    secrets += [Secret("export key", derive(stage.lmk, f"export key {number}", 16)) for number in numbers]
    piks: set[bytes] = set()
    for block in filter(None, blocks):
        tmk = tr31.unwrap(stage.lmk, block)[1]
        secrets.append(Secret("TMK", tmk))
        for download in sorted(tap.key_downloads):
            pik, mak, tdk = working_keys(tmk, download)
            piks.add(pik)
            secrets += [Secret("PIK", pik), Secret("MAK", mak), Secret("TDK", tdk)]
    return list(dict.fromkeys([*secrets, *pin_blocks(tap.pin_blocks, piks, zpk)]))


def cards(stage: Stage) -> Iterator[Secret]:
    """PAN, track 2 and key of every card of the day."""
    for name, card in stage.cards.items():
        yield Secret(f"PAN of card '{name}'", card._profile["pan"])
        yield Secret(f"track 2 of card '{name}'", card._track2().hex().upper().rstrip("F"))
        yield Secret(f"UDK of card '{name}'", card._udk)
        for key in ("smi", "smc"):
            yield Secret(f"{key.upper()} key of card '{name}'", bytes.fromhex(card._profile[key]))


def working_keys(tmk: bytes, download: bytes) -> tuple[bytes, bytes, bytes]:
    """PIK, MAK and TDK out of F62 of an 0810 (docs/messages.md)."""
    mak_at = PIK_BYTES + CHECK_BYTES
    tdk_at = mak_at + MAK_BYTES + ZERO_BYTES + CHECK_BYTES
    pik, mak = decrypt(tmk, download[:PIK_BYTES]), decrypt(tmk, download[mak_at : mak_at + MAK_BYTES])
    return pik, mak, decrypt(tmk, download[tdk_at : tdk_at + TDK_BYTES])


def pin_blocks(blocks: Iterable[bytes], piks: Iterable[bytes], zpk: bytes) -> Iterator[Secret]:
    """As they went over the line, in clear, and as they went on to the issuer (ISO 9564-1, format 0)."""
    piks = sorted(piks)
    for block in sorted(blocks):
        yield Secret("PIN block under the PIK", block)
        for pik in piks:
            clear = decrypt(pik, block)
            if 4 <= clear[0] <= 12:  # format 0 and a length: deciphered under the key that it was made under
                yield Secret("PIN block in clear", clear)
                yield Secret("PIN block under the ZPK", encrypt(zpk, clear))
    for pin in (PIN, WRONG_PIN):
        yield Secret("PIN field in clear", bytes.fromhex(f"{len(pin):02X}{pin}".ljust(16, "F")))


def till_keys(fuses: bytes) -> Iterator[Secret]:
    """The till's own keys, derived here once more: NIST SP 800-108, counter mode with AES-CMAC, over RFC 4615."""
    for label in TILL_KEYS:
        key = cmac(cmac(bytes(16), fuses), b"\x01" + label.encode("ascii") + b"\x00\x00\x80")
        yield Secret(f"till key '{label}'", key)
        if label == "journal":
            yield from (Secret(f"till key '{name}'", cmac(key, name.encode("ascii"))) for name in JOURNAL_KEYS)


def cmac(key: bytes, data: bytes) -> bytes:
    """AES-CMAC, RFC 4493."""
    code = CMAC(AES(key))
    code.update(data)
    return code.finalize()
