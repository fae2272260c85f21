"""A board at its prompt: flash, entropy and secret, and nothing that would have to be kept going (the watchdog)."""

import os
import time

import machine

from boards.shared.exchanges import Exchanges
from boards.shared.secret import secret
from till.devices import Devices


def service(file, Partition):
    """file: the board file. Partition: its family's."""
    partitions = file.PARTITIONS
    exchanges = Exchanges()

    def flash(name):
        if name not in partitions:
            return None
        first, count = partitions[name]
        return Partition(first, count, exchanges)

    return Devices(
        flash=flash, entropy=os.urandom, secret=secret(flash("secret"), os.urandom), pause=time.sleep_ms,
        reset=machine.reset, has=file.HAS,
    )  # fmt: skip
