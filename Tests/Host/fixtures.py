"""Fixtures of the tiers that run the real programs: the host tier, the kernel tier and the fault tier."""

import os
import subprocess

import pytest

from lab import Lab, clean_environment

REQUIRED = os.environ.get("WGPILOT_CI") == "1"


def pytest_configure(config):
    config.addinivalue_line("markers", "kernel: also runs in the virtual machine, against the kernel's WireGuard")
    # Namespaces and devices need root. Saying so once beats a hundred failures.
    if os.geteuid() != 0:
        raise pytest.UsageError("these tests make network namespaces: run them as root")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    # A skip that nobody expects hides a proof that no longer runs.
    if REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and WGPILOT_CI=1 allows no skip: {reason}"
    if report.when == "call" and report.failed:
        lab = getattr(item, "funcargs", {}).get("lab")
        if lab is not None and lab.log.exists():
            report.sections.append(("wgpilotd", lab.log.read_text(errors="replace")[-20000:]))


@pytest.fixture
def lab():
    made = Lab()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def operators_group():
    """The name of the group that may open the socket, made for the test where the machine has none."""
    name = "wgpilot"
    known = subprocess.run(["getent", "group", name], capture_output=True, check=False).returncode == 0
    if not known:
        subprocess.run(["groupadd", "--system", name], check=True, env=clean_environment())
    yield name
    if not known:
        subprocess.run(["groupdel", name], check=True, env=clean_environment())
