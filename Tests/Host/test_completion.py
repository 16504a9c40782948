"""What a shell offers while somebody types: the names that the daemon has."""

import os
import subprocess

import pytest

from lab import BINARIES, clean_environment

COMPLETE = r"""
source "$1"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \t\n'
read -ra COMP_WORDS <<<"$2"
case "$2" in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_wgpilotctl wgpilotctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
printf '%s\n' "${COMPREPLY[@]}"
"""


def offered(lab, line):
    script = lab.folder / "completion.bash"
    if not script.exists():
        script.write_text(lab.ctl("--generate-completion-script", "bash").stdout)
    shown = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", script, line], text=True, capture_output=True, timeout=30, check=False,
        env={**clean_environment(), "PATH": f"{BINARIES}:{os.environ['PATH']}", "WGPILOT_SOCKET": str(lab.socket)})
    return sorted(word.strip() for word in shown.stdout.splitlines() if word.strip())


def test_names_of_networks_and_peers_are_offered(lab):
    lab.start_daemon()
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24")
    lab.ctl("network", "create", "lab", "--subnet", "10.9.0.0/24")
    lab.ctl("peer", "add", "office", "laptop")
    lab.ctl("peer", "add", "office", "lathe")
    lab.ctl("peer", "add", "office", "phone")
    assert offered(lab, "wgpilotctl network show ") == ["lab", "office"]
    assert offered(lab, "wgpilotctl peer list of") == ["office"]
    assert offered(lab, "wgpilotctl peer show of") == ["office/"]
    assert offered(lab, "wgpilotctl peer show office/la") == ["office/laptop", "office/lathe"]
    assert offered(lab, "wgpilotctl peer show nowhere/") == []


@pytest.mark.parametrize("line", ["wgpilotctl network show ", "wgpilotctl peer show a/"])
def test_without_a_daemon_nothing_is_offered_and_nothing_is_said(lab, line):
    assert offered(lab, line) == []
