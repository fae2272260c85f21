"""The fields of each message, from a payment of the journal and the till's settings.

Source: docs/messages.md. What a message must carry is the profile's table; this module only says where each
field's value comes from. A message is built when it is sent, under the current keys, and kept nowhere.
"""

from till.journal.payment import BY_CODE
from till.keys.track import encipher_track
from till.settings import offline_of
from till.version import VERSION
from till.wire import de55
from till.wire.totals48 import pack_totals

REVERSAL_TAGS = (0x9F36, 0x95, 0x9F1E, 0x9F10)
SCRIPT_TAGS = (0x9F33, 0x95, 0x9F37, 0x9F1E, 0x9F10, 0x9F26, 0x9F36, 0x82, 0xDF31, 0x9F1A, 0x9A)
SCRIPT_RESULTS = 0xDF31
KEPT_TAGS = (0x8A, 0x9B, SCRIPT_RESULTS)  # what the journal keeps beside what a payment's message has
_NO_TOTALS = 0  # the flag of a request


def _sender(settings, trace):
    return {11: "%06d" % trace, 41: settings["terminal_id"], 42: settings["merchant_id"]}


def _f60(row, batch, reader=""):
    return "%s%06d%s%s" % (row.type, batch, row.network, reader)


def sign_on(settings, profile, trace, batch):
    fields = _sender(settings, trace)
    fields[60] = _f60(profile.MESSAGES["sign_on"], batch)
    fields[63] = "%-3s%s" % (settings["operator"], VERSION)
    return fields


def question(settings, profile, name, trace, batch, said):
    """name: row of a message without a payment. said: its F62 as bytes, None where it has none (docs/messages.md)."""
    fields = _sender(settings, trace)
    fields[60] = _f60(profile.MESSAGES[name], batch)
    if said:
        fields[62] = said
    return fields


def _payment(settings, profile, payment, row, batch):
    """The fields that every financial message of a payment shares. row: of the payment in the profile."""
    fields = _sender(settings, payment.trace)
    fields[3] = row.processing
    fields[4] = "%012d" % payment.amount_fen
    fields[22] = _entry(profile, payment)
    fields[25] = row.condition
    fields[49] = settings["currency"]
    if payment.entry == BY_CODE:
        fields[60] = _f60(row, batch)
        return fields
    fields[2] = payment.pan
    fields[14] = payment.expiry
    chip = profile.CHIP_FAILED if payment.entry == profile.FALLBACK else profile.CHIP_GOOD
    fields[60] = _f60(row, batch, profile.READER[payment.entry] + chip)
    return fields


def _entry(profile, payment):
    return profile.ENTRY[payment.entry] + (profile.PIN_ENTERED if payment.pin_entered else profile.NO_PIN)


def _card(fields, profile, payment, tdk, pin=False):
    """tdk: key that tracks leave under, None where they leave in clear."""
    fields[35] = encipher_track(payment.track2, tdk) if tdk else payment.track2
    if tdk or pin:
        security = profile.PIN_SECURITY if pin else profile.NO_PIN_SECURITY
        fields[53] = security + (profile.TRACK_ENCIPHERED if tdk else "0") + "0" * 13
    _chip(fields, payment)


def _chip(fields, payment):
    """What a chip gave; a stripe has neither."""
    if payment.de55:
        fields[23] = payment.psn
        fields[55] = de55.pack([pair for pair in de55.unpack(payment.de55) if pair[0] not in KEPT_TAGS])


def row_name(payment):
    """The profile's name of a payment's message."""
    if payment.entry != BY_CODE:
        return payment.kind
    if payment.kind == "sale":
        return "qr_scan" if payment.code else "qr_show"
    return "qr_" + payment.kind


def reversal_name(payment):
    """The same of its reversal."""
    return "qr_reversal" if payment.entry == BY_CODE else "reversal"


def by_code(settings, profile, payment):
    """A sale by the code that a customer shows, or the question for one that the till shows."""
    fields = _payment(settings, profile, payment, profile.MESSAGES[row_name(payment)], payment.batch)
    if payment.code:
        fields[44] = payment.wallet
        fields[59] = "%s%03d%s" % (profile.CODE_TAG, len(payment.code), payment.code)
    return fields


def code_of(profile, answer):
    """The code in an answer's F59, None where there is none that follows the profile."""
    text = answer.get(59, "")
    head = len(profile.CODE_TAG) + 3
    if text[: head - 3] != profile.CODE_TAG or text[head - 3 : head] != "%03d" % (len(text) - head):
        return None
    return text[head:]


def query(settings, profile, payment):
    """What has become of a payment by code: under its own trace, since it is about nothing else."""
    fields = _payment(settings, profile, payment, profile.MESSAGES["qr_query"], payment.batch)
    del fields[22]
    return fields


def sale(settings, profile, payment, pin_block, tdk):
    fields = _payment(settings, profile, payment, profile.MESSAGES["sale"], payment.batch)
    _card(fields, profile, payment, tdk, bool(pin_block))
    if pin_block:
        fields[26] = profile.PIN_DIGITS
        fields[52] = pin_block
    return fields


def void(settings, profile, payment):
    fields = _payment(settings, profile, payment, profile.MESSAGES[row_name(payment)], payment.batch)
    _original(fields, payment)
    return fields


def refund(settings, profile, payment):
    fields = _payment(settings, profile, payment, profile.MESSAGES[row_name(payment)], payment.batch)
    _original(fields, payment)
    fields[61] += payment.original_date
    fields[63] = profile.REFUND_SCHEME
    return fields


def _original(fields, payment):
    fields[37] = payment.original_rrn
    fields[38] = payment.original_auth
    if payment.entry == BY_CODE:
        fields[44] = payment.wallet
    # zeros: the till has not the sale any more, and the reference tells it
    fields[61] = "%06d%06d" % (payment.original_batch or 0, payment.original_trace or 0)


def offline(settings, profile, payment, batch, month_day, tdk):
    """batch: the till's current one; the sale's own stands in F61. month_day: MMDD of the sale."""
    fields = _payment(settings, profile, payment, profile.MESSAGES["offline"], batch)
    _card(fields, profile, payment, tdk)
    fields[61] = "%06d%06d%s" % (payment.batch, payment.trace, month_day)
    if payment.authority == "voice":
        fields[38] = payment.auth_code
        institution = offline_of(settings, "voice")["institution"]
        fields[61] += profile.BY_VOICE + "0" * (11 - len(institution)) + institution
    return fields


def reversal(settings, profile, payment):
    row = profile.MESSAGES[row_name(payment)]
    fields = _payment(settings, profile, payment, row, payment.batch)
    given = payment.asked_de55 or payment.de55 or b""  # a card's last word may come between two tries of it
    tags = [pair for pair in de55.unpack(given) if pair[0] in REVERSAL_TAGS]
    if tags:
        fields[23] = payment.psn
        fields[55] = de55.pack(tags)
    fields[39] = payment.reversal_reason
    if payment.kind == "void":
        fields[61] = "%06d%06d" % (payment.original_batch, payment.original_trace)
    return fields


def has_script_results(payment):
    """Whether the journal has what its card said to the issuer's scripts."""
    return any([tag == SCRIPT_RESULTS for tag, _ in de55.unpack(payment.de55 or b"")])


def script_result(settings, profile, payment, batch, month_day):
    """What an inserted card said to its issuer's scripts. batch: the till's current one. month_day: MMDD."""
    row = profile.MESSAGES["script_result"]
    fields = _payment(settings, profile, payment, profile.MESSAGES[payment.kind], payment.batch)
    del fields[14]
    fields[23] = payment.psn
    fields[37] = payment.rrn
    if payment.auth_code:
        fields[38] = payment.auth_code
    fields[55] = de55.pack([pair for pair in de55.unpack(payment.de55) if pair[0] in SCRIPT_TAGS])
    fields[60] = _f60(row, batch)
    fields[61] = "%06d%06d%s" % (payment.batch, payment.trace, month_day)
    return fields


def settle(settings, profile, trace, batch, domestic, foreign):
    """domestic, foreign: (debit_fen, debit_count, credit_fen, credit_count)."""
    fields = _sender(settings, trace)
    fields[48] = pack_totals(tuple(domestic) + (_NO_TOTALS,), tuple(foreign) + (_NO_TOTALS,))
    fields[49] = settings["currency"]
    fields[60] = _f60(profile.MESSAGES["settle"], batch)
    fields[63] = "%-3s" % settings["operator"]
    return fields


def upload_name(payment):
    return "qr_upload" if payment.entry == BY_CODE else "upload"


def upload(settings, profile, payment, batch):
    row = profile.MESSAGES[upload_name(payment)]
    fields = _sender(settings, payment.trace)
    if payment.entry == BY_CODE:
        fields[37] = payment.rrn
    else:
        fields[2] = payment.pan
    fields[4] = "%012d" % payment.amount_fen
    fields[22] = _entry(profile, payment)
    fields[25] = row.condition
    _chip(fields, payment)
    fields[60] = _f60(row, batch)
    if payment.batch != batch:  # it waited: its number may be that of another one by now
        fields[61] = "%06d%06d" % (payment.batch, payment.trace)
    fields[62] = profile.UPLOAD_USAGE
    return fields


def upload_end(settings, row, trace, batch, count):
    fields = _sender(settings, trace)
    fields[48] = "%04d" % count
    fields[60] = _f60(row, batch)
    return fields
