"""Makes tests/unit/card/chip_keys.py: key pairs and certificates of the test chip, out of the test scheme's seed.

python tests/cards/chip_keys_maker.py > tests/unit/card/chip_keys.py
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/unit"), str(ROOT / "tests/shims"), str(ROOT / "firmware")]

from card.cards import PAN  # noqa: E402
from card.chip_records import CERTIFICATES, records, signed_part  # noqa: E402
from host_sim.networks.pki.authority import UNIONPAY, ca_key  # noqa: E402
from host_sim.networks.pki.certificates import icc_certificate, issuer_certificate  # noqa: E402
from host_sim.networks.pki.rsa import rsa_key  # noqa: E402
from host_sim.networks.pki.signed_data import static_signature  # noqa: E402

SEED = b"picotill test chip"
WIDTH = 96
# name: CA index, bits and exponent of issuer and card, what the static data ends with
SETS = {
    "small": (0xE2, 1152, 3, 1024, 3, b""),
    "large": (0xE4, 1984, 65537, 1984, 65537, b""),
    "tagged": (0xE2, 1152, 3, 1024, 3, bytes.fromhex("7900")),  # the AIP, which tag 9F4A names
}


def key_set(index, issuer_bits, issuer_exponent, icc_bits, icc_exponent, tail):
    """Hex by name, as chip_records.CERTIFICATES and the chip want them."""
    ca = ca_key(UNIONPAY, index)
    issuer = rsa_key(SEED + b"issuer", issuer_bits, issuer_exponent)
    icc = rsa_key(SEED + b"icc", icc_bits, icc_exponent)
    blank = dict.fromkeys([name for _, name in CERTIFICATES], "")
    static = bytes.fromhex(signed_part(records(blank, {}))) + tail
    upper = issuer_certificate(ca, issuer, PAN, "1235", bytes.fromhex("000001"))
    lower = icc_certificate(issuer, icc, PAN, "1234", bytes.fromhex("000002"), static)
    return {
        "ca_index": f"{index:02X}",
        "ca_modulus": ca.key.modulus_bytes.hex().upper(),
        "ca_exponent": ca.key.exponent_bytes.hex().upper(),
        "issuer_certificate": upper.certificate.hex().upper(),
        "issuer_remainder": upper.remainder.hex().upper(),
        "issuer_exponent": upper.exponent.hex().upper(),
        "static_signature": static_signature(issuer, b"\xda\xc1", static).hex().upper(),
        "icc_certificate": lower.certificate.hex().upper(),
        "icc_remainder": lower.remainder.hex().upper(),
        "icc_exponent": lower.exponent.hex().upper(),
        "icc_modulus": icc.modulus_bytes.hex().upper(),
        "icc_private": icc.private.to_bytes(icc.length, "big").hex().upper(),
    }


def module():
    """Source of chip_keys.py."""
    table = {name: key_set(*row) for name, row in SETS.items()}
    head = '"""Keys and certificates of the test chip. Made by tests/cards/chip_keys_maker.py; test keys only."""\n'
    lines = [head, "KEYS = {"]
    for name, row in table.items():
        lines.append(f'    "{name}": {{')
        for key, value in row.items():
            parts = [value[at : at + WIDTH] for at in range(0, len(value), WIDTH)] or [""]
            if len(parts) == 1:
                lines.append(f'        "{key}": "{parts[0]}",')
            else:
                lines += [f'        "{key}": (', *(f'            "{part}"' for part in parts), "        ),"]
        lines.append("    },")
    return "\n".join([*lines, "}", ""])


if __name__ == "__main__":
    sys.stdout.write(module())
