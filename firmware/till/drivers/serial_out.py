"""Writing all of a buffer to a UART whose output queue may be full."""

from micropython import const

_STALLS = const(500)  # so many milliseconds without a byte taken, and the line is dead


async def write_all(uart, clock, data):
    """Write data (bytes or memoryview) to uart, waiting where its queue is full. OSError(110) when it stays full."""
    sent = uart.write(data)
    if sent == len(data):
        return
    view = memoryview(data)
    stalls = 0
    while sent < len(data):
        count = uart.write(view[sent:])
        if count:
            sent += count
            stalls = 0
            continue
        stalls += 1
        if stalls > _STALLS:
            raise OSError(110)
        await clock.sleep_ms(1)
