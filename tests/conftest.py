"""What every run ends with: seconds by folder, then what could not run and why, as the last lines.

With PICOTILL_WHOLE=1 a test that could not run is a failure, as on the machine that says whether a change may land.
"""

import os
from collections import Counter

import pytest

SAME_REASON_SHOWN = 3


class Ending:
    """Collects durations and skips of a run."""

    def __init__(self):
        self.seconds: Counter[str] = Counter()
        self.skipped: list[tuple[str, str]] = []  # (test, reason)

    def pytest_runtest_logreport(self, report):
        self.seconds["/".join(report.nodeid.split("::")[0].split("/")[:2])] += report.duration
        self._skip(report)

    def pytest_collectreport(self, report):
        self._skip(report)

    def _skip(self, report):
        if report.skipped and not hasattr(report, "wasxfail"):
            where = report.longrepr
            reason = where[2] if isinstance(where, tuple) else str(where)
            self.skipped.append((report.nodeid, reason.removeprefix("Skipped: ")))

    def lines(self):
        """Seconds by folder, slowest first, then the tests that could not run; many with one reason are one line."""
        for folder, seconds in self.seconds.most_common():
            yield f"{seconds:7.1f} s  {folder}"
        reasons = Counter(reason for _, reason in self.skipped)
        told = set()
        for test, reason in self.skipped:
            if reasons[reason] <= SAME_REASON_SHOWN:
                yield f"could not run: {test}: {reason}"
            elif reason not in told:
                told.add(reason)
                yield f"could not run: {test} and {reasons[reason] - 1} more: {reason}"

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session):
        whole = os.environ.get("PICOTILL_WHOLE") and not hasattr(session.config, "workerinput")
        if whole and self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED  # here nothing may be left out
        result = yield
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and not session.config.option.collectonly:
            for line in self.lines():
                reporter.write_line(line)
        return result


def pytest_configure(config):
    config.pluginmanager.register(Ending(), "picotill-ending")


@pytest.fixture(scope="session")
def postgresql():
    """A server of our own, for as long as the tests run. Skips where its programs are not here."""
    from tests.postgresql import programs, serving

    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    with serving(found) as server:
        yield server
