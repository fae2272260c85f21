"""A board at its prompt: flash, entropy and secret, and nothing that would have to be kept going (the watchdog)."""

import os
import time

from boards.rp2.exchanges import Exchanges
from boards.rp2.flash import Partition
from boards.rp2.secret import secret
from till.devices import Devices


def service(partitions):
    exchanges = Exchanges()

    def flash(name):
        first, count = partitions[name]
        return Partition(first, count, exchanges)

    return Devices(flash=flash, entropy=os.urandom, secret=secret(flash("secret"), os.urandom), pause=time.sleep_ms)
