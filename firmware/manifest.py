# What a release image freezes; MicroPython's makemanifest.py reads it. board: the file in boards/.
RP2 = (
    "board.py", "buses.py", "exchanges.py", "flash.py", "overlay.py", "pio_programs.py", "pio_uart.py", "rest.py",
    "secret.py", "service.py",
)  # fmt: skip

options.defaults(board="pico")
include("$(MPY_DIR)/extmod/asyncio")
freeze("$(PORT_DIR)/modules", "rp2.py")
freeze("boards/rp2/modules", "_boot.py")
package("till")
package("boards", files=("which.py", options.board + ".py"))
package("boards/rp2", files=RP2)
for name in ("boot.py", "main.py", "gate.py", "provision.py", "service.py"):
    module(name)
module("base_set.py", base_path="$(BASE_SET)")  # which modules these are: tools/image writes it
