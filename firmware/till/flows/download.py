"""Fetches from the acquirer what the till has to know about cards: CA keys, revoked certificates, applications,
the exception file.

The list on flash is written anew and counts once it is whole; until then the one before it does.
"""

from till.card.emv.aids import parse_aid
from till.card.emv.ca_keys import parse_ca_key
from till.card.errors import CardError
from till.card.parameters import APPLICATION, CA_KEY, EXCEPTIONS, REVOKED
from till.card.sealed_list import ListError
from till.card.tlv import build, parse
from till.flows.asked import asked
from till.flows.errors import Stopped
from till.flows.terms import today
from till.link.downloads import ALL, MORE, NOTHING, fetch
from till.link.errors import NoAnswer, NotSent

CA_KEYS_WANTED, APPLICATIONS_WANTED = 4, 5  # what a host asks for in the header of an answer
ENTRIES_MOST = 64
PARTS_MOST = 16
AGAIN_S = 3_600  # a host that goes on asking is not obeyed more often
SEEN_MS = 5_000
# list, one entry, end; kind of entry; tags that name one; kind of what comes with the end
KEYS = ("ca_keys", "ca_key", "ca_keys_end"), CA_KEY, (0x9F06, 0x9F22), REVOKED
APPLICATIONS = ("applications", "application", "applications_end"), APPLICATION, (0x9F06,), EXCEPTIONS


async def by_hand(till):
    """The menu's item."""
    if not till.parameters.can_keep:
        raise Stopped("no-room-for-keys")
    try:
        count = await asked(till, lambda: download(till), "notice", "download", "downloading", "please-wait")
    except ListError:
        raise Stopped("storage-fault")
    till.ui.show(_kept, count)
    await till.ui.key(SEEN_MS)


def _kept(canvas, strings, count):
    from till.ui.screens import parts

    parts.title(canvas, strings["download"])
    parts.pair(canvas, 1, strings["keys-kept"], "%d" % count[0])
    parts.pair(canvas, 2, strings["aids-kept"], "%d" % count[1])


def wanted(till):
    """Whether the background should download now."""
    if not till.parameters.can_keep or not till.session.signed_on():
        return False
    now = till.clock.epoch()
    if now is None or now < till.download_after:
        return False
    asked = till.session.host_request in (CA_KEYS_WANTED, APPLICATIONS_WANTED)
    return asked or (till.settings.get("auto_download", False) and not till.parameters.kept)


async def download(till, background=False):
    """Returns how many keys and applications count from now on. Raises NotSent, NoAnswer, NotSignedOn, Refused,
    ListError; then the list before counts."""
    till.download_after = till.clock.epoch() + AGAIN_S
    session, parameters, day = till.session, till.parameters, today(till)
    await session.flash_is_free()
    writer = parameters.begin()
    counts = []
    try:
        for names, kind, tags, behind in (KEYS, APPLICATIONS):
            count = 0
            for name in await _listed(session, names[0], tags, background):
                flag, data = await fetch(session, names[1], name, background)
                if flag == ALL and _counts(kind, data, day):
                    await session.flash_is_free()
                    writer.add(kind, data)
                    count += 1
            flag, more = await fetch(session, names[2], None, background)
            if flag == ALL and more:
                await session.flash_is_free()
                writer.add(behind, more)
            counts.append(count)
    except (NotSent, NoAnswer):
        till.download_after = 0  # the line was at fault: as soon as it is back
        raise
    await session.flash_is_free()
    parameters.commit(writer)
    return tuple(counts)


async def _listed(session, name, tags, background):
    """What each entry of a list is asked for by, as bytes."""
    names = []
    for _ in range(PARTS_MOST):
        flag, data = await fetch(session, name, b"1%02d" % len(names), background)
        if flag == NOTHING:
            break
        before = len(names)
        try:
            found = []
            for tag, value in parse(data):
                if tag == tags[0] and found:
                    names.append(build(found))
                    found = []
                if tag in tags:
                    found.append((tag, value))
            if found:
                names.append(build(found))
        except CardError:
            raise NoAnswer()
        if flag != MORE or len(names) == before or len(names) > ENTRIES_MOST:
            break
    return names[:ENTRIES_MOST]


def _counts(kind, data, day):
    """Whether the till can use it: a key with a right check sum and in date, an application with sound limits."""
    try:
        if kind == CA_KEY:
            parse_ca_key(data, day)
        else:
            parse_aid(data)
    except CardError:
        return False
    return True
