"""`GET /metrics` as collectors read it: by Prometheus' own parsers, with names that would break a careless writer."""

import json
import re
import shutil
import subprocess

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as classic

from gateway import Gateway, get, open_socket, token
from lab import REPOSITORY, RealClient, wait_until

HOSTILE = [
    'quote " and \\ backslash', '\\', '"', '{}=,# EOF', '} 1', "\\n is no line break", "🐉 drache", "עברית שם",
    "# HELP x y", "a" * 60, "tab-free  double  space",
]
OPENMETRICS = "application/openmetrics-text; version=1.0.0"
PROMTOOL = REPOSITORY / ".build-tools/promtool"
DEAD_PROXY = {"X-Forwarded-For": "192.0.2.77"}


@pytest.fixture(scope="module")
def served():
    from lab import Lab

    lab = Lab()
    try:
        lab.start_daemon(config='gateway_user: "64006"\n')
        lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24", "--subnet6", "fd00:8::/64", "--listen-port",
                "51820")
        lab.ctl("network", "create", "sites", "--mode", "site-to-site", "--subnet", "10.9.0.0/24")
        lab.ctl("network", "create", "off", "--subnet", "10.10.0.0/24")
        lab.ctl("network", "disable", "off")
        lab.ctl("peer", "add", "sites", "berlin", "--role", "site-gateway", "--site-networks",
                "192.168.5.0/24,192.168.6.0/24")
        for name in HOSTILE:
            lab.ctl("peer", "add", "office", "--", name)
        lab.ctl("peer", "add", "office", "asleep")
        lab.ctl("peer", "disable", "office/asleep")
        lab.ctl("peer", "add", "office", "guest", "--expires", "2h")
        lab.ctl("peer", "add", "office", "laptop")
        file = lab.folder / "laptop.conf"
        lab.ctl("peer", "config", "office/laptop", "--file", file)
        client = RealClient(lab, file).up()
        wait_until(lambda: client.ping("10.8.0.1"), 15, "the client reaches the hub")
        lab.viewer = token(lab)
        lab.gateway = Gateway(lab).start()
        yield lab
    finally:
        lab.close()


def scrape(lab, accept=None, **options):
    status, headers, body = get(
        lab, "/metrics", options.pop("token", lab.viewer), {"Accept": accept} if accept else {}, **options)
    assert status == 200, body
    return headers, body.decode()


def samples(text, parse=classic):
    """Every sample: {name: [(labels, value)]}."""
    found = {}
    for family in parse(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def listed(lab, network):
    return {peer["name"]: peer for peer in lab.ctl("peer", "list", network, "--output", "json").json}


def test_both_formats_are_read_by_the_parsers_of_prometheus_and_say_the_same(served):
    headers, text = scrape(served)
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    old = samples(text)
    headers, text = scrape(served, OPENMETRICS)
    assert headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert text.endswith("\n# EOF\n") and text.count("# EOF\n") == 1
    new = samples(text, openmetrics)
    assert set(old) == set(new)
    for name in old:
        if name.startswith("wireguard_") and "delay" not in name and "bytes" not in name:
            assert old[name] == new[name]


def test_every_name_comes_out_as_it_went_in(served):
    peers = listed(served, "office")
    for parse, accept in ((classic, None), (openmetrics, OPENMETRICS)):
        found = samples(scrape(served, accept)[1], parse)
        for name, label in (("wireguard_peer_info", "name"), ("wireguard_sent_bytes_total", "friendly_name")):
            names = {labels["public_key"]: labels[label] for labels, _ in found[name]}
            for peer in HOSTILE:
                assert names[peers[peer]["public_key"]] == peer


def test_the_figures_are_those_of_wg(served):
    laptop = listed(served, "office")["laptop"]["public_key"]
    dump = served.hub.dump(served.interface("office"))[laptop]
    found = samples(scrape(served)[1])

    def of(name, key=laptop):
        return next((labels, value) for labels, value in found[name] if labels["public_key"] == key)

    labels, sent = of("wireguard_sent_bytes_total")
    assert labels["interface"] == served.interface("office")
    assert labels["allowed_ips"] == ",".join(sorted(dump["allowed_ips"], key=lambda block: ":" in block))
    assert labels["remote_ip"] == dump["endpoint"].rsplit(":", 1)[0]
    assert sent >= dump["sent"] > 0 and of("wireguard_peer_transmit_bytes_total")[1] == sent
    assert of("wireguard_received_bytes_total")[1] >= dump["received"] > 0
    assert of("wireguard_latest_handshake_seconds")[1] == of("wireguard_peer_last_handshake_seconds")[1]
    # A handshake may have been made between the two.
    assert 0 <= of("wireguard_latest_handshake_seconds")[1] - dump["handshake"] <= 200
    assert 0 <= of("wireguard_latest_handshake_delay_seconds")[1] < 200
    assert of("wireguard_peer_info")[0]["endpoint"] == dump["endpoint"]
    # One that never came: zero where others have zero, no age, no address.
    key = listed(served, "office")["🐉 drache"]["public_key"]
    assert of("wireguard_latest_handshake_seconds", key)[1] == 0
    assert "remote_ip" not in of("wireguard_latest_handshake_seconds", key)[0]
    assert all(labels["public_key"] != key for labels, _ in found["wireguard_latest_handshake_delay_seconds"])
    # What is routed to a site, block by block.
    berlin = listed(served, "sites")["berlin"]
    blocks = {
        labels["allowed_ips"]: labels["family"] for labels, _ in found["wireguard_peer_allowed_ips_info"]
        if labels["public_key"] == berlin["public_key"]}
    assert set(blocks) == set(served.hub.dump(served.interface("sites"))[berlin["public_key"]]["allowed_ips"])
    assert set(blocks.values()) == {"IPv4"}


def test_the_hub_is_told_as_it_is(served):
    found = samples(scrape(served)[1])
    one = {name: values[0][1] for name, values in found.items() if len(values) == 1}
    assert one["wgpilot_daemon_up"] == 1 and one["wgpilot_networks"] == 3
    assert one["wgpilot_pending_changes"] == 0 and one["wgpilot_foreign_interfaces"] == 0

    def by(name, *labels):
        return {tuple(found_labels[label] for label in labels): value for found_labels, value in found[name]}

    peers = by("wgpilot_peers", "network", "state")
    assert peers["office", "online"] == 1 and peers["office", "disabled"] == 1
    assert peers["office", "offline"] == len(HOSTILE) + 1 and peers["office", "expired"] == 0
    assert by("wgpilot_network_enabled", "network") == {("office",): 1, ("sites",): 1, ("off",): 0}
    assert by("wgpilot_network_up", "network")["office",] == 1
    assert by("wgpilot_network_info", "network", "mode")["sites", "site-to-site"] == 1
    assert {labels["device"] for labels, _ in found["wireguard_device_info"]} >= {served.interface("office")}
    (expiry,) = found["wgpilot_peer_expiry_timestamp_seconds"]
    assert expiry[0]["friendly_name"] == "guest"
    asleep = listed(served, "office")["asleep"]["public_key"]
    assert all(labels["public_key"] != asleep for labels, _ in found["wireguard_sent_bytes_total"])


def test_the_gateways_own_work_is_counted_by_route(served):
    def count():
        found = samples(scrape(served)[1])
        return {
            labels["status"]: value for labels, value in found["wgpilot_http_requests_total"]
            if labels["route"] == "/metrics"}, found

    before, _ = count()
    assert get(served, "/metrics")[0] == 401
    get(served, "/no/such/path")
    after, found = count()
    assert after["200"] == before["200"] + 1 and after["401"] == before.get("401", 0) + 1
    routes = {labels["route"] for labels, _ in found["wgpilot_http_requests_total"]}
    assert all(route == "none" or route.startswith("/") for route in routes) and "/no/such/path" not in routes
    for labels, value in found["wgpilot_http_request_duration_seconds_bucket"]:
        if labels["le"] == "+Inf":
            counts = [
                number for key, number in found["wgpilot_http_request_duration_seconds_count"]
                if key == {name: text for name, text in labels.items() if name != "le"}]
            assert counts == [value]


def test_promtool_finds_nothing_to_complain_of_in_ours(served):
    if not PROMTOOL.exists():
        pytest.skip("promtool is missing: scripts/install-dependencies --test")
    text = scrape(served)[1]
    result = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    # The other exporters' names are as they are.
    ours = [line for line in (result.stdout + result.stderr).splitlines() if not line.startswith("wireguard_")]
    assert ours == []
    rules = subprocess.run(
        [PROMTOOL, "check", "rules", REPOSITORY / "docs/alerts.yaml"], capture_output=True, text=True, check=False)
    assert rules.returncode == 0, rules.stdout + rules.stderr


def test_dashboard_and_rules_use_metrics_and_labels_that_a_scrape_has(served):
    # One of everything: a refusal, and an error of the daemon's.
    text = scrape(served)[1]
    families = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    known = families | {f"{name}{suffix}" for name in families for suffix in ("_bucket", "_count", "_sum")}
    labels = {"instance", "job", "le"}
    for line in text.splitlines():
        labels |= set(re.findall(r'(\w+)="', re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)))
    dashboard = json.loads((REPOSITORY / "docs/grafana-dashboard.json").read_text())
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(expressions) > 20
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    rules = (REPOSITORY / "docs/alerts.yaml").read_text()
    for expression in [*expressions, rules]:
        names = set(re.findall(r"\b(?:wireguard|wgpilot|process)_\w+", expression))
        assert names and names <= known, names - known
        for matchers in re.findall(r"\{([^{}$]*(?:\$\w+[^{}]*)*)\}", expression):
            used = set(re.findall(r"(\w+)\s*(?:=~|!=|=)", matchers))
            assert used <= labels | {"route", "status", "result", "state", "mode", "code"}, used - labels


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wgp_" + "x" * 43}, {"Authorization": "Basic eDp5"}])
def test_who_shows_nothing_good_sees_nothing(served, headers):
    status, _, body = get(served, "/metrics", headers=headers)
    assert status == 401
    assert b"wireguard_" not in body and b"wgpilot_" not in body


def test_a_token_that_is_revoked_is_worth_nothing_at_once(served):
    secret = token(served, name="short")
    scrape(served, token=secret)
    served.ctl("token", "revoke", "short", "--yes")
    assert get(served, "/metrics", secret)[0] == 401


def test_allowed_addresses_need_show_nothing_and_others_still_do(lab):
    lab.start_daemon(config='gateway_user: "64006"\n')
    lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24")
    path = lab.folder / "metrics.token"
    path.write_text(token(lab, name="metrics") + "\n")
    path.chmod(0o640)
    shutil.chown(path, 0, 64006)
    gateway = Gateway(lab, metrics_allow=["127.0.0.1", "2001:db8::/64"], metrics_token_file=str(path)).start()
    status, _, body = get(lab, "/metrics")
    assert status == 200 and b'wgpilot_networks 1\n' in body
    assert get(lab, "/metrics", host="192.0.2.1")[0] == 401, "another address of this machine"
    assert get(lab, "/metrics", headers=DEAD_PROXY)[0] == 401, "what a proxy passed on has no address"
    assert get(lab, "/metrics", "wgp_" + "x" * 43)[0] == 401, "who shows a token is served with that one"

    # While the daemon is away its scrapers are told so, and nobody is told anything else.
    lab.stop_daemon()
    status, _, body = get(lab, "/metrics")
    assert status == 200 and samples(body.decode())["wgpilot_daemon_up"][0][1] == 0
    assert b"wireguard_" not in body
    assert get(lab, "/metrics", host="192.0.2.1")[0] == 401
    assert get(lab, "/metrics", "wgp_" + "x" * 43)[0] == 503
    lab.start_daemon(config='gateway_user: "64006"\n')
    open_socket(lab)
    assert b"wgpilot_daemon_up 1\n" in get(lab, "/metrics")[2]
    gateway.stop()


@pytest.mark.parametrize("keys, complaint", [
    ({"metrics_allow": ["127.0.0.1"]}, "metrics_allow needs metrics_token_file"),
    ({"metrics_token_file": "TOKEN"}, "metrics_token_file needs metrics_allow"),
    ({"metrics_allow": ["localhost"], "metrics_token_file": "TOKEN"}, "metrics_allow"),
    ({"metrics_allow": ["10.0.0.1/8"], "metrics_token_file": "TOKEN"}, "metrics_allow"),
    ({"metrics_allow": ["10.0.0.0/8"], "metrics_token_file": "OPEN"}, "everybody"),
    ({"metrics_allow": ["10.0.0.0/8"], "metrics_token_file": "EMPTY"}, "one API token"),
    ({"metrics_allow": ["10.0.0.0/8"], "metrics_token_file": "/dev/zero"}, "no file"),
    ({"metrics_allow": ["10.0.0.0/8"], "metrics_token_file": "/no/such"}, "cannot be read"),
])
def test_a_configuration_that_would_not_work_is_refused_and_tells_no_token(tmp_path, keys, complaint):
    secret = "wgp_" + "s" * 43
    for name, text, mode in (("TOKEN", secret, 0o600), ("OPEN", secret, 0o644), ("EMPTY", f"{secret} {secret}", 0o600)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(mode)
    keys = {
        key: str(tmp_path / value) if isinstance(value, str) and value.isupper() else value
        for key, value in keys.items()}
    path = tmp_path / "gateway.yaml"
    path.write_text(json.dumps(keys))
    from lab import BINARIES

    result = subprocess.run(
        [BINARIES / "wgpilot-gateway", "--config", path, "--check-config"], capture_output=True, text=True, check=False)
    assert result.returncode == 78 and complaint in result.stderr
    assert secret not in result.stdout + result.stderr

