"""The one way in which every flow talks to a person: show a screen, wait for a key, ask for something.

Cancel is an exception, so a flow reads as the story of what happens when nobody changes their mind.
"""

from micropython import const

from till.ui import answers
from till.ui.screens.catalogue import screen
from till.ui.screens.service import ITEMS_A_PAGE
from till.ui.strings import Strings

AMOUNT_MS = const(60000)
CONFIRM_MS = const(60000)
DIGITS_MS = const(60000)
PIN_MS = const(30000)
MENU_MS = const(30000)
MESSAGE_MS = const(3000)
RESULT_MS = const(10000)
BEEP_MS = const(80)
MAX_FEN = 999999999999  # 12 digits, as field 4 has them
_MENU_MOST = const(32)


class Cancelled(Exception):
    """The person pressed cancel. No money moved on account of it."""


class TimedOut(Cancelled):
    """Nobody pressed a key in time."""


class Ui:
    """Screen, keys and sound of one till.

    canvas: Canvas. keypad: has pressed (Signal) and read() -> name of a key or None; read until None before a wait.
    clock: has ticks_ms() and wait(signals, timeout_ms). strings: Strings. buzzer: a pin with drive(level), or None.
    """

    def __init__(self, canvas, keypad, clock, strings, buzzer=None):
        self.canvas = canvas
        self.keypad = keypad
        self.clock = clock
        self.strings = self._own = strings
        self.buzzer = buzzer

    def speak(self, language=""):
        """The texts of the screens from here on: a cardholder's language ("zh", "en"), "" for the till's own."""
        self.strings = Strings(language) if language and language != self._own.language else self._own

    def show(self, name, *data, **more):
        """Draw a screen: its name in screens/, or a function (canvas, strings, ...), and what it needs."""
        self.canvas.clear()
        screen(name)(self.canvas, self.strings, *data, **more)
        self.canvas.show()

    async def key(self, timeout_ms=None, extra_signals=()):
        """Wait for a key. Returns its name, or the one of extra_signals that is set, or None after timeout_ms.

        A waiting key comes before a signal. timeout_ms None waits for ever, 0 only looks.
        """
        deadline = None if timeout_ms is None else self.clock.ticks_ms() + timeout_ms
        signals = (self.keypad.pressed,) + tuple(extra_signals)
        while True:
            name = self.keypad.read()
            if name is not None:
                return name
            for signal in extra_signals:
                if signal.is_set():
                    return signal
            left_ms = None if deadline is None else deadline - self.clock.ticks_ms()
            if left_ms is not None and left_ms <= 0:
                return None
            await self.clock.wait(signals, left_ms)

    async def press(self, timeout_ms):
        """Wait for a key and return its name. Cancelled on the cancel key, TimedOut after timeout_ms."""
        name = await self.key(timeout_ms)
        if name is None:
            raise TimedOut("no key in %d ms" % timeout_ms)
        if name == "cancel":
            raise Cancelled("cancel key")
        return name

    async def cancelled(self, timeout_ms, signals):
        """Wait until one of signals is set or the time is over, as long as nobody presses cancel. Cancelled then."""
        if await self.key(timeout_ms, signals) == "cancel":
            raise Cancelled("cancel key")

    async def beep(self, count=1):
        """Sound the buzzer: once for "done" or a refused key, twice for an error."""
        for _ in range(count if self.buzzer else 0):
            self.buzzer.drive(1)
            await self.clock.wait((), BEEP_MS)
            self.buzzer.drive(0)
            await self.clock.wait((), BEEP_MS)

    async def confirm(self, name, *data, timeout_ms=CONFIRM_MS):
        """Show a screen and wait for confirm. Returns True; Cancelled or TimedOut otherwise."""
        self.show(name, *data)
        self._forget_keys()
        while await self.press(timeout_ms) != "confirm":
            pass
        return True

    def _forget_keys(self):
        """What was pressed before a question stood on the screen is no answer to it."""
        while self.keypad.read() is not None:
            pass

    async def ask_amount(self, title_key, initial="", max_fen=MAX_FEN, over_key="over-limit"):
        """Ask for an amount. Returns fen, 1..max_fen. initial: digits typed already, such as the key that began it.

        Digits build fen from the right, "00" adds two, clear takes one back. A digit beyond max_fen is refused
        with the answer over_key.
        """
        typed = int(initial or "0")
        while True:
            self.show("enter_amount", title_key, typed)
            name = await self.press(AMOUNT_MS)
            if name == "clear":
                typed //= 10
            elif name == "confirm":
                if typed:
                    return typed
                await self.message("amount-zero")
            elif name.isdigit():
                longer = typed * 10 ** len(name) + int(name)
                if longer <= max_fen:
                    typed = longer
                else:
                    await self.message(over_key)

    async def ask_digits(self, title_key, prompt_key, most, masked=False, least=1):
        """Ask for least..most digits, a trace number or a password (masked). Returns str."""
        typed = ""
        too_short = False
        while True:
            self.show("enter_digits", title_key, prompt_key, typed, masked, too_short)
            name = await self.press(DIGITS_MS)
            too_short = False
            if name == "clear":
                typed = typed[:-1]
            elif name == "confirm":
                if len(typed) >= least:
                    return typed
                too_short = True
            elif name.isdigit() and len(typed) + len(name) <= most:
                typed += name

    async def ask_pin(self, amount_fen, least=4, most=6, bypass=False, note=""):
        """Ask the cardholder for the PIN. Returns a bytearray of least..most ASCII digits, of none where bypass allows
        that and confirm was pressed at once. note: text in place of the title, such as how many tries are left.

        The screen gets only the number of digits. The caller enciphers the PIN and overwrites it; what was typed
        is overwritten here whatever happens. TimedOut PIN_MS after the last key.
        """
        self._forget_keys()
        titled = (note,) if note else ()
        pin = bytearray(most)
        count = 0
        too_short = False
        try:
            while True:
                self.show("enter_pin", amount_fen, count, too_short, *titled)
                name = await self.press(PIN_MS)
                too_short = False
                if name == "clear":
                    count = max(0, count - 1)
                    pin[count] = 0
                elif name == "confirm":
                    if count >= least or (bypass and not count):
                        return pin[:count]
                    too_short = True
                elif len(name) == 1 and name.isdigit() and count < most:
                    pin[count] = ord(name)
                    count += 1
        finally:
            for i in range(most):
                pin[i] = 0

    async def choose(self, title_key, items):
        """Let one of items (keys of texts) be chosen. Returns its index.

        A digit chooses at once, up and down move the bar, confirm takes what is under it.
        """
        return await self.pick(title_key, [self.strings[key] for key in items])

    async def pick(self, title_key, texts):
        """As choose(), of texts as they are to be shown."""
        if not 0 < len(texts) <= _MENU_MOST:
            raise ValueError("a menu has 1 to %d items" % _MENU_MOST)
        count = len(texts)
        chosen = 0
        while True:
            self.show("menu", self.strings[title_key], texts, chosen)
            name = await self.press(MENU_MS)
            if name == "up":
                chosen = (chosen - 1) % count
            elif name == "down":
                chosen = (chosen + 1) % count
            elif name == "menu":  # turns the page
                chosen = (chosen // ITEMS_A_PAGE + 1) * ITEMS_A_PAGE
                chosen = chosen if chosen < count else 0
            elif name == "confirm":
                return chosen
            elif name.isdigit() and 0 < int(name) <= count:
                return int(name) - 1

    async def message(self, key, timeout_ms=MESSAGE_MS):
        """Show an answer of answers.py for a moment, or until a key. Never raises."""
        self.show_answer(key)
        await self.beep()
        await self.key(timeout_ms)

    async def result(self, key, timeout_ms=RESULT_MS):
        """Show why something did not happen, what to do next and the code, until a key or for timeout_ms."""
        self.show_answer(key)
        await self.beep(2)
        self._forget_keys()
        await self.key(timeout_ms)

    def show_answer(self, key):
        """Show the three parts of an answer of answers.py, and go on."""
        self.show("result", *answers.answer(self.strings.language, key))
