# What a release image freezes; MicroPython's makemanifest.py reads it. board: the file in boards/. family: its folder.
SHARED = (
    "board.py", "buses.py", "display.py", "exchanges.py", "machine.py", "rest.py", "secret.py", "service.py",
    "usb_line.py",
)  # fmt: skip
FAMILIES = {
    "rp2": ("flash.py", "overlay.py", "parts.py", "pio_programs.py", "pio_uart.py", "start.py"),
    "esp32": ("flash.py", "parts.py", "start.py"),
}

WITH_RADIO = ("pico2_w", "esp32s3")

options.defaults(board="pico", family="rp2")
include("$(MPY_DIR)/extmod/asyncio")
if options.family == "rp2":
    freeze("$(PORT_DIR)/modules", "rp2.py")
freeze("boards/%s/modules" % options.family, "_boot.py")
package("till")
package("boards", files=("which.py", options.board + ".py"))
package("boards/shared", files=SHARED + (("radio.py",) if options.board in WITH_RADIO else ()))
package("boards/" + options.family, files=FAMILIES[options.family])
for name in (
    "boot.py", "main.py", "crash.py", "replace.py", "update.py", "gate.py", "provision.py", "service.py",
):  # fmt: skip
    module(name)
if options.family == "rp2":
    module("base_set.py", base_path="$(BASE_SET)")  # which modules these are: tools/image writes it
