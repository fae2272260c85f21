"""A scripted day of a shop, by a seed: what happens, in which order, with which cards."""

from host_sim.rig.nor import Nor
from tools.torture.chance import Chance
from tools.torture.shop import Card, Shop, key_of
from tools.torture.world import World

SECTORS = 9
BATCHES = 4


class Day:
    """Played once without a cut. history: operations of its flash. log: changes of the world, by operations before."""

    def __init__(self, seed, once=False, sectors=0, batches=BATCHES):
        chance = Chance(seed)
        self.seed, self.once, self.sectors = seed, once, sectors or (4 * SECTORS if once else SECTORS)
        nor = Nor(self.sectors * 4096, chance, once=once)
        nor.history = []
        world = World(nor)
        shop = Shop(nor, world)
        shop.book.open_batch(1)
        for batch in range(batches):
            _batch(shop, chance, batch)
        shop.pay(100, Card(1))
        self.history, self.log, self.erases = nor.history, world.log, nor.erases


def _batch(shop, chance, batch):
    """Sales of all kinds, in an order by chance; then all that waits but a little goes up, and the batch is settled."""
    sold, queued = [], []
    turns = ["sale", "sale", "sale", "decline", "offline", "offline", "offline", "chip", "lost", "abandon", "void",
             "refund", "unknown", "cancel", "drain", "unheard", "idle", "idle"]  # fmt: skip
    for at in range(len(turns) - 1, 5, -1):
        other = 5 + chance.randrange(at - 4)
        turns[at], turns[other] = turns[other], turns[at]
    for turn in turns:
        _turn(shop, chance, turn, sold, queued)
        shop.idle(1 + chance.randrange(2))
    for payment in shop.book.pending_reversals():
        if batch == 1 and key_of(payment) not in shop.world.moved:
            shop.book.unresolved(payment)  # past cut-off
        else:
            shop.reverse(payment)
    for payment in shop.book.to_resend():
        shop.resend(payment)
    if batch % 2:
        shop.drain()
    else:  # what was not sent may wait over the settlement
        for payment in shop.book.offline_queue():
            if payment.sent:
                shop.upload(payment)
    if batch == 2:
        for payment in shop.book.undecided():
            if payment.state == "UNRESOLVED":
                shop.book.resolved(payment)
    shop.settle()
    shop.idle(3)


def _turn(shop, chance, turn, sold, queued):
    amount_fen = 10 * (1 + chance.randrange(5000))
    card = Card(chance.randrange(1000))
    if turn == "sale":
        sold.append(shop.pay(amount_fen, card))
    elif turn == "decline":
        shop.pay(amount_fen + 3, card)
    elif turn == "chip":
        shop.pay(amount_fen, Card(7, "I"))
    elif turn == "offline":
        queued.append(shop.offline(amount_fen + (3 if chance.randrange(5) == 0 else 0), card))
    elif turn == "lost":
        payment = shop.pay(amount_fen, card, lost=("request", "answer")[chance.randrange(2)])
        if chance.randrange(2):
            shop.reverse(payment, unheard=bool(chance.randrange(2)))
    elif turn == "abandon":
        shop.abandon(amount_fen, card)
    elif turn == "void" and sold:
        sale = sold.pop()
        shop.pay(sale.amount_fen, kind="void", original=sale)
    elif turn in ("refund", "unknown") and sold:
        sale = sold.pop(0)
        shop.pay(sale.amount_fen // 20 * 10, kind="refund", original=sale, lost="answer" if turn == "unknown" else None)
    elif turn == "cancel":
        shop.cancel(shop.offline(amount_fen, card))
    elif turn == "drain":
        shop.drain(2)
    elif turn == "unheard":
        for payment in shop.book.offline_queue():
            shop.upload(payment, unheard=True)
            break
    elif turn == "idle":
        shop.idle(2)
