"""Loads newer modules in place of those of the base image: a developer's set, or an update."""

import sys

MODULES_MOST = 400
_OURS = ("boards", "till")


def load(folder, names, stays=()):
    """Imports modules out of a folder, where each lies with "-" for the dots of its name, under the name of the one
    that it stands for. names: in an order in which each comes behind all that it needs. stays: beginnings of the names
    of modules that are in use already and are kept as they are."""
    for name in list(sys.modules):
        if name.split(".")[0] in _OURS and not [begin for begin in stays if name.startswith(begin)]:
            del sys.modules[name]  # what the start has loaded already may need what is newer
    sys.path.insert(0, folder)
    try:
        for name in names:
            flat = name.replace(".", "-")
            module = __import__(flat)
            sys.modules[name] = module
            del sys.modules[flat]
            package, _, leaf = name.rpartition(".")
            if package:
                __import__(package)
                setattr(sys.modules[package], leaf, module)
    finally:
        sys.path.remove(folder)
