"""`python -m tools.wiring`: the drawings of docs/wiring.md, one for each board, out of its board file.

A drawing shows the board from above with every pad of its two rows, and beside each pad in use what it leads to.
"""

import runpy
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs/pictures"
PITCH, TOP, MIDDLE, HALF = 26, 84, 560, 120
LEADS_TO = {
    "nfc_tx": "contactless reader RX", "nfc_rx": "contactless reader TX",
    "printer_tx": "printer RX", "printer_rx": "printer TX",
    "contact_tx": "contact reader RX", "contact_rx": "contact reader TX",
    "lines_rx": "stripe head TX, scanner TX", "buzzer": "buzzer +",
    "green": "green lamp, 330 ohm", "red": "red lamp, 330 ohm", "developer": "switch to ground",
    "sda": "display SDA, keypad SDA", "scl": "display SCL, keypad SCL", "keypad_int": "keypad INT",
    "lcd_sck": "colour display SCL", "lcd_mosi": "colour display SDA", "lcd_cs": "colour display CS",
    "lcd_dc": "colour display DC", "lcd_reset": "colour display RES",
}  # fmt: skip
COLOURS = {"tx": "#c2571a", "rx": "#2468b4", "bus": "#7a3fa0", "lcd": "#0a7f86", "level": "#3b8132"}
POWER = {"3V3": ("#b3202c", "3.3 V of display, keypad, contactless reader"), "GND": ("#333", "ground")}


class Layout(NamedTuple):
    """name: of the board, for people. left, right: pads from the end with the USB socket on; a number is a GPIO."""

    name: str
    left: tuple[int | str, ...]
    right: tuple[int | str, ...]


LAYOUTS = {
    # Raspberry Pi Pico 2 W datasheet, figure 2; the USB socket is at the top
    "pico2_w": Layout(
        "Raspberry Pi Pico 2 W",
        (0, 1, "GND", 2, 3, 4, 5, "GND", 6, 7, 8, 9, "GND", 10, 11, 12, 13, "GND", 14, 15),
        ("VBUS", "VSYS", "GND", "3V3_EN", "3V3", "VREF", 28, "GND", 27, 26, "RUN", 22, "GND", 21, 20, 19, 18, "GND",
         17, 16),
    ),
    # ESP32-S3-DevKitC-1 user guide, J1 and J3; the USB sockets are at the bottom
    "esp32s3": Layout(
        "ESP32-S3-DevKitC-1",
        ("3V3", "3V3", "RST", 4, 5, 6, 7, 15, 16, 17, 18, 8, 3, 46, 9, 10, 11, 12, 13, 14, "5V", "GND"),
        ("GND", 43, 44, 1, 2, 42, 41, 40, 39, 38, 37, 36, 35, 0, 45, 48, 47, 21, 20, 19, "GND", "GND"),
    ),
}  # fmt: skip


def kind(signal: str) -> str:
    if signal.startswith("lcd_"):
        return "lcd"
    if signal in ("sda", "scl", "keypad_int"):
        return "bus"
    return signal.rpartition("_")[2] if signal.endswith(("_tx", "_rx")) else "level"


def pad(at: int, what: int | str, side: int, signals: dict[int, str]) -> Iterator[str]:
    """One pad, its label on the board, and what it leads to. side: -1 left, 1 right."""
    y, x = TOP + PITCH * at, MIDDLE + side * HALF
    anchor = "start" if side < 0 else "end"
    signal = signals.get(what) if isinstance(what, int) else None
    label = f"GPIO {what}" if isinstance(what, int) else what
    shade = "pin" if signal or what in POWER else "free"
    yield f'<circle cx="{x}" cy="{y}" r="7" class="pad"/>'
    yield f'<text x="{x - side * 14}" y="{y + 4}" class="{shade}" text-anchor="{anchor}">{label}</text>'
    colour, text = POWER.get(what, ("", "")) if isinstance(what, str) else ("", "")
    attributes = ""
    if signal:
        colour, text = COLOURS[kind(signal)], f"{signal}: {LEADS_TO[signal]}"
        attributes = f' data-signal="{signal}" data-gpio="{what}"'
    if text:
        end = x + side * 60
        yield f'<path d="M{x + side * 7} {y} H{end}" stroke="{colour}" class="wire"{attributes}/>'
        anchor = "end" if side < 0 else "start"
        place = f'x="{end + side * 6}" y="{y + 4}" text-anchor="{anchor}"'
        yield f'<text {place} class="to" fill="{colour}">{escape(text)}</text>'


def drawing(name: str) -> str:
    """SVG of one board."""
    layout = LAYOUTS[name]
    pins = runpy.run_path(str(ROOT / f"firmware/boards/{name}.py"))["PINS"]
    signals = {gpio: signal for signal, gpio in pins.items()}
    height = TOP + PITCH * len(layout.left) + 30
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * MIDDLE} {height + 40}" '
        'font-family="DejaVu Sans, Arial, sans-serif">',
        f"<title>Wiring of a till on a {layout.name}</title>",
        "<style>svg { background: #fff } .pad { fill: #e3c567; stroke: #8a7430 } .wire "
        "{ fill: none; stroke-width: 2.5 } .pin { font-size: 11px; fill: #fff } "
        ".free { font-size: 11px; fill: #9fc4b3 } .to { font-size: 12px } "
        ".small { font-size: 11px; fill: #4a5663 }</style>",
        f'<rect x="{MIDDLE - HALF - 14}" y="30" width="{2 * HALF + 28}" height="{height - 40}" rx="14" '
        'fill="#1c6b4a"/>',
        f'<text x="{MIDDLE}" y="56" class="pin" text-anchor="middle">{layout.name}, from above</text>',
    ]
    for at, what in enumerate(layout.left):
        lines += pad(at, what, -1, signals)
    for at, what in enumerate(layout.right):
        lines += pad(at, what, 1, signals)
    lines += [
        f'<text x="{MIDDLE}" y="{height + 18}" class="small" text-anchor="middle">Orange: the board speaks. Blue: it '
        "hears. Purple: I2C, with pull-ups to 3.3 V. Turquoise: the colour display, in place of the OLED.</text>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    for name in LAYOUTS:
        (PICTURES / f"wiring-{name}.svg").write_text(drawing(name))


if __name__ == "__main__":
    main()
