"""The manual pages that are installed with the programs."""

import json
import subprocess

from lab import BINARIES, REPOSITORY


def commands(command, path=()):
    """Every command of a program as its words, from what the program says of itself."""
    path = (*path, command["commandName"])
    yield path
    for inner in command.get("subcommands", []):
        if inner["commandName"] != "help":
            yield from commands(inner, path)


def test_every_command_has_a_page_that_groff_reads_without_complaint(tmp_path):
    command = [REPOSITORY / "scripts/build-man", "--bin", BINARIES, "--output", tmp_path / "man"]
    subprocess.run(command, check=True, capture_output=True)
    for section, program in ((1, "wgpilotctl"), (8, "wgpilotd"), (8, "wgpilot-gateway")):
        described = subprocess.run(
            [BINARIES / program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
        expected = {"-".join(words) for words in commands(json.loads(described)["command"])}
        folder = tmp_path / f"man/man{section}"
        pages = {page.name.removesuffix(f".{section}") for page in folder.iterdir()}
        pages = {page for page in pages if page == program or page.startswith(f"{program}-")}
        assert pages == expected
        for page in pages:
            text = (folder / f"{page}.{section}").read_text()
            seen = subprocess.run(
                ["groff", "-mdoc", "-Tutf8", "-ww", "-z"], input=text, capture_output=True, text=True, check=True)
            assert seen.stderr == "", page
            assert f".Dt {page.upper()} {section}" in text
