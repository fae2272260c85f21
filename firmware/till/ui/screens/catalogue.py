"""Finds a screen by its name, so that a flow can say ui.show("processing", ...) and import nothing."""

from till.ui.strings import UiError


def screen(name):
    """The function that draws the screen of that name. A function is returned as it is. UiError for an unknown name."""
    if callable(name):
        return name
    from till.ui.screens import pay, service

    for group in (pay, service):
        found = getattr(group, name, None)
        if callable(found):
            return found
    raise UiError("no screen", name)
