"""Makes tools/recordings: payments of the rack's personas, recorded at the till's kernel.

python tests/cards/make_recordings.py
"""

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests/shims"), str(ROOT / "firmware")]

from host_sim.networks.issuer import Issuer  # noqa: E402
from host_sim.rig.cards.emv.personas import persona  # noqa: E402
from tests.cards.bench import AMOUNT_FEN, KEYS, ca_store, pay, tapped, till_aids  # noqa: E402
from tests.host.bench import HandClock  # noqa: E402

FOLDER = ROOT / "tools/recordings"
# file: (kind, persona)
RECORDINGS = {
    "inserted-online": ("contact", "unproved"),
    "inserted-static": ("contact", "static"),
    "inserted-cda": ("contact", "good"),
    "inserted-long-keys": ("contact", "long-keys"),
    "inserted-card-pin": ("contact", "pin-on-card"),
    "inserted-script": ("contact", "script-after"),
    "inserted-offline": ("contact", "approves-offline"),
    "tapped-online": ("contactless", "good"),
    "tapped-offline": ("contactless", "purse"),
}


def recording(kind, name, issuer, aids, store):
    """The JSON of one payment, as `picotill replay` takes it."""
    log = []
    (pay if kind == "contact" else tapped)(persona(name), issuer, aids, store, log)
    return {
        "name": persona(name)["says"][1], "kind": kind, "amount_fen": AMOUNT_FEN,
        "exchanges": [{"c": command.hex(), "r": (answer or b"").hex()} for command, answer in log],
    }  # fmt: skip


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file, (kind, name) in RECORDINGS.items():
        with tempfile.TemporaryDirectory() as folder:
            issuer = Issuer(f"sqlite:///{folder}/issuer.db", KEYS, HandClock())
            made = recording(kind, name, issuer, till_aids(), ca_store())
            issuer.close()
        (FOLDER / f"{file}.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
