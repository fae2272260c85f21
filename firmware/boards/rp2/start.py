"""Before the till: a developer's modules in place of the frozen ones."""


def prepare():
    from boards.rp2.overlay import use

    return use()
