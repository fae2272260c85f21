"""The settings of a till: what each may be. docs/provisioning.md says what they mean."""

from binascii import a2b_base64, unhexlify

from till.qr.customer_code import checked
from till.qr.errors import QrError

PROFILES = ("cup-3des",)
MOST_FEN = 999_999_999_999
OFFLINE_COUNT_MOST = 500
NAME_MOST = 16
AGE_MOST_H = 720
DER_MOST = 700


class SettingsError(Exception):
    """Settings that this till cannot take. args: one text that names the field and says what to do."""


def _digits(least, most):
    def right(value):
        right_length = isinstance(value, str) and least <= len(value) <= most
        return right_length and all(["0" <= character <= "9" for character in value])

    return right


def _text(least, most):
    def right(value):
        return isinstance(value, str) and least <= len(value) <= most

    return right


def _one_of(*values):
    def right(value):
        return value in values

    return right


def _number(least, most):
    def right(value):
        return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most

    return right


def _hex(least, most):
    def right(value):
        if not isinstance(value, str) or not least <= len(value) <= most:
            return False
        try:
            unhexlify(value)
        except ValueError:
            return False
        return True

    return right


def _der(value):
    """In base64; the first byte of each such file is that of a sequence (X.690, 8.9)."""
    if not isinstance(value, str) or len(value) > DER_MOST * 4 // 3 + 4:
        return False
    try:
        return a2b_base64(value)[:1] == b"\x30"
    except ValueError:
        return False


def _ipv4(value):
    parts = value.split(".") if isinstance(value, str) else ()
    return len(parts) == 4 and all([_digits(1, 3)(part) and int(part) < 256 for part in parts])


def _password(value):
    """IEEE 802.11, annex J: a passphrase has 8 to 63 characters."""
    return value == "" or _text(8, 63)(value)


def _cutoff(value):
    return _digits(4, 4)(value) and int(value[:2]) < 24 and int(value[2:]) < 60


def _glyphs(value):
    if not isinstance(value, dict) or len(value) > NAME_MOST:
        return False
    return all([len(name) == 1 and _hex(64, 64)(value[name]) for name in value])


def _components(value):
    return isinstance(value, list) and len(value) == 2 and all([_hex(32, 32)(part) for part in value])


_FEN = (_number(1, MOST_FEN), "an amount in fen")
# name, check, what it must be
FIELDS = (
    ("terminal_id", _text(8, 8), "8 characters"),
    ("merchant_id", _text(15, 15), "15 characters"),
    ("merchant_name", _text(1, NAME_MOST), "1 to 16 characters"),
    ("merchant_gbk", _hex(2, 64), "1 to 32 bytes in hex"),
    ("glyphs", _glyphs, "at most 16 characters, 64 hex digits each"),
    ("tpdu", _digits(10, 10), "10 digits"),
    ("profile", _one_of(*PROFILES), "cup-3des"),
    ("language", _one_of("zh", "en"), "zh or en"),
    ("operator", _digits(2, 2), "2 digits"),
    ("currency", _one_of("156"), "156"),
    ("cutoff", _cutoff, "hhmm"),
    ("columns", _one_of(32, 48), "32 or 48"),
    ("provisioned_at", _number(1_600_000_000, 4_000_000_000), "seconds since 1970"),
    ("most_fen",) + _FEN,
    ("no_pin_most_fen", _number(0, MOST_FEN), "an amount in fen"),
    ("tmk_check", _hex(8, 8), "8 hex digits"),
    ("manager_password", _digits(6, 12), "6 to 12 digits"),
)  # fmt: skip
# the master key: in two components, or in a key block whose key comes in two components
TMK_FIELDS = (("tmk_components", _components, "two times 32 hex digits"),)
BLOCK_FIELDS = (
    ("tmk_block", _text(64, 256), "a key block of 64 to 256 characters"),
    ("kbpk_components", _components, "two times 32 hex digits"), ("kbpk_check", _hex(8, 8), "8 hex digits"),
)  # fmt: skip
# both or neither
EXPORT_FIELDS = (
    ("export_components", _components, "two times 32 hex digits"),
    ("export_check", _hex(8, 8), "8 hex digits"),
)  # fmt: skip
# where the host is; on a board with a radio, and under TLS
HOST_FIELDS = (
    ("address", _ipv4, "an IPv4 address"), ("port", _number(1, 65535), "1 to 65535"),
    ("name", _text(1, 64), "1 to 64 characters"),
)  # fmt: skip
_DER = (_der, "DER in base64, at most %d bytes" % DER_MOST)
TLS_FIELDS = (("ca",) + _DER, ("certificate",) + _DER, ("key",) + _DER)
WIFI_FIELDS = (("name", _text(1, 32), "1 to 32 characters"), ("password", _password, "8 to 63 characters, or empty"))
# of each kind of offline payment
OFFLINE_FIELDS = (
    ("on", _one_of(True, False), "true or false"),
    ("each_fen",) + _FEN,
    ("card_fen",) + _FEN,
    ("day_fen",) + _FEN,
    ("total_fen",) + _FEN,
    ("count", _number(1, OFFLINE_COUNT_MOST), "1 to 500"),
    ("age_h", _number(1, AGE_MOST_H), "1 to 720 hours"),
)  # fmt: skip
OFFLINE_KINDS = ("card", "voice", "deferred")
CAPS = tuple([field[0] for field in OFFLINE_FIELDS[1:]])
_VOICE_FIELDS = (("institution", _digits(8, 11), "8 to 11 digits"),)


_OFF = {"on": False, "institution": "0"}
for _name in CAPS:
    _OFF[_name] = 1


def check(settings):
    """Raises SettingsError for the first field that is missing or wrong. Never shows a value."""
    if not isinstance(settings, dict):
        raise SettingsError("the settings are no JSON object: correct them")
    _check(settings, FIELDS, "")
    _check(settings, BLOCK_FIELDS if "tmk_block" in settings else TMK_FIELDS, "")
    if "tmk_block" in settings and "tmk_components" in settings:
        raise SettingsError("tmk_block and tmk_components are both there: correct the settings, one is right")
    if settings.get("merchant_name_en") and not _english(settings["merchant_name_en"]):
        raise SettingsError("merchant_name_en is not 1 to 16 plain ASCII characters: correct the settings")
    if "export_components" in settings or "export_check" in settings:
        _check(settings, EXPORT_FIELDS, "")
    if "update_key" in settings and not _hex(512, 768)(settings["update_key"]):
        raise SettingsError("update_key is not 512 to 768 hex digits, an RSA modulus: correct the settings")
    if settings.get("auto_download", False) not in (True, False):
        raise SettingsError("auto_download is not true or false: correct the settings")
    if settings.get("wallets"):
        try:
            checked(settings["wallets"])
        except (QrError, TypeError) as error:
            raise SettingsError("wallets is no table of codes (row %s): correct the settings" % error.args[0])
    for name, fields in (("host", HOST_FIELDS), ("tls", TLS_FIELDS), ("wifi", WIFI_FIELDS)):
        if name in settings:
            if not isinstance(settings[name], dict):
                raise SettingsError("%s is no object: correct the settings" % name)
            _check(settings[name], fields, name + ".")
    if "tls" in settings and "host" not in settings:
        raise SettingsError("host is missing, whose name the host's certificate must bear: correct the settings")
    offline = settings.get("offline")
    if not isinstance(offline, dict):
        raise SettingsError("offline is missing or no object: correct the settings")
    for kind in OFFLINE_KINDS:
        caps = offline.get(kind)
        if not isinstance(caps, dict):
            raise SettingsError("offline.%s is missing or no object: correct the settings" % kind)
        _check(caps, OFFLINE_FIELDS, "offline.%s." % kind)
    _check(offline["voice"], _VOICE_FIELDS, "offline.voice.")


def _english(value):
    """The name as the font has it: plain ASCII."""
    return _text(1, NAME_MOST)(value) and all([" " <= character <= "~" for character in value])


def offline_of(settings, kind):
    """The caps of one kind of offline payment as they hold: those of provisioning, or lower ones that the manager
    chose. settings: as kept; a kind that they do not name, as older ones do not, is off."""
    given = settings["offline"].get(kind)
    if not isinstance(given, dict):
        return _OFF
    held = dict(given)
    chosen = settings.get("offline_chosen", {}).get(kind, {})
    for name in chosen:
        held[name] = min(held[name], chosen[name])
    return held


def _check(settings, fields, prefix):
    for name, right, what in fields:
        if name not in settings or not right(settings[name]):
            raise SettingsError("%s%s is missing or not %s: correct the settings" % (prefix, name, what))
