"""How the till is: heap, line, clock, readers, journal, check values of its keys. Page after page, at any key."""

import gc

from till.flows.manage import look

GOOD, BAD, NONE = "OK", "--", "-"


def _there(device, ready):
    return NONE if device is None else GOOD if ready else BAD


def pages(till):
    """Of (text, value), three a page. Key values are check values: 4 bytes of zeros enciphered."""
    devices, session = till.devices, till.session
    gc.collect()
    tmk, pik, mak, tdk = session.check_values()
    nfc = devices.nfc
    version = nfc.version if nfc else None
    local = till.clock.local()
    return (
        (
            ("RAM", "%d KB" % (gc.mem_free() // 1024)),
            (till.ui.strings["link"], GOOD if session.link_up else BAD),
            (till.ui.strings["clock"], "%02d-%02d %02d:%02d" % tuple(local[1:5]) if local else BAD),
        ),
        (
            ("NFC", "%d.%d" % version if version else _there(nfc, False)),
            ("ICC", _there(devices.contact, devices.contact and devices.contact.present is not None)),
            ("ERR", str(till.troubles)),
        ),
        (
            ("LOG", "%d/%d" % (till.ring.space(), till.ring.pages)),
            (till.ui.strings["queued"], str(till.book.offline_count)),
            (till.ui.strings["batch"], "%06d" % till.book.batch),
        ),
        (("TMK", tmk), ("PIK", pik), ("MAK", mak)),
        (("TDK", tdk),),
    ) + _crashes(till)


def _crashes(till):
    """The last fault that ended the till: its class, and where in the code; nothing where there was none."""
    last = till.devices.crashes.last().split(" ")
    if not last[0]:
        return ()
    heading = (till.ui.strings["crashes"], str(till.devices.crashes.row()))
    return ((heading, ("", last[0][:16]), ("", last[1][-16:] if len(last) > 1 else "")),)


async def diagnostics(till):
    for rows in pages(till):
        await look(till, "diagnostics", rows)
