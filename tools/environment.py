"""Makes .venv and installs what one purpose needs: `python3 tools/environment.py run|test|check|pcsc|board|...`.

Runs on the system's Python before anything is installed, so it imports nothing but the standard library and keeps to
syntax that an old Python can read, to be able to say that it is too old. Safe to run twice, or twice at once.
"""

import fcntl
import hashlib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
TYPINGS = ("typings.txt", "typings-rp2.txt", "typings-pico2_w.txt", "typings-esp32.txt")
REQUIREMENTS = {
    "run": ("run.txt",),
    "test": ("run.txt", "reconcile.txt", "board.txt", "test.txt"),
    "check": ("run.txt", "reconcile.txt", "board.txt", "test.txt", "check.txt", *TYPINGS),
    "board": ("run.txt", "board.txt"),
    "pcsc": ("run.txt", "pcsc.txt"),
    "reconcile": ("run.txt", "reconcile.txt"),
    "spark": ("run.txt", "reconcile.txt", "board.txt", "test.txt", "spark.txt"),
}


def stop(what, do_next):
    """One line on what is wrong and one on what to do; exit status 1."""
    sys.stderr.write("%s\n  next: %s\n" % (what, do_next))
    sys.exit(1)


def require_python():
    """The running Python must be new enough and able to make environments."""
    if sys.version_info < OLDEST:
        stop(
            "Python %d.%d is too old: picotill needs %d.%d or newer" % (sys.version_info[:2] + OLDEST),
            "install it (Debian: apt-get install python3 python3-venv) or name another: make PYTHON=python3.12 ...",
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop(
            "this Python has no venv module: %s" % sys.executable,
            "Debian: apt-get install python3-venv; or name another Python: make PYTHON=python3.12 ...",
        )


def digest(purpose):
    """Changes when anything that this purpose installs changes, or the folder has moved."""
    total = hashlib.sha256(ROOT.encode())
    for name in tuple(os.path.join("requirements", name) for name in REQUIREMENTS[purpose]) + ("pyproject.toml",):
        with open(os.path.join(ROOT, name), "rb") as source:
            total.update(source.read())
    return total.hexdigest()


def run(command, log, what):
    """Run a command quietly; what it said goes to the log, and to the screen when it fails."""
    with open(log, "w+b") as output:
        environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONDONTWRITEBYTECODE="1")
        status = subprocess.call(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
        if status:
            output.seek(0)
            sys.stderr.write(output.read().decode("utf-8", "replace")[-3000:])
            stop(
                "%s failed (all of it: %s)" % (what, os.path.relpath(log, ROOT)),
                "check the network and the free space, then run the same make again",
            )


def works():
    """True when .venv has a Python that starts and has pip: an interrupted start leaves less."""
    command = [PYTHON, "-c", "import sys, pip; sys.exit(sys.version_info < (%d, %d))" % OLDEST]
    return os.path.exists(PYTHON) and subprocess.call(command, stderr=subprocess.DEVNULL) == 0


def install(purpose):
    """Bring .venv up to what the purpose needs; nothing when it is already there."""
    stamp = os.path.join(VENV, "picotill-" + purpose)
    wanted = digest(purpose)
    usable = works()
    if usable and os.path.exists(stamp):
        with open(stamp) as source:
            if source.read() == wanted:
                return
    require_python()
    if not usable:
        print("making .venv with Python %d.%d.%d" % sys.version_info[:3], flush=True)
        run([sys.executable, "-m", "venv", "--clear", VENV], os.path.join(ROOT, "build", "venv.log"), "making .venv")
    pip = [PYTHON, "-m", "pip", "install"]
    log = os.path.join(VENV, "install-%s.log" % purpose)
    listed = "requirements/%s.txt" % purpose
    print("installing %s into .venv ..." % listed, flush=True)
    run(pip + ["-r", listed], log, "installing " + listed)
    run(pip + ["--no-deps", "--no-build-isolation", "-e", "."], log, "installing the picotill command")
    if "typings.txt" in REQUIREMENTS[purpose]:
        for listed in TYPINGS:
            board = listed[: -len(".txt")].partition("-")[2]
            target = "typings/for-" + board if board else "typings"
            listed = "requirements/" + listed
            print("installing %s into %s/ ..." % (listed, target), flush=True)
            run(pip + ["--upgrade", "--no-deps", "--target", target, "-r", listed], log, "installing " + listed)
    with open(stamp, "w") as output:
        output.write(wanted)


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in REQUIREMENTS:
        stop("usage: python3 tools/environment.py %s" % "|".join(REQUIREMENTS), "name one of them")
    os.makedirs(os.path.join(ROOT, "build"), exist_ok=True)
    with open(os.path.join(ROOT, "build", "environment.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(sys.argv[1])


if __name__ == "__main__":
    main()
