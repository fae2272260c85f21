"""Before the till: newer modules than the frozen ones."""


def prepare():
    from boards.rp2.overlay import use

    use()
