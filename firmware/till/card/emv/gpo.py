"""Initiate application processing. Source: EMV 4.4 Book 3, 6.5.8 and 10.1; Contactless Book C-7."""

from till.card.apdu import (
    AUTHENTICATE_ON_DEVICE,
    CONDITIONS_NOT_SATISFIED,
    NOT_ACCEPTED,
    OK,
    get_processing_options,
    split,
)
from till.card.emv.card_data import CardData
from till.card.emv.requests import Apdu
from till.card.errors import CardError
from till.card.tlv import build, parse

# What a qPBOC card has to give by GPO or its records before the till goes online.
MANDATORY = (0x82, 0x9F36, 0x9F26, 0x9F10, 0x57)


def initiate(pdol_data):
    """Step: GET PROCESSING OPTIONS with the PDOL's data. Returns CardData, or None when the next candidate is due."""
    data, status = split((yield Apdu(get_processing_options(build([(0x83, pdol_data)])))))
    if status == CONDITIONS_NOT_SATISFIED:
        return None
    if status == NOT_ACCEPTED:
        raise CardError(0, 0, "the card wants another interface", "use-other")
    if status == AUTHENTICATE_ON_DEVICE:
        raise CardError(0, 0, "the owner has to confirm on the device", "see-phone")
    if status != OK:
        raise CardError(0, 0, "processing options refused, status %04X" % status)
    return options(data)


def options(answer):
    """CardData of an answer in format 77 (objects) or 80 (AIP and AFL without tags). CardError."""
    objects = parse(answer)
    if len(objects) != 1:
        raise CardError(0x77, 0, "not one template")
    tag, value = objects[0]
    data = CardData()
    if tag == 0x77:
        data.add(parse(value))
    elif tag == 0x80:
        if len(value) < 2 or len(value) % 4 != 2:
            raise CardError(0x80, 0, "length %d" % len(value))
        data.add([(0x82, value[:2])] + ([(0x94, value[2:])] if len(value) > 2 else []))
    else:
        raise CardError(tag, 0, "neither format 77 nor 80")
    data.need((0x82,))
    return data
