# pyright: reportUndefinedVariable=false, reportCallIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
"""UART in PIO, 8N1, eight cycles a bit. Source: RP2040 datasheet 3.6.3 (UART TX) and 3.6.4 (UART RX).

The names that the programs use are PIO's own: the decorator gives them to the assembler.
"""

import rp2
from rp2 import PIO


# fmt: off
@rp2.asm_pio(in_shiftdir=PIO.SHIFT_RIGHT, fifo_join=PIO.JOIN_RX)
def receive():
    wrap_target()
    label("start")
    wait(0, pin, 0)              # the start bit falls
    set(x, 7)            [10]    # to the middle of bit 0
    label("bit")
    in_(pins, 1)
    jmp(x_dec, "bit")    [6]
    jmp(pin, "stopped")
    wait(1, pin, 0)              # a break or noise: until the line is idle again
    jmp("start")
    label("stopped")
    push(noblock)
    wrap()


@rp2.asm_pio(sideset_init=PIO.OUT_HIGH, out_init=PIO.OUT_HIGH, out_shiftdir=PIO.SHIFT_RIGHT, fifo_join=PIO.JOIN_TX)
def transmit():
    wrap_target()
    pull(block)          .side(1)  [7]   # the stop bit, and idle
    set(x, 7)            .side(0)  [7]   # the start bit
    label("bit")
    out(pins, 1)                   [6]
    jmp(x_dec, "bit")
    wrap()
# fmt: on
