"""What a board hands to the till. A board has no more than this to build; the till knows of nothing else.

clock     drivers/clock.py: ticks_ms(), wait(signals, timeout_ms), sleep_ms(ms), epoch(), local(), set_local(...)
entropy   entropy(count) -> bytes from a source fit for keys
secret    32 bytes that only this board knows: fuses, or the best that the board has (boards/ says which)
display   drivers/ssd1306.py: buffer, width, height, show(first_page, last_page)
keypad    drivers/tca8418.py: pressed (Signal), read() -> name of a key or None
nfc       drivers/pn532.py: start(), wait_card(...), exchange(apdu), release(); None where there is no antenna
contact   drivers/ccid.py: start(), activity (Signal), look(), present, wait_card(...), exchange(apdu), pause(),
          release(), wait_removed(...); None where there is no slot
stripe    drivers/stripe.py: activity (Signal), read() -> Swipe or None, clear(); None where there is no head
scanner   drivers/scanner.py: activity (Signal), read() -> Code or None, clear(); None where there is no scanner
printer   drivers/escpos.py: print(lines), cut(), ready()
link      a stream to the host: open(), is_open(), write(data) -> count, any(), readinto(view) -> count,
          close(), received (Signal), closed (Signal: the other side or the network ended it); over a radio aim(address,
          port) says where the host is
flash     flash(partition) -> block device of MicroPython's extended protocol; partitions "settings", "journal";
          None where this image has not got that one
exchange_over  Signal, set while no UART exchange is open: only then may flash be written
wifi      boards/shared/radio.py: scan(), join(name, password), status(), strength(); None where there is no radio
date      date(year, month, day, hour, minute, second) in UTC: sets the port's own clock, by which TLS judges
          certificates; None where that is right by itself
has       names of what this board has beyond that: "tls"
buzzer, green, red   pins: drive(level)
reset     reset(): restarts the board

What the start adds (main.py): crashes, the CrashLog; slots, where an update is put, () on a board without; running,
index of the slot that the till runs from, or None; board, its name; base(), identity of the base image.
"""


class Devices:
    reset = note = None  # note(name, value): only where a rig listens

    def __init__(self, **devices):
        self.add(**devices)

    def add(self, **devices):
        for name in devices:
            setattr(self, name, devices[name])
