"""Defects to plant, each the lack of one defence: in a copy of the firmware, or in the host while it plays.

The simulation must find every one of them; what it cannot find it does not prove.
"""

import importlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from sqlalchemy.orm import Session

from host_sim.acquirer import concluding, exactly_once, payments, standing
from host_sim.rig.supply import FIRMWARE
from host_sim.store.engine import Store, Unit
from tools.errors import ToolError


class Edit(NamedTuple):
    """In this file of the firmware, this text, once, becomes that one."""

    file: str
    text: str
    planted: str


class Defect(NamedTuple):
    """name: what is missing. edits: of the firmware. host: (owner, attribute, what stands there instead). database:
    what is done to the host's before it opens."""

    name: str
    edits: tuple[Edit, ...] = ()
    host: tuple[tuple[Any, str, Any], ...] = ()
    database: Callable[[Path], None] | None = None


reversal = importlib.import_module("host_sim.acquirer.handlers.reversal")  # the package's own name is the handler's
PAYMENTS, SESSION, LINE = "till/link/payments.py", "till/link/session.py", "till/link/line.py"
ASKED = (
    "            answer = await session.ask(messages.row_name(payment), fields)\n"
    "        except (NotSent, NoAnswer) as error:\n"
)


def _never(*_: object, **__: object) -> None:
    """Nothing is done."""


async def _never_asked(*_: object) -> None:
    """No network is asked."""


def _nothing_was_taken(session: Session, request: Any, key: Any) -> standing.Standing:
    return standing.stand(session, request, key)._replace(taken=False)


def _nothing_is_buried(session: Session, request: Any, key: Any) -> standing.Standing:
    return standing.stand(session, request, key)._replace(buried=False)


def _without_keys(database: Path) -> None:
    """The tables of payments and messages anew, without what makes a message one."""
    connection = sqlite3.connect(database)
    try:
        for table in ("message", "payment"):
            made = connection.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC", (table,)
            ).fetchall()
            connection.execute(f"DROP TABLE {table}")
            for (statement,) in made:
                connection.execute(statement.replace("UNIQUE (terminal_id, batch_number, trace, kind)", "CHECK (1)"))
        connection.commit()
    finally:
        connection.close()


def _answered_before_commit(
    store: Store, group: list[Unit], really: Callable[[Store, list[Unit]], None] = Store._commit
) -> None:
    """What is answered becomes durable with the next commit: a crash in between goes back by one."""
    behind = sqlite3.connect(":memory:", check_same_thread=False)
    now = sqlite3.connect(str(store.engine.url.database))
    now.backup(behind)
    now.close()
    store.__dict__["behind"] = behind
    really(store, group)


async def _back_by_one(store: Store, really: Callable[[Store], Any] = Store.crash) -> None:
    await really(store)
    behind = store.__dict__.get("behind")
    if behind is not None:
        disk = sqlite3.connect(str(store.engine.url.database))
        behind.backup(disk)
        disk.close()


DEFECTS = (
    Defect(
        "a payment is sent before its record says so",
        (
            Edit(
                PAYMENTS,
                "        session.book.sending(payment)\n        try:\n" + ASKED,
                "        try:\n" + ASKED + "            session.book.sending(payment)\n",
            ),
            Edit(
                PAYMENTS,
                "        return await take(session, payment, answer, card_step)\n",
                "        session.book.sending(payment)\n"
                "        return await take(session, payment, answer, card_step)\n",
            ),
        ),
    ),
    Defect(
        "an unanswered sale is asked for again",
        (
            Edit(
                PAYMENTS,
                ASKED,
                "            try:\n                answer = await session.ask(messages.row_name(payment), fields)\n"
                "            except NoAnswer:\n                session.open()\n"
                "                answer = await session.ask(messages.row_name(payment), fields)\n"
                "        except (NotSent, NoAnswer) as error:\n",
            ),
        ),
    ),
    Defect(
        "an unanswered sale is not reversed",
        (
            Edit(
                PAYMENTS,
                "    session.book.reversing(payment, reason)\n",
                "    session.book.reversing(payment, reason)\n    session.book.reversed(payment)\n"
                "    return Reversed(reason)\n",
            ),
        ),
    ),
    Defect(
        "a reversal is given up after three tries",
        (
            Edit(
                PAYMENTS,
                "            continue\n    return ReversalPending(reason)",
                "            continue\n    session.book.reversed(payment)\n    return Reversed(reason)",
            ),
        ),
    ),
    Defect(
        "a late approval is honoured",
        (
            Edit(
                LINE,
                "                self._stream.close()  # a late answer must not meet the next question\n",
                "",
            ),
            Edit(
                "till/flows/ask.py",
                "    except Reversed as error:\n",
                "    except Reversed as error:\n"
                "        if await till.clock.wait((till.devices.link.received,), 60_000):\n"
                '            payment.rrn, payment.auth_code, payment.response = "0" * 12, "0" * 6, "00"\n'
                '            return "00"\n',
            ),
        ),
    ),
    Defect(
        "nothing is decided when the power comes back",
        (Edit("till/flows/boot.py", "done = till.book.recover()", "done = []"),),
    ),
    Defect(
        "an advice gets a new number with every try",
        (
            Edit(
                PAYMENTS,
                "        session.book.sending(payment)  # from here on a byte of it may have left\n",
                "        if payment.sent:\n"
                '            fields[11] = "%06d" % session.book.next_trace()\n'
                "            fields[61] = fields[61][:6] + fields[11] + fields[61][12:]\n"
                "        session.book.sending(payment)\n",
            ),
        ),
    ),
    Defect(
        "an advice is forgotten once it is sent",
        (
            Edit(
                PAYMENTS,
                '        answer = await session.ask("offline", fields, background)\n',
                '        session.book.acked(payment, reply({39: "00"}))\n'
                '        return "00" if await session.ask("offline", fields, background) else None\n',
            ),
        ),
    ),
    Defect(
        "a refund without an answer counts as refused",
        (
            Edit(
                PAYMENTS,
                '            if payment.kind == "refund":\n                raise NoAnswer()\n',
                '            if payment.kind == "refund":\n'
                '                session.book.replied(payment, reply({39: "05"}))\n'
                "                session.book.declined(payment)\n"
                '                return "05"\n',
            ),
        ),
    ),
    Defect(
        "nobody waits for the line, and any answer will do",
        (
            Edit(SESSION, "        await session._lock.acquire()\n", ""),
            Edit(SESSION, "        self._session._lock.release()\n", ""),
            Edit(LINE, "        self._drop_what_is_late()\n        data", "        data"),
            Edit(
                SESSION,
                "[answer.get(n) for n in (11, 41, 42)] != [asked.get(n) for n in (11, 41, 42)]",
                "[answer.get(n) for n in (41, 42)] != [asked.get(n) for n in (41, 42)]",
            ),
        ),
    ),
    Defect(
        "the host has no unique key",
        host=((payments, "stand", _nothing_was_taken), (exactly_once, "find", _never)),
        database=_without_keys,
    ),
    Defect(
        "the host answers before it commits",
        host=((Store, "_commit", _answered_before_commit), (Store, "crash", _back_by_one)),
    ),
    Defect("the host books nothing", host=((concluding, "book", _never),)),
    Defect(
        "the till takes nothing",
        (Edit("till/flows/guard.py", "    if till.book.settling:\n", "    if till.book:\n"),),
    ),
    Defect("the host forgets a reversal that came first", host=((payments, "stand", _nothing_is_buried),)),
    Defect(
        "the network is never asked to take it back",
        host=(
            (reversal, "open_undo", _never), (reversal, "undo_now", _never_asked),
            (concluding, "open_undo", _never), (payments, "undo_now", _never_asked),
        ),
    ),
)  # fmt: skip


@contextmanager
def planted(defect: Defect, folder: Path, whole: Path = FIRMWARE) -> Iterator[Path]:
    """The firmware's folder with the defect in it, a copy under folder of `whole`, whose modules may be byte code; the
    host has it while the context lasts."""
    firmware = whole
    if defect.edits:
        firmware = folder / "planted"
        shutil.rmtree(firmware, ignore_errors=True)
        shutil.copytree(whole, firmware, ignore=shutil.ignore_patterns("__pycache__"))
        for file in {edit.file for edit in defect.edits}:
            (firmware / file).with_suffix(".mpy").unlink(missing_ok=True)
            shutil.copyfile(FIRMWARE / file, firmware / file)
        for edit in defect.edits:
            _edit(firmware / edit.file, edit)
    with ExitStack() as stack:
        for owner, name, value in defect.host:
            stack.enter_context(mock.patch.object(owner, name, value))
        yield firmware


def _edit(path: Path, edit: Edit) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(edit.text) != 1:
        raise ToolError(f"{edit.file} does not hold {edit.text!r} once", "write the defect anew for what it says now")
    path.write_text(text.replace(edit.text, edit.planted), encoding="utf-8")
