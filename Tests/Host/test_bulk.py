"""Many peers at once: from a pattern, from files, and out again as files, as an archive and as a sheet of QR codes."""

import contextlib
import fcntl
import json
import os
import pty
import re
import sqlite3
import stat
import struct
import termios
import zipfile

import pytest

from lab import BINARIES, clean_environment, run
from test_main_job import listed, zbar


def office(lab, subnet="10.8.0.0/16"):
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--subnet", subnet, "--endpoint-host", "vpn.example.org")
    return lab.interface("office")


@pytest.mark.kernel
def test_a_thousand_peers_from_one_command_are_in_the_kernel(lab):
    interface = office(lab)
    made = lab.ctl("peer", "add", "office", "sensor-{nnnn}", "--count", "1000", "--tags", "sensors", "--output", "json").json
    assert [peer["name"] for peer in made] == [f"sensor-{number:04}" for number in range(1, 1001)]
    assert len({peer["allowed_ips"] for peer in made}) == 1000
    assert set(lab.hub.dump(interface)) == {peer["public_key"] for peer in made}
    # One more of them, and none of the others, is refused as a whole.
    refused = lab.ctl(
        "peer", "add", "office", "sensor-{nnnn}", "--count", "3", "--start", "999", "--dry-run", check=False)
    assert refused.code == 4 and "peers[0].name" in refused.stderr and "peers[2]" not in refused.stderr
    assert len(lab.hub.dump(interface)) == 1000


def faults(refused):
    """The places and fields that a refused import names."""
    return [re.match(r"wgpilotctl: (line \d+, \w+):", line)[1] for line in refused.stderr.splitlines()]


def test_a_csv_file_with_faults_makes_nothing_and_without_them_everything(lab):
    interface = office(lab)
    file = lab.folder / "peers.csv"
    file.write_text(
        'name,email,address,tags,mtu\n"Doe, John",john@example.org,10.8.0.77,"a,b",1400\nann,nobody,10.9.0.1,,1\nann,,,,\n')
    refused = lab.ctl("peer", "import", "office", file, check=False)
    assert refused.code == 5
    # What the text says, what the network does not allow, and who is there twice: in one answer, line by line.
    assert faults(refused) == ["line 3, mtu", "line 3, email", "line 3, address", "line 4, name"]
    assert listed(lab) == []
    # The same with a field that not even the program can read.
    file.write_text(file.read_text().replace(",1\n", ",small\n"))
    refused = lab.ctl("peer", "import", "office", file, check=False)
    assert refused.code == 5
    assert faults(refused) == ["line 3, mtu", "line 3, email", "line 3, address", "line 4, name"]
    assert listed(lab) == []
    file.write_text(file.read_text().replace("nobody", "ann@example.org").replace(",small\n", ",1300\n"))
    file.write_text(file.read_text().replace("10.9.0.1", "10.8.0.9").replace("\nann,,", "\nbob,,"))
    assert lab.ctl("peer", "import", "office", file, "--dry-run").code == 0
    assert listed(lab) == []
    lab.ctl("peer", "import", "office", "-", "--format", "csv", input=file.read_text())
    peers = {peer["name"]: peer for peer in listed(lab)}
    assert peers["Doe, John"]["addresses"] == ["10.8.0.77"] and peers["Doe, John"]["tags"] == ["a", "b"]
    assert peers["ann"]["addresses"] == ["10.8.0.9"] and peers["ann"]["mtu"] == 1300
    assert peers["bob"]["addresses"] == ["10.8.0.2"]
    assert set(lab.hub.dump(interface)) == {peer["public_key"] for peer in peers.values()}


def test_what_a_list_prints_makes_the_same_peers_in_another_network(lab):
    office(lab)
    lab.ctl("peer", "add", "office", "p{n}", "--count", "3", "--notes", "kept", "--persistent-keepalive", "0")
    lab.ctl("network", "create", "lab", "--subnet", "10.9.0.0/24")
    file = lab.folder / "peers.json"
    file.write_text(lab.ctl("peer", "list", "office", "--output", "json").stdout)
    lab.ctl("peer", "import", "lab", file)
    for here, there in zip(listed(lab), listed(lab, "lab"), strict=True):
        assert (here["name"], here["public_key"], here["notes"]) == (there["name"], there["public_key"], there["notes"])
        assert there["persistent_keepalive"] == 0 and not there["holds_private_key"]


def test_an_export_has_every_configuration_in_private_files(lab):
    office(lab)
    lab.ctl("peer", "add", "office", "phone {n}", "--count", "3")
    lab.ctl("peer", "add", "office", "phone_1")
    key = run(["wg", "genkey"]).stdout
    lab.ctl("peer", "add", "office", "own key", "--public-key", run(["wg", "pubkey"], input=key).stdout.strip())
    folder, archive, sheet = (lab.folder / name for name in ("configurations", "peers.zip", "sheet.html"))
    told = lab.ctl("peer", "export", "office", "--directory", folder, "--zip", archive, "--sheet", sheet)
    assert "exported 5 peers" in told.stderr and "private key" in told.stderr
    names = ["wgpilot-own_key.conf", "wgpilot-phone_1-2.conf", "wgpilot-phone_1.conf", "wgpilot-phone_2.conf",
             "wgpilot-phone_3.conf"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in [*folder.iterdir(), archive, sheet]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for path in folder.iterdir():
        # Under a name that an interface can have.
        (lab.folder / "strip.conf").write_bytes(path.read_bytes())
        assert "PublicKey" in run(["wg-quick", "strip", lab.folder / "strip.conf"]).stdout
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        assert sorted(opened.namelist()) == names
        assert {name: opened.read(name) for name in names} == {name: (folder / name).read_bytes() for name in names}
        assert all(info.external_attr >> 16 == 0o100600 for info in opened.infolist())
    page = sheet.read_text()
    assert page.count("<svg") == 4 and "own key" not in page


def on_a_terminal(lab, columns, *arguments):
    """What a terminal of so many columns is sent by a command."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execve(BINARIES / "wgpilotctl", ["wgpilotctl", *arguments], clean_environment(WGPILOT_SOCKET=lab.socket))
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            shown += piece
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0, shown
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_hears_what_goes_on_and_gets_lists_that_fit_it(lab):
    office(lab)
    shown = on_a_terminal(lab, 60, "peer", "add", "office", "a-long-name-of-a-sensor-in-the-north-{n}", "--count", "100")
    # The note is gone again before the list comes.
    assert "\r\x1b[Kadding 100 peers…\r\x1b[K" in shown
    # A few are done before anybody could read it.
    assert "adding" not in on_a_terminal(lab, 60, "peer", "add", "office", "p{n}", "--count", "2")
    for command in (["peer", "list", "office"], ["network", "list"], ["audit", "list"]):
        lines = on_a_terminal(lab, 60, *command).splitlines()
        assert len(lines) > 1 and max(map(len, lines)) <= 60, (command, lines[:3])
        # Whoever reads it from a pipe gets everything.
        piped = lab.ctl(*command).stdout.splitlines()
        assert len(piped) == len(lines) and max(map(len, piped)) > 60, command


def test_an_export_leaves_out_whose_configuration_was_shown_once_and_says_so(lab):
    office(lab)
    lab.ctl("peer", "add", "office", "one", "--custody", "once", "--config-file", lab.folder / "one.conf")
    folder, sheet = lab.folder / "configurations", lab.folder / "sheet.html"
    refused = lab.ctl("peer", "export", "office", "--directory", folder, check=False)
    assert refused.code == 7 and "'#1/#1'" in refused.stderr and not folder.exists()
    lab.ctl("peer", "add", "office", "two")
    lab.ctl("peer", "add", "office", "a-long-name")
    told = lab.ctl("peer", "export", "office", "--directory", folder, "--sheet", sheet)
    assert 'left out "one"' in told.stderr and "'#1/#1'" in told.stderr and "exported 2 peers" in told.stderr
    # The names that are given are those that are judged.
    assert "1 of the files has a name that wg-quick does not take" in told.stderr
    names = ["wgpilot-a-long-name.conf", "wgpilot-two.conf"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert run(["wg-quick", "strip", folder / names[0]], check=False).code != 0
    assert run(["wg-quick", "strip", folder / names[1]], check=False).code == 0
    assert sheet.read_text().count("<svg") == 2


def test_the_name_of_a_file_is_judged_by_what_wg_quick_takes(lab):
    office(lab)
    long, short = lab.folder / "a-name-that-is-too-long.conf", lab.folder / "short.conf"
    assert "does not take a-name-that-is-too-long.conf" in lab.ctl(
        "peer", "add", "office", "a-long-name", "--config-file", long).stderr
    for arguments in (["peer", "config", "office/a-long-name"], ["peer", "config", "office/a-long-name", "--file", short],
                      ["peer", "edit", "office/a-long-name", "--notes", "x"]):
        assert "wg-quick" not in lab.ctl(*arguments).stderr, arguments
    assert run(["wg-quick", "strip", short], check=False).code == 0
    assert run(["wg-quick", "strip", long], check=False).code != 0


def test_a_sheet_has_each_peers_own_code_where_an_old_name_is_written_like_a_number(lab):
    office(lab)
    lab.ctl("peer", "add", "office", "a")
    lab.ctl("peer", "add", "office", "b")
    # As a name could be before such names were refused.
    lab.stop_daemon()
    with contextlib.closing(sqlite3.connect(lab.data / "wgpilot.db")) as database, database:
        database.execute("UPDATE peer SET name = '#1' WHERE name = 'b'")
    lab.start_daemon()
    folder = lab.folder / "configurations"
    lab.ctl("peer", "export", "office", "--directory", folder)
    addresses = {path.name: re.search("Address = (.*)", path.read_text())[1] for path in folder.iterdir()}
    assert addresses == {"wgpilot-a.conf": "10.8.0.2/32", "wgpilot-_1.conf": "10.8.0.3/32"}


def test_the_codes_of_a_sheet_are_the_configurations(lab):
    office(lab)
    lab.ctl("peer", "add", "office", "a<b>&{n}", "--count", "2")
    sheet = lab.folder / "sheet.html"
    lab.ctl("peer", "export", "office", "--sheet", sheet)
    codes = re.findall(r"(<svg.*?</svg>)\s*<figcaption>(.*?)</figcaption>", sheet.read_text(), re.DOTALL)
    assert [caption for _, caption in codes] == ["a&lt;b&gt;&amp;1", "a&lt;b&gt;&amp;2"]
    for number, (svg, _) in enumerate(codes, 1):
        picture = lab.folder / f"{number}.pbm"
        picture.write_text(bitmap(svg))
        assert zbar(picture) == lab.ctl("peer", "config", f"office/a<b>&{number}").stdout


def bitmap(svg, scale=4):
    """The modules that the paths of an SVG fill, as a picture that zbarimg reads (pbm(5))."""
    side = int(re.search(r'viewBox="0 0 (\d+) \1"', svg)[1])
    rows = [[0] * side for _ in range(side)]
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        for column in range(int(x), int(x) + int(length)):
            rows[int(y)][column] = 1
    wide = [" ".join(str(cell) for cell in row for _ in range(scale)) for row in rows]
    lines = "\n".join(line for line in wide for _ in range(scale))
    return f"P1\n{side * scale} {side * scale}\n{lines}\n"


@pytest.mark.parametrize("text", ["", "[]", "{", json.dumps([{"name": {}}]), json.dumps([{"name": "a", "colour": 1}])])
def test_a_file_that_is_no_list_of_peers_changes_nothing(lab, text):
    office(lab)
    refused = lab.ctl("peer", "import", "office", "-", "--format", "json", input=text, check=False)
    assert refused.code == 5 and refused.stderr.startswith("wgpilotctl: ")
    assert listed(lab) == []
