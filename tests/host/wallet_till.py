"""What a till sends for payments by code, packed by hand from docs/messages.md."""

from tests.host.till import Till


def by_code(till: Till, processing: str, amount_fen: int, **more: str) -> dict:
    fields = {3: processing, 4: f"{amount_fen:012d}", 11: till.next_trace(), 22: "032", 25: "00", 49: "156"}
    return {**fields, 60: till.f60("60", tail=""), **{int(name[1:]): value for name, value in more.items()}}


def scan_of(till: Till, wallet: str, code: str, amount_fen: int) -> dict:
    return by_code(till, "710000", amount_fen, f44=wallet, f59=f"A3{len(code):03d}{code}")


def show_of(till: Till, amount_fen: int) -> dict:
    return by_code(till, "700000", amount_fen)


def query_of(question: dict) -> dict:
    return {**{number: question[number] for number in (4, 11, 25, 49, 60)}, 3: "730000"}


def close_of(question: dict, reason: str = "98") -> dict:
    return {**{number: question[number] for number in (3, 4, 11, 22, 25, 49, 60)}, 39: reason}


def back_of(till: Till, question: dict, answer: dict, amount_fen: int, void: bool) -> dict:
    """A void or refund. question, answer: of the payment."""
    fields = by_code(till, "720000" if void else "740000", amount_fen, f44=answer[44][:3], f37=answer[37])
    fields |= {38: answer[38], 61: f"{till.batch:06d}{question[11]}" + ("" if void else answer[13])}
    return fields if void else {**fields, 63: "000"}


def item_of(till: Till, question: dict, answer: dict) -> dict:
    fields = {number: question[number] for number in (4, 11, 22, 25)}
    return {**fields, 37: answer[37], 60: till.f60("60", "205", ""), 62: b"61"}
