"""Transfer history and sessions of real tunnels: what they tell is what the kernel counted, whatever happens meanwhile."""

import csv
import io
import re

import pytest

from lab import CLIENT_ADDRESS, RealClient, wait_until

HUB = "10.8.0.1"
# Often, so that nobody waits for a minute.
CONFIG = "history_interval: 1\n"


def make_office(lab, *extra):
    lab.ctl("network", "create", "office", "--mode", "gateway", "--subnet", "10.8.0.0/24", "--listen-port", "51820")
    return lab.ctl("peer", "add", "office", "laptop", *extra, "--output", "json").json["public_key"]


def laptop_in_tunnel(lab):
    configuration = lab.folder / "laptop.conf"
    lab.ctl("peer", "config", "office/laptop", "--file", configuration)
    client = RealClient(lab, configuration).up()
    wait_until(lambda: client.ping(HUB), 20, "the laptop reaches the hub")
    return client


def push(client, count=40):
    """Moves some bytes both ways."""
    client.namespace.run("ping", "-n", "-q", "-c", str(count), "-i", "0.02", "-s", "1200", HUB)


def counted(lab, key):
    peer = lab.hub.dump("wg0").get(key, {"received": 0, "sent": 0})
    return peer["received"], peer["sent"]


def told(lab, *target):
    words = ("peer", "history", "office/laptop") if not target else target
    reply = lab.ctl(*words, "--range", "day", "--output", "json").json
    assert reply["received"] == sum(point["received"] for point in reply["points"])
    assert reply["sent"] == sum(point["sent"] for point in reply["points"])
    return reply["received"], reply["sent"]


def agree(lab, key, before=(0, 0)):
    """Waits until the history is what was there before and what the kernel counts, and returns that."""
    def do():
        kernel = counted(lab, key)
        return told(lab) == (before[0] + kernel[0], before[1] + kernel[1])

    wait_until(do, 30, lambda: f"the history is the kernel's: {told(lab)}, {before} and {counted(lab, key)}")
    return told(lab)


@pytest.mark.kernel
def test_the_sum_of_the_history_is_what_the_kernel_counted(lab):
    lab.start_daemon(config=CONFIG)
    key = make_office(lab)
    client = laptop_in_tunnel(lab)
    push(client)
    received, sent = agree(lab, key)
    assert received > 40 * 1200 and sent > 40 * 1200
    assert told(lab, "network", "history", "office") == (received, sent)
    # Bit by bit while it flows: no sum ever runs backwards.
    for _ in range(5):
        push(client, 10)
        now = told(lab)
        assert now[0] >= received and now[1] >= sent
        received, sent = now
    received, sent = agree(lab, key)
    shown = lab.ctl("network", "show", "office", "--output", "json").json["statistics"]
    assert shown["received_packets"] >= 90 and shown["sent_packets"] >= 90
    # The packets inside the tunnel are smaller than those that carry them; the kernel's module counts the latter here too
    # (`update_rx_stats`, drivers/net/wireguard/receive.c).
    assert 90 * 1200 < shown["received_bytes"] <= received
    assert lab.ctl("status", "--output", "json").json["online"] == 1


def test_an_interface_that_is_made_anew_keeps_the_totals(lab):
    lab.start_daemon(config=CONFIG)
    key = make_office(lab)
    client = laptop_in_tunnel(lab)
    push(client)
    before = agree(lab, key)
    lab.hub.run("ip", "link", "delete", "wg0")
    wait_until(lambda: key in lab.hub.dump("wg0"), 20, "the interface is there again")
    wait_until(lambda: client.ping(HUB), 30, "the laptop is back")
    assert told(lab)[0] >= before[0] and told(lab)[1] >= before[1]
    push(client)
    before = agree(lab, key, before)
    # What the hub takes away itself is read before: nothing is lost between two samples.
    push(client)
    last = told(lab), counted(lab, key)
    lab.ctl("network", "disable", "office")
    assert told(lab)[0] >= last[1][0] and told(lab)[0] > before[0]
    before = told(lab)
    assert told(lab, "network", "history", "office") == before
    lab.ctl("network", "enable", "office")
    wait_until(lambda: client.ping(HUB), 30, "the laptop is back")
    agree(lab, key, before)


@pytest.mark.parametrize("end", ["stop_daemon", "kill9"])
def test_what_flows_while_no_daemon_runs_is_not_lost(lab, end):
    lab.start_daemon(config=CONFIG)
    key = make_office(lab)
    client = laptop_in_tunnel(lab)
    push(client)
    before = agree(lab, key)
    getattr(lab, end)()
    push(client)
    lab.start_daemon(config=CONFIG)
    after = agree(lab, key)
    assert after[0] > before[0] + 40 * 1200
    # Once more with nothing in between: nothing is counted twice.
    getattr(lab, end)()
    lab.start_daemon(config=CONFIG)
    assert agree(lab, key)[0] >= after[0]


def test_a_session_has_each_endpoint_and_ends_with_the_peer(lab):
    lab.start_daemon(config=CONFIG)
    key = make_office(lab)
    client = laptop_in_tunnel(lab)
    first = lab.hub.dump("wg0")[key]["endpoint"]
    sessions = lambda: lab.ctl("peer", "sessions", "office/laptop", "--output", "json").json  # noqa: E731
    wait_until(lambda: sessions() and sessions()[0]["endpoints"], 20, "a session is there")
    port = 40_000 if not first.endswith(":40000") else 40_001
    client.namespace.run("wg", "set", client.interface, "listen-port", port)
    wait_until(lambda: client.ping(HUB), 20, "the laptop reaches the hub from its other port")
    push(client)
    wait_until(lambda: len(sessions()[0]["endpoints"]) == 2, 20, "the other endpoint is seen")
    (session,) = sessions()
    assert [each["endpoint"] for each in session["endpoints"]] == [first, f"{CLIENT_ADDRESS}:{port}"]
    assert "ended_at" not in session
    wait_until(lambda: sessions()[0]["received"] == counted(lab, key)[0], 30, "the session has all bytes")
    # It goes on over a restart.
    lab.kill9()
    lab.start_daemon(config=CONFIG)
    push(client, 5)
    wait_until(lambda: sessions()[0]["received"] > session["received"], 20, "the session goes on")
    assert len(sessions()) == 1 and sessions()[0]["started_at"] == session["started_at"]
    lab.ctl("peer", "disable", "office/laptop")
    wait_until(lambda: "ended_at" in sessions()[0], 20, "the session is over")
    (session,) = sessions()
    assert session["seconds"] == session["ended_at"] - session["started_at"] >= 0
    rows = list(csv.DictReader(io.StringIO(lab.ctl("peer", "sessions", "office/laptop", "--csv", "-").stdout)))
    assert len(rows) == 1 and int(rows[0]["received"]) == session["received"]
    assert rows[0]["endpoints"].split() == [each["endpoint"] for each in session["endpoints"]]


def test_the_history_is_drawn_written_and_cleared_away(lab):
    lab.start_daemon(config=CONFIG)
    key = make_office(lab)
    client = laptop_in_tunnel(lab)
    push(client)
    received, sent = agree(lab, key)
    chart = lab.ctl("peer", "history", "office/laptop", "--range", "day").stdout
    assert "received" in chart and "sent" in chart and "█" in chart
    assert max(len(line) for line in chart.splitlines()) <= 80
    for words in (["--range", "week"], ["--range", "month"], ["--range", "year"], ["--from", "2h"],
                  ["--from", "30m", "--granularity", "minute"], ["--range", "year", "--granularity", "month"]):
        reply = lab.ctl("peer", "history", "office/laptop", *words, "--output", "json").json
        assert reply["received"] >= received, words
    file = lab.folder / "traffic.csv"
    lab.ctl("peer", "history", "office/laptop", "--granularity", "hour", "--csv", file)
    assert file.stat().st_mode & 0o777 == 0o600
    with open(file, newline="") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 25 and sum(int(row["received"]) for row in rows) >= received
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00:00Z", row["start"]) for row in rows)

    refused = lab.ctl("peer", "purge-history", "office/laptop", check=False)
    assert refused.code == 2 and told(lab)[0] >= received
    counted_away = lab.ctl("peer", "purge-history", "office/laptop", "--dry-run", "--output", "json").json
    assert counted_away["samples"] > 0 and counted_away["sessions"] == 1 and told(lab)[0] >= received
    lab.ctl("peer", "purge-history", "office/laptop", "--yes")
    assert told(lab)[0] < received
    assert told(lab, "network", "history", "office")[0] >= received
    entries = lab.ctl("audit", "list", "--method", "Peers/PurgeHistory", "--output", "json").json
    assert [entry["target"] for entry in entries] == ["office/laptop"]


def test_what_makes_no_sense_is_refused_with_the_field(lab):
    lab.start_daemon()
    make_office(lab)
    for words, field in (
        (["--range", "eon"], "range"), (["--granularity", "second"], "granularity"),
        (["--from", "2100-01-01"], "from"), (["--from", "1h", "--to", "2h"], "from"),
        (["--range", "year", "--granularity", "minute"], "granularity"), (["--from", "999999999999"], "from"),
    ):
        for target in (["peer", "history", "office/laptop"], ["network", "history", "office"]):
            result = lab.ctl(*target, *words, check=False)
            assert result.code == 5 and field in result.stderr, (words, result.stderr)
    assert lab.ctl("peer", "history", "office/nobody", check=False).code == 3
    assert lab.ctl("peer", "sessions", "office/laptop", "--from", "2100-01-01", check=False).code == 5
    lab.stop_daemon()
    code, text = lab.start_refused_daemon(
        config="history_interval: 0\nhistory_raw_days: 9\nhistory_hourly_days: 3\nsession_days: many\n")
    assert code == 78
    for key in ("history_interval", "history_hourly_days", "session_days"):
        assert key in text, text


def test_a_keepalive_that_somebody_changed_is_shown_repaired_and_told(lab):
    lab.start_daemon()
    key = make_office(lab, "--hub-keepalive", "25")
    assert "every 25 s" in lab.ctl("peer", "list", "office").stdout
    lab.hub.run("wg", "set", "wg0", "peer", key, "persistent-keepalive", "7")
    assert "every 7 s, to be every 25 s" in lab.ctl("peer", "list", "office").stdout
    assert "every 7 s, to be every 25 s" in lab.ctl("peer", "show", "office/laptop").stdout
    shown = lab.ctl("peer", "show", "office/laptop", "--output", "json").json
    assert shown["kernel_keepalive"] == 7 and shown["hub_keepalive"] == 25
    lab.ctl("reconcile")
    assert lab.hub.dump("wg0")[key]["keepalive"] == "25"
    wait_until(
        lambda: any("keepalive 25 s" in str(entry) for entry in lab.ctl(
            "audit", "list", "--method", "System/Reconcile", "--output", "json").json),
        20, "the audit log tells what was repaired")
