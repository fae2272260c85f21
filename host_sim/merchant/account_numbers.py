"""Whether an account number can be one: check digits and shapes, before money moves."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from host_sim.networks.cards import luhn

CARD = re.compile(r"62[0-9]{14,17}")
COMPANY = re.compile(r"[0-9]{9,32}")
CNAPS = re.compile(r"[0-9]{12}")
PAYMENT = re.compile(r"1[3-9][0-9]{9}|[0-9]{16}|[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_card_number(number: str) -> bool:
    """A UnionPay debit card: 16 to 19 digits from 62 with their check digit (ISO/IEC 7812-1, annex B)."""
    return CARD.fullmatch(number) is not None and luhn(number)


def is_company_number(number: str) -> bool:
    """A company's account: 9 to 32 digits, without a check digit that all banks share."""
    return COMPANY.fullmatch(number) is not None and len(set(number)) > 1


def is_payment_number(number: str) -> bool:
    """An account with a payment institution: a mobile number, an e-mail address or 16 digits."""
    return PAYMENT.fullmatch(number) is not None


def is_branch_code(code: str) -> bool:
    """A CNAPS code: bank 3, area 4, branch 4, and a check digit by ISO/IEC 7064, MOD 11,10."""
    if CNAPS.fullmatch(code) is None:
        return False
    product = 10
    for digit in code[:-1]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(code[-1])


@cache
def banks() -> dict[str, tuple[str, str]]:
    """The first three digits of a branch code -> the bank's name in Chinese and English; the large banks only."""
    text = files("host_sim.merchant").joinpath("banks.toml").read_text(encoding="utf-8")
    return {row["code"]: (row["zh"], row["en"]) for row in tomllib.loads(text)["bank"]}


def names_bank(institution: str, code: str) -> bool:
    """Whether a bank's name goes with a branch code. A bank that is not in the table goes with any."""
    known = banks().get(code[:3])
    others = [names for other, names in banks().items() if other != code[:3]]
    if known is not None and _any_in(known, institution):
        return True
    return known is None and not any(_any_in(names, institution) for names in others)


def _any_in(names: tuple[str, str], institution: str) -> bool:
    return any(name.lower() in institution.lower() for name in names)


def masked(number: str) -> str:
    """Its last four characters; stars for the others, as many as there are up to 15."""
    return "*" * min(len(number) - 4, 15) + number[-4:]
