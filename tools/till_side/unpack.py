"""Takes a message apart with the firmware's codec. Reads {"profile", "body", "mak"}, hex; mak may be null."""

import json
import sys
from binascii import hexlify, unhexlify

from till.keys.errors import KeysError
from till.keys.mac import mac
from till.wire.errors import WireError
from till.wire.iso8583 import maced_part, unpack


def answer(question):
    try:
        profile = __import__("till.wire." + question["profile"].replace("-", "_"), None, None, ("MAC",))
    except ImportError:
        return {"no_profile": True}
    body = unhexlify(question["body"])
    told = {"mti": None, "fields": {}, "error": None}
    try:
        told["mti"], fields = unpack(body)
        for number in fields:
            value = fields[number]
            told["fields"][str(number)] = value if isinstance(value, str) else {"hex": hexlify(value).decode()}
    except WireError as error:
        told["error"] = {"field": error.field, "offset": error.offset, "reason": error.reason}
    if question["mak"] is not None:
        try:
            told["mac_ok"] = mac(profile.MAC, unhexlify(question["mak"]), maced_part(body)) == body[-8:]
        except WireError:
            told["mac_ok"] = False  # there is no field 64
        except KeysError as error:
            told["wrong_key"] = error.args[1]
    return told


print(json.dumps(answer(json.loads(sys.stdin.read()))))
