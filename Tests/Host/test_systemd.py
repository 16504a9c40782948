"""The unit files in systemd/: that systemd takes them without a word, and that they leave the processes little.

Nothing is installed: the units are copied to a temporary folder, where ExecStart= names a program that exists.
Needs systemd-analyze, systemd-sysusers and systemd-tmpfiles (Debian: systemd), but no running systemd.
"""

import pathlib
import re
import shutil
import stat
import subprocess

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "systemd"
SERVICES = ["wgpilotd.service", "wgpilot-gateway.service"]
UNITS = ["wgpilotd.socket", *SERVICES]
# In tenths, as --threshold= takes it: 2.0 of 10.
MOST_EXPOSURE = 20


def run(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)


def settings(unit):
    """All values of each key of a unit, section by section; a key may stand several times."""
    found = {}
    section = None
    for line in (SOURCE / unit).read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and line[0] not in "#;":
            key, value = line.split("=", 1)
            found.setdefault((section, key), []).append(value)
    return found


@pytest.fixture
def units(tmp_path):
    """The units in a folder of their own, with programs that are there."""
    program = tmp_path / "program"
    shutil.copy("/bin/true", program)
    for unit in UNITS:
        text = (SOURCE / unit).read_text()
        text, count = re.subn(r"(?m)^ExecStart=/usr/bin/(wgpilotd|wgpilot-gateway) ", f"ExecStart={program} ", text)
        assert count == (1 if unit in SERVICES else 0), f"{unit} does not start one of our programs"
        (tmp_path / unit).write_text(text)
    return tmp_path


def test_systemd_has_nothing_to_say_about_the_units(units):
    result = run("systemd-analyze", "verify", "--man=no", *[f"./{unit}" for unit in UNITS], cwd=units)
    assert (result.returncode, result.stdout) == (0, "")


def test_a_misspelt_setting_would_be_noticed(units):
    """Guards the test above: systemd-analyze must read these very files."""
    path = units / "wgpilotd.service"
    path.write_text(path.read_text().replace("ProtectHome=", "ProtectHouse="))
    result = run("systemd-analyze", "verify", "--man=no", "./wgpilotd.service", cwd=units)
    assert "ProtectHouse" in result.stdout


@pytest.mark.parametrize("unit", SERVICES)
def test_the_exposure_is_low(units, unit):
    result = run(
        "systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={MOST_EXPOSURE}", f"./{unit}",
        cwd=units)
    level = re.search(r"Overall exposure level for \S+: (\d+\.\d)", result.stdout)
    assert level, result.stdout
    assert float(level[1]) * 10 <= MOST_EXPOSURE and result.returncode == 0, result.stdout


def test_the_daemon_has_no_capability_beyond_the_network():
    service = settings("wgpilotd.service")
    assert service["Service", "CapabilityBoundingSet"] == ["CAP_NET_ADMIN CAP_NET_BIND_SERVICE"]


def test_the_gateway_has_no_capability_and_is_not_root():
    service = settings("wgpilot-gateway.service")
    assert service["Service", "CapabilityBoundingSet"] == [""]
    assert service["Service", "AmbientCapabilities"] == [""]
    assert service["Service", "User"] == ["wgpilot-gateway"]


def test_the_gateway_can_neither_take_the_machine_nor_leave_secrets_on_a_disk():
    service = settings("wgpilot-gateway.service")
    bytes_of = {"M": 1 << 20, "G": 1 << 30}
    high, most = [int(text[:-1]) * bytes_of[text[-1]] for key in ("MemoryHigh", "MemoryMax") for text in service["Service", key]]
    # Thousands of browsers that follow, and lists of 50,000 peers, take less than the first; no small machine has less than the last.
    assert 256 << 20 <= high < most <= 1 << 30
    assert service["Service", "MemorySwapMax"] == ["0"] and service["Service", "LimitCORE"] == ["0"]
    assert int(service["Service", "TasksMax"][0]) <= 512
    # The hub's daemon outlives it where memory runs out.
    assert int(service["Service", "OOMScoreAdjust"][0]) > 0
    assert ("Service", "OOMScoreAdjust") not in settings("wgpilotd.service") or int(
        settings("wgpilotd.service")["Service", "OOMScoreAdjust"][0]) <= 0


def test_wireguard_go_outlives_the_daemon():
    service = settings("wgpilotd.service")
    assert service["Service", "KillMode"] == ["process"]
    assert service["Service", "RuntimeDirectory"] == ["wireguard"]
    assert service["Service", "RuntimeDirectoryPreserve"] == ["yes"]


def test_the_socket_is_for_root_and_the_group_alone():
    socket = settings("wgpilotd.socket")
    assert socket["Socket", "ListenStream"] == ["/run/wgpilot.sock"]
    assert socket["Socket", "SocketUser"] == ["root"]
    assert socket["Socket", "SocketGroup"] == ["wgpilot"]
    # The daemon refuses to serve an inherited socket that is wider.
    assert socket["Socket", "SocketMode"] == ["0660"]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "etc").mkdir()
    return tmp_path


def test_sysusers_makes_the_group_and_the_gateways_user(root):
    result = run("systemd-sysusers", f"--root={root}", str(SOURCE / "wgpilot.sysusers.conf"))
    assert result.returncode == 0, result.stdout
    groups = dict(line.split(":", 1) for line in (root / "etc/group").read_text().splitlines())
    assert groups["wgpilot"].split(":")[-1] == "wgpilot-gateway"
    users = dict(line.split(":", 1) for line in (root / "etc/passwd").read_text().splitlines())
    assert users["wgpilot-gateway"].endswith("/usr/sbin/nologin")


def test_tmpfiles_makes_folders_that_only_root_can_enter(root):
    result = run("systemd-tmpfiles", f"--root={root}", "--create", str(SOURCE / "wgpilot.tmpfiles.conf"))
    assert result.returncode == 0, result.stdout
    for folder in ["var/lib/wgpilot", "run/wireguard"]:
        assert stat.S_IMODE((root / folder).stat().st_mode) == 0o700
