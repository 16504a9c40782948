"""The HTTP API of the three running programs: what it answers, whom it refuses, and what malformed and slow clients get."""

import contextlib
import http.client
import json
import re
import socket
import subprocess
import time
from urllib.parse import quote

import pytest

from gateway import PORT, Gateway, inside, open_socket, token
from lab import Lab, wait_until

PASSWORD = "correct horse battery staple"
PEERS = "/api/networks/office/peers"


@pytest.fixture(scope="module")
def served():
    lab = Lab()
    try:
        lab.start_daemon(config='gateway_user: "64006"\n')
        lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24", "--listen-port", "51820")
        lab.ctl("peer", "add", "office", "laptop")
        lab.tokens = {role: token(lab, role, role) for role in ("viewer", "operator", "admin")}
        folder = lab.folder / "web"
        (folder / "assets").mkdir(parents=True)
        (folder / "index.html").write_text("<!doctype html><title>WGPilot</title>")
        (folder / "assets" / "main-7QX2ABCD.js").write_text("export {};" * 100)
        (folder / "assets" / "main-7QX2ABCD.js.gz").write_bytes(b"\x1f\x8b compressed")
        (lab.folder / "secret.txt").write_text("not for the world")
        for path in [lab.folder, *folder.rglob("*"), folder]:
            path.chmod(0o755)
        lab.gateway = Gateway(lab, web_root=str(folder), host_names=["vpn.example.org"], max_connections_per_address=64).start()
        yield lab
    finally:
        lab.close()


class Answer:
    def __init__(self, answer):
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.body = answer.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["error"]["code"]

    @property
    def faults(self):
        return {fault["field"]: fault["message"] for fault in self.json["error"]["fields"]}

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body[:500]!r}"


def ask(lab, method, path, body=None, role="operator", headers=None, cookie=None):
    """One request with the token of a role, or with a cookie."""
    fields = {}
    if role:
        fields["Authorization"] = f"Bearer {lab.tokens[role]}"
    if cookie:
        fields |= {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        fields["Content-Type"] = "application/json"
    fields |= headers or {}
    with inside(lab.hub):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        connection.connect()
    try:
        connection.request(method, path, body, {name: value for name, value in fields.items() if value is not None})
        return Answer(connection.getresponse())
    finally:
        connection.close()


def raw(lab, data, timeout=10, host="127.0.0.1"):
    """What comes back for these bytes until the connection ends."""
    with inside(lab.hub):
        connection = socket.create_connection((host, PORT), timeout=timeout)
    with connection:
        connection.sendall(data)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


# What is answered.


def test_a_peer_goes_through_its_whole_life(served):
    made = ask(served, "POST", PEERS, {"name": "phone", "tags": "home,anna", "email": "anna@example.org"})
    assert made.status == 201, made
    peer = made.json
    assert peer["sync"] == {"pending": False} and peer["tags"] == ["home", "anna"]
    assert peer["allowed_ips"].endswith("/32") and peer["site_networks"] == "" and peer["last_handshake"] == 0
    path = f"/api/networks/{peer['network_id']}/peers/{peer['id']}"
    read = ask(served, "GET", path, role="viewer")
    assert read.status == 200 and read.json["name"] == "phone" and read.headers["etag"] == made.headers["etag"]
    edited = ask(served, "PATCH", path, {"notes": "new", "mtu": 1380}, headers={"If-Match": read.headers["etag"]})
    assert edited.status == 200 and edited.json["mtu"] == 1380, edited
    cleared = ask(served, "PATCH", path, {"mtu": None}, headers={"If-Match": edited.headers["etag"]})
    assert "mtu" not in cleared.json and cleared.json["notes"] == "new"
    assert ask(served, "POST", path + "/disable").json["disabled_reason"] == "operator"
    assert ask(served, "POST", path + "/enable").json["enabled"] is True
    rotated = ask(served, "POST", path + "/rotate", {"return_configuration": True})
    assert rotated.json["public_key"] != peer["public_key"] and "[Interface]" in rotated.json["configuration"]
    gone = ask(served, "DELETE", path)
    assert gone.status == 200 and gone.json["deleted"] is True
    assert ask(served, "GET", path).status == 404


def test_the_configuration_is_a_file_and_a_qr_code_that_a_phone_reads(served, tmp_path):
    path = PEERS + "/laptop"
    file = ask(served, "GET", path + "/config")
    assert file.headers["content-type"] == "text/plain; charset=utf-8"
    assert file.headers["content-disposition"] == 'attachment; filename="wgpilot-laptop.conf"'
    assert file.headers["cache-control"] == "no-store"
    code = ask(served, "GET", path + "/qr")
    assert code.headers["content-type"] == "image/png" and code.body.startswith(b"\x89PNG")
    image = tmp_path / "code.png"
    image.write_bytes(code.body)
    text = subprocess.run(["zbarimg", "--quiet", "--raw", image], capture_output=True, text=True, check=True).stdout
    assert text.strip() == file.body.decode().strip()
    vector = ask(served, "GET", path + "/qr", headers={"Accept": "image/svg+xml"})
    assert vector.headers["content-type"] == "image/svg+xml" and vector.body.startswith(b"<svg")
    assert ask(served, "GET", path + "/qr?format=svg").body == vector.body
    assert ask(served, "GET", path + "/config", role="viewer").status == 403


def test_a_name_of_other_letters_is_a_file_name_for_everybody(served):
    ask(served, "POST", PEERS, {"name": "Büro ☃"})
    file = ask(served, "GET", PEERS + "/B%C3%BCro%20%E2%98%83/config")
    disposition = file.headers["content-disposition"]
    assert disposition.isascii() and re.fullmatch(r'attachment; filename="[!-~]+"(; filename\*=UTF-8\'\'[!-~]+)?', disposition)


def test_a_number_is_always_that_of_the_thing_and_never_a_name(served):
    one = ask(served, "POST", PEERS, {"name": "named"}).json
    other = ask(served, "POST", PEERS, {"name": str(one["id"])}).json
    assert other["id"] != one["id"]
    assert ask(served, "GET", f"{PEERS}/{one['id']}").json["name"] == "named"


def test_lists_page_filter_and_sort(served):
    ask(served, "POST", PEERS + "/batch", {"action": "create", "create": [{"name": f"page-{index}"} for index in range(7)]})
    names, cursor = [], None
    while True:
        query = "?limit=3&filter=page-&sort=name&order=desc" + (f"&cursor={quote(cursor)}" if cursor else "")
        page = ask(served, "GET", PEERS + query).json
        names += [peer["name"] for peer in page["peers"]]
        cursor = page.get("next_cursor")
        if not cursor:
            break
    assert names == [f"page-{index}" for index in range(6, -1, -1)]
    ids = [peer["id"] for peer in ask(served, "GET", PEERS + "?filter=page-").json["peers"]]
    results = ask(served, "POST", PEERS + "/batch", {"action": "delete", "peers": [*ids, 999_999]}).json["results"]
    assert [result["ok"] for result in results] == [True] * 7 + [False]
    assert results[-1]["error"]["code"] == "not_found"


def test_a_dry_run_changes_nothing_and_says_what_would(served):
    before = ask(served, "GET", PEERS).json["peers"]
    told = ask(served, "POST", PEERS + "?dry_run=true", {"name": "maybe"})
    assert told.status == 200 and told.json["change"]["dry_run"] is True and told.json["change"]["plan"], told
    assert [peer["id"] for peer in ask(served, "GET", PEERS).json["peers"]] == [peer["id"] for peer in before]


def test_a_change_is_taken_back_unless_it_is_confirmed(served):
    made = ask(served, "POST", PEERS + "?confirm_within=600", {"name": "trial"})
    assert made.json["change"]["confirm_by"] > time.time()
    assert "confirm_by" in ask(served, "GET", "/api/pending-change", role="viewer").json
    assert ask(served, "POST", "/api/pending-change/undo").status == 200
    assert ask(served, "GET", "/api/pending-change").json == {}
    assert ask(served, "GET", PEERS + "/trial").status == 404


def test_a_repeated_creation_makes_nothing_twice(served):
    key = {"Idempotency-Key": "once-1"}
    first = ask(served, "POST", PEERS, {"name": "once"}, headers=key)
    second = ask(served, "POST", PEERS, {"name": "once"}, headers=key)
    assert first.status == second.status == 201 and first.json["id"] == second.json["id"]
    assert ask(served, "POST", PEERS, {"name": "once"}, headers={"Idempotency-Key": "a b"}).status == 400
    batch = {"action": "disable", "peers": [first.json["id"]]}
    assert ask(served, "POST", PEERS + "/batch", batch, headers={"Idempotency-Key": "a b"}).status == 400
    assert ask(served, "GET", PEERS + "/once").json["enabled"] is True


@pytest.mark.parametrize("path", [PEERS + "/laptop/history", "/api/networks/office/history"])
def test_a_history_is_told_without_a_gap_in_time(served, path):
    for name, days in [("day", 1), ("week", 7), ("month", 30), ("year", 365)]:
        answer = ask(served, "GET", f"{path}?range={name}", role="viewer")
        history = answer.json
        assert answer.status == 200 and set(history) >= {"from", "to", "granularity", "received", "sent", "points"}, answer
        starts = [point["start"] for point in history["points"]]
        assert starts[0] == history["from"] and starts == sorted(set(starts)) and history["to"] > starts[-1]
        assert days * 86400 <= history["to"] - history["from"] < (days + 32) * 86400
        assert history["received"] == sum(point["received"] for point in history["points"])
    now = int(time.time())
    exact = ask(served, "GET", f"{path}?from={now - 7200}&to={now - 3600}&granularity=15min", role="viewer").json
    assert exact["granularity"] == "15min" and 4 <= len(exact["points"]) <= 5


@pytest.mark.parametrize("query, status, fields", [
    ("range=decade", 400, {"range"}), ("granularity=second", 400, {"granularity"}), ("from=-1&to=x", 400, {"from", "to"}),
    ("range=day&range=week", 400, {"range"}), ("step=60", 400, {"step"}), ("from=4102444800", 422, {"from"}),
    ("from=2000&to=1000", 422, {"from"}), ("to=1000", 422, {"from"}), ("range=day&from=1000", 422, {"range"}),
    ("from=0&granularity=minute", 422, {"granularity"})])
def test_a_time_that_no_history_has_is_refused_by_its_field(served, query, status, fields):
    for path in (PEERS + "/laptop/history", "/api/networks/office/history"):
        answer = ask(served, "GET", f"{path}?{query}", role="viewer")
        assert answer.status == status and set(answer.faults) == fields, answer


def test_a_history_is_cleared_away_once_it_is_not_a_rehearsal(served):
    path = PEERS + "/laptop/history"
    told = ask(served, "DELETE", path + "?dry_run=true")
    assert told.status == 200 and told.json["dry_run"] is True
    assert ask(served, "DELETE", path).json == told.json | {"dry_run": False}
    assert ask(served, "GET", PEERS + "/nobody/history").status == 404


def test_sessions_of_a_peer_are_paged_and_their_query_is_checked(served):
    path = PEERS + "/laptop/sessions"
    assert ask(served, "GET", path + "?limit=1", role="viewer").json == {"sessions": []}
    assert set(ask(served, "GET", path + "?limit=0&from=x&after=1").faults) == {"limit", "from", "after"}
    backwards = ask(served, "GET", path + "?from=2000&before=1000")
    assert backwards.status == 422 and set(backwards.faults) == {"before"}, backwards


# Two admins.


def test_an_edit_goes_by_what_was_read_and_overwrites_nobody(served):
    path = PEERS + "/laptop"
    tag = ask(served, "GET", path).headers["etag"]
    assert ask(served, "PATCH", path, {"notes": "a"}).code == "precondition_required"
    assert ask(served, "PATCH", path, {"notes": "a"}, headers={"If-Match": tag}).status == 200
    late = ask(served, "PATCH", path, {"notes": "b"}, headers={"If-Match": tag})
    assert late.status == 412 and late.code == "changed_meanwhile"
    assert ask(served, "GET", path).json["notes"] == "a"
    assert ask(served, "PATCH", path, {"notes": "b"}, headers={"If-Match": '"something else"'}).status == 412
    assert ask(served, "PATCH", path, {"notes": "c"}, headers={"If-Match": "*"}).status == 200


@pytest.mark.parametrize("area", ["networks", "bridges", "rules"])
def test_every_kind_of_thing_that_is_edited_has_a_version(served, area):
    ask(served, "POST", "/api/networks", {"name": "lab", "mode": "gateway", "subnet": "10.77.0.0/24"})
    made = {
        "networks": lambda: ask(served, "GET", "/api/networks/lab"),
        "bridges": lambda: ask(served, "POST", "/api/bridges", {"network_a": "office", "network_b": "lab"}),
        "rules": lambda: ask(served, "POST", "/api/rules", {"network": "office", "action": "deny", "protocol": "tcp"}),
    }[area]()
    path = f"/api/{area}/{made.json['id']}"
    tag = ask(served, "GET", path).headers["etag"]
    change = {"networks": {"mtu": 1400}, "bridges": {"enabled": False}, "rules": {"comment": "x"}}[area]
    assert ask(served, "PATCH", path, change, headers={"If-Match": tag}).status == 200
    assert ask(served, "PATCH", path, change | {}, headers={"If-Match": tag}).status == 412
    late = ask(served, "DELETE", path, headers={"If-Match": tag})
    assert late.status == 412 and late.code == "changed_meanwhile"
    now = ask(served, "GET", path).headers["etag"]
    assert ask(served, "DELETE", path, headers={"If-Match": now}).json["deleted"] is True
    assert ask(served, "DELETE", path, headers={"If-Match": "*"}).status == 404
    if area != "networks":
        ask(served, "DELETE", "/api/networks/lab")


def test_a_peer_is_deleted_by_what_was_read_of_it_or_whatever_it_is(served):
    for name in ("seen", "unseen"):
        assert ask(served, "POST", PEERS, {"name": name}).status == 201
    tag = ask(served, "GET", PEERS + "/seen").headers["etag"]
    edited = ask(served, "PATCH", PEERS + "/seen", {"notes": "x"}, headers={"If-Match": tag})
    for stale in (tag, '"something else"'):
        late = ask(served, "DELETE", PEERS + "/seen", headers={"If-Match": stale})
        assert late.status == 412 and late.code == "changed_meanwhile", late
    assert ask(served, "DELETE", PEERS + "/seen?dry_run=true", headers={"If-Match": tag}).status == 412
    assert ask(served, "DELETE", PEERS + "/seen", headers={"If-Match": edited.headers["etag"]}).status == 200
    assert ask(served, "DELETE", PEERS + "/unseen").status == 200


def test_two_admins_do_not_overwrite_each_other_s_users(served):
    made = ask(served, "POST", "/api/users", {"name": "carl", "role": "viewer", "password": PASSWORD}, role="admin")
    path = f"/api/users/{made.json['id']}"
    assert ask(served, "GET", path, role="admin").headers["etag"] == made.headers["etag"]
    assert ask(served, "PATCH", path, {"email": "c@example.org"}, role="admin").code == "precondition_required"
    tag = made.headers["etag"]
    edited = ask(served, "PATCH", path, {"email": "c@example.org"}, role="admin", headers={"If-Match": tag})
    assert edited.status == 200 and edited.headers["etag"] != tag, edited
    assert ask(served, "PATCH", path, {"role": "admin"}, role="admin", headers={"If-Match": tag}).status == 412
    assert ask(served, "DELETE", path, role="admin", headers={"If-Match": tag}).code == "changed_meanwhile"
    kept = ask(served, "GET", path, role="admin")
    assert kept.json["role"] == "viewer" and kept.json["email"] == "c@example.org"
    # Another password is another version too.
    reset = ask(served, "POST", path + "/password", {"password": PASSWORD + "!"}, role="admin")
    assert reset.headers["etag"] != kept.headers["etag"]
    assert ask(served, "DELETE", path, role="admin", headers={"If-Match": reset.headers["etag"]}).status == 200


# Bad requests.


def test_all_faults_of_a_body_are_told_at_once_and_nothing_is_changed(served):
    body = '{"name": 5, "mtu": "big", "colour": "red", "tags": [1], "mtu": 1400, "created_at": 1}'
    answer = ask(served, "POST", PEERS, body, headers={"Content-Type": "application/json"})
    assert answer.status == 400 and answer.code == "invalid_fields"
    assert set(answer.faults) == {"name", "mtu", "colour", "tags", "created_at"}, answer.faults
    assert answer.json["error"]["request_id"] == answer.headers["x-request-id"]


def test_values_that_the_daemon_refuses_are_told_by_their_fields(served):
    answer = ask(served, "POST", PEERS, {"name": "x", "address": "192.0.2.9", "dns_servers": ["nowhere"]})
    assert answer.status == 422 and {"address", "dns_servers[0]"} & set(answer.faults), answer


@pytest.mark.parametrize("body, status, code", [
    (b"{", 400, "invalid_json"), (b"", 415, "media_type"), (b"[]", 400, "invalid_fields"), (b"null", 400, "invalid_fields"),
    (b'{"name": "\xff"}', 400, "invalid_json"), (b'{"name": "\\ud800"}', 400, "invalid_json"),
    (b'{"name": "a",}', 400, "invalid_json"), (b'{"name": NaN}', 400, "invalid_json"), (b"[" * 5000, 400, "invalid_json"),
    (b'{"name": "a"} {}', 400, "invalid_json"), (b'{"name": "a\\u0000b"}', 400, "invalid_fields"),
    (b'{"name": "' + b"a" * (1 << 20) + b'"}', 413, "body_too_large"),
])
def test_what_is_no_request_is_refused(served, body, status, code):
    headers = {"Content-Type": "application/json"} if body else {}
    answer = ask(served, "POST", PEERS, body, headers=headers)
    assert (answer.status, answer.code) == (status, code), answer


def test_queries_are_as_strict_as_bodies(served):
    answer = ask(served, "GET", PEERS + "?limit=x&limit=3&colour=red&online=yes&order=up")
    assert answer.status == 400 and set(answer.faults) == {"limit", "colour", "online", "order"}, answer
    assert ask(served, "GET", PEERS + "?filter=%ff").code == "invalid_query"


@pytest.mark.parametrize("method, path, status, allow", [
    ("DELETE", "/api/networks", 405, "GET, HEAD, OPTIONS, POST"), ("POST", "/health", 405, "GET, HEAD, OPTIONS"),
    ("TRACE", "/api/networks/1", 405, "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"), ("OPTIONS", "/api/rules", 204, "GET, HEAD, OPTIONS, POST"),
    ("GET", "/api/nothing", 404, None), ("GET", "/nothing.js", 404, None)])
def test_paths_and_methods_that_are_not_there(served, method, path, status, allow):
    answer = ask(served, method, path)
    assert answer.status == status and answer.headers.get("allow") == allow, answer


def test_what_cannot_be_answered_as_wanted_or_read_as_sent(served):
    assert ask(served, "GET", PEERS, headers={"Accept": "text/csv"}).status == 406
    assert ask(served, "GET", PEERS, headers={"Accept": "text/*;q=0.5, */*;q=0.1"}).status == 200
    for kind in ("text/plain", "application/json; charset=latin1", "application/x-www-form-urlencoded"):
        assert ask(served, "POST", PEERS, '{"name": "x"}', headers={"Content-Type": kind}).status == 415


# Who calls.


MATRIX = [
    ("GET", "/api/networks", "viewer"), ("GET", PEERS, "viewer"), ("GET", "/api/status", "viewer"), ("GET", "/api/doctor", "viewer"),
    ("GET", PEERS + "/laptop/history", "viewer"), ("GET", PEERS + "/laptop/sessions", "viewer"), ("GET", "/api/networks/office/history", "viewer"),
    ("DELETE", PEERS + "/laptop/history?dry_run=true", "operator"), ("GET", PEERS + "/laptop/config", "operator"), ("GET", PEERS + "/laptop/qr", "operator"),
    ("POST", PEERS + "?dry_run=true", "operator"), ("GET", "/api/networks/office/links", "operator"),
    ("POST", "/api/reconcile?dry_run=true", "operator"), ("GET", "/api/networks/office/export", "admin"),
    ("GET", "/api/audit", "admin"), ("GET", "/api/tokens", "admin"), ("GET", "/api/users", "admin"),
]


@pytest.mark.parametrize("method, path, least", MATRIX)
def test_each_role_may_what_it_may_and_nobody_else(served, method, path, least):
    ranks = ["viewer", "operator", "admin"]
    body = {"name": "matrix"} if path.startswith(PEERS + "?") else None
    for role in ranks:
        answer = ask(served, method, path, body, role=role)
        assert answer.status == (200 if ranks.index(role) >= ranks.index(least) else 403), (role, answer)
    nobody = ask(served, method, path, body, role=None)
    assert nobody.status == 401 and nobody.headers["www-authenticate"].startswith("Bearer")


def test_a_session_may_what_its_user_may_and_nothing_else(served):
    """The same by the cookie: another way in is not another right."""
    cookies = {}
    for role in ("viewer", "operator", "admin"):
        made = ask(served, "POST", "/api/users", {"name": f"by-{role}", "role": role, "password": PASSWORD}, role="admin")
        assert made.status == 201, made
        begun = ask(served, "POST", "/api/auth/login", {"name": f"by-{role}", "password": PASSWORD}, role=None)
        cookies[role] = begun.headers["set-cookie"].split(";")[0]
    ranks = list(cookies)
    for method, path, least in MATRIX:
        body = {"name": "matrix"} if path.startswith(PEERS + "?") else None
        for role in ranks:
            answer = ask(served, method, path, body, role=None, cookie=cookies[role])
            assert answer.status == (200 if ranks.index(role) >= ranks.index(least) else 403), (method, path, role, answer)
            assert cookies[role].split("=")[1] not in answer.body.decode(errors="replace")
    for cookie in cookies.values():
        assert ask(served, "POST", "/api/auth/logout", role=None, cookie=cookie).status == 204
        assert ask(served, "GET", "/api/networks", role=None, cookie=cookie).status == 401


def test_the_audit_log_is_paged_without_a_gap_and_nothing_twice(served):
    for index in range(5):
        assert ask(served, "POST", PEERS, {"name": f"audited-{index}"}).status == 201
    sequences, cursor, pages = [], None, 0
    while pages < 4:
        page = ask(served, "GET", "/api/audit?limit=3" + (f"&cursor={cursor}" if cursor else ""), role="admin")
        assert page.status == 200 and len(page.json["entries"]) == 3, page
        sequences += [entry["sequence"] for entry in page.json["entries"]]
        cursor, pages = page.json["next_cursor"], pages + 1
        # What is written between two pages moves none of them.
        assert ask(served, "POST", PEERS, {"name": f"between-{pages}"}).status == 201
    assert sequences == list(range(sequences[0], sequences[0] - 12, -1))
    names = [entry["target"] for entry in ask(served, "GET", "/api/audit?limit=200&text=audited-", role="admin").json["entries"]]
    assert len({name for name in names if "audited-" in name}) == 5, names
    assert ask(served, "GET", "/api/audit?cursor=nonsense", role="admin").status in (400, 422)


def operations(served):
    """Each operation of the API's document: method, path with things that are not there, body, least role."""
    document = ask(served, "GET", "/api/openapi.json", role=None).json
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            role = re.fullmatch(r"For the role (\w+) and above\.", operation.get("description", ""))
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
            query = "&".join(f"{each['name']}={quote(str(each['example']))}" for each in operation["parameters"]
                             if each["in"] == "query" and each["required"])
            if path.endswith("/batch"):
                body = {"action": "delete", "peers": [999_999_999]}
            place = re.sub(r"\{\w+\}", "999999999", path)
            yield method.upper(), place + ("?" + query if query else ""), body, role and role[1]


def refusal(served, method, path, body, role):
    """The status and the code of a refusal; of what is let through the status alone, whatever else is wrong with it."""
    fields = {"If-Match": "*"} | ({"Authorization": f"Bearer {served.tokens[role]}"} if role else {})
    if body is not None:
        fields["Content-Type"] = "application/json"
    with inside(served.hub):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        connection.connect()
    with contextlib.closing(connection):
        connection.request(method, path, None if body is None else json.dumps(body), fields)
        answer = connection.getresponse()
        # A stream of events has no end.
        return answer.status, json.loads(answer.read())["error"]["code"] if answer.status >= 400 else None


def test_every_operation_is_refused_to_whoever_has_a_lesser_role_than_its_document_says(served):
    ranks = ["viewer", "operator", "admin"]
    count = 0
    for method, path, body, least in operations(served):
        if least is None:
            continue
        count += 1
        what = f"{method} {path}"
        status, code = refusal(served, method, path, body, None)
        assert (status, code) == (401, "no_session"), what
        for role in ranks:
            status, code = refusal(served, method, path, body, role)
            if ranks.index(role) < ranks.index(least):
                assert (status, code) == (403, "role"), (what, role, status, code)
            else:
                # Of sessions whoever is no admin may see and end the own ones, which a token has none of.
                assert (code != "role" or path.startswith("/api/sessions")) and status != 401, (what, role, status, code)
                assert status < 500, (what, role, status, code)
    assert count > 60


@pytest.mark.parametrize("value", ["Bearer wgp_nonsense", "Bearer ", "Basic YTpi", "wgp_x", "Bearer wgs_" + "a" * 43, "Bearer wgp_a b"])
def test_a_bad_token_is_refused_whatever_is_wrong_with_it(served, value):
    answer = ask(served, "GET", "/api/networks", role=None, headers={"Authorization": value})
    assert answer.status == 401, answer


@pytest.fixture(scope="module")
def user(served):
    made = ask(served, "POST", "/api/users", {"name": "ottilie", "role": "operator", "password": PASSWORD}, role="admin")
    assert made.status == 201, made
    return made.json


def log_in(served, **options):
    answer = ask(served, "POST", "/api/auth/login", {"name": "ottilie", "password": PASSWORD}, role=None, **options)
    assert answer.status == 200, answer
    return answer.headers["set-cookie"]


def test_a_login_sets_a_cookie_that_scripts_and_other_sites_cannot_use(served, user):
    cookie = log_in(served)
    assert re.fullmatch(r"wgpilot=wgs_[\w-]{43}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Strict", cookie), cookie
    me = ask(served, "GET", "/api/auth/me", role=None, cookie=cookie.split(";")[0])
    assert me.json["kind"] == "session" and me.json["name"] == "ottilie" and me.json["role"] == "operator"
    assert "wgs_" not in me.body.decode()


def test_a_session_that_somebody_planted_is_not_gone_on_with(served, user):
    planted = log_in(served).split(";")[0]
    fresh = log_in(served, cookie=planted).split(";")[0]
    assert fresh != planted
    twice = ask(served, "GET", "/api/auth/me", role=None, headers={"Cookie": f"{planted}; {fresh}"})
    assert twice.status == 401


def test_a_logout_ends_the_session_and_takes_the_cookie_back(served, user):
    cookie = log_in(served).split(";")[0]
    out = ask(served, "POST", "/api/auth/logout", role=None, cookie=cookie)
    assert out.status == 204 and out.headers["set-cookie"].startswith("wgpilot=; Path=/; Max-Age=0")
    assert ask(served, "GET", "/api/auth/me", role=None, cookie=cookie).status == 401


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": None, "Origin": "http://evil.example"}, {"Sec-Fetch-Site": None, "Origin": "null"},
    {"Sec-Fetch-Site": None}, {"Sec-Fetch-Site": None, "Origin": f"https://127.0.0.1:{PORT}"},
    {"Sec-Fetch-Site": None, "Origin": "http://127.0.0.1:1"},
])
def test_another_site_cannot_change_anything_in_the_name_of_who_is_logged_in(served, user, headers):
    cookie = log_in(served).split(";")[0]
    answer = ask(served, "POST", PEERS, {"name": "forged"}, role=None, cookie=cookie, headers=headers)
    assert answer.status == 403 and answer.code == "cross_site", answer
    assert ask(served, "GET", PEERS + "/forged").status == 404


def test_the_page_itself_may_and_so_may_a_program_with_a_token(served, user):
    cookie = log_in(served).split(";")[0]
    own = {"Sec-Fetch-Site": None, "Origin": f"http://127.0.0.1:{PORT}"}
    assert ask(served, "POST", PEERS + "?dry_run=true", {"name": "own"}, role=None, cookie=cookie, headers=own).status == 200
    assert ask(served, "POST", PEERS + "?dry_run=true", {"name": "own"}).status == 200


def test_another_site_cannot_log_somebody_in(served, user):
    answer = ask(served, "POST", "/api/auth/login", {"name": "ottilie", "password": PASSWORD}, role=None,
                 headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403 and "set-cookie" not in answer.headers


def test_a_wrong_password_tells_nothing_of_the_user(served, user):
    wrong = ask(served, "POST", "/api/auth/login", {"name": "ottilie", "password": "wrong wrong wrong"}, role=None)
    nobody = ask(served, "POST", "/api/auth/login", {"name": "nobody", "password": "wrong wrong wrong"}, role=None)
    assert wrong.status == nobody.status == 401
    assert (wrong.code, wrong.json["error"]["message"]) == (nobody.code, nobody.json["error"]["message"])


def test_a_link_gives_the_configuration_once_to_who_has_its_secret(served):
    made = ask(served, "POST", PEERS + "/laptop/links", {"lifetime": 600}).json
    assert made["url"] == f"http://127.0.0.1:{PORT}/link#{made['secret']}"
    assert made["secret"] not in ask(served, "GET", "/api/networks/office/links").body.decode()
    # Whoever merely looks at the link takes nothing.
    assert ask(served, "GET", "/link", role=None, headers={"Accept": "text/html"}).status == 200
    taken = ask(served, "POST", "/api/links/redeem", {"secret": made["secret"]}, role=None)
    assert taken.status == 200 and "PrivateKey" in taken.json["configuration"], taken
    assert ask(served, "POST", "/api/links/redeem", {"secret": made["secret"]}, role=None).status in (401, 404)
    log = served.gateway.log.read_text()
    assert made["secret"] not in log and served.tokens["operator"] not in log and PASSWORD not in log


def test_the_log_of_requests_has_no_secret_wherever_somebody_has_put_it(served, user):
    cookie = log_in(served).split(";")[0]
    secret = cookie.split("=")[1]
    pasted = "wgp_" + "pasted" * 7 + "x"
    assert ask(served, "GET", "/api/networks", role=None, cookie=cookie).status == 200
    assert ask(served, "GET", f"/api/networks?secret={pasted}", role=None, cookie=cookie).status == 400
    assert ask(served, "DELETE", f"/api/tokens/{pasted}", role="admin").status == 404
    assert ask(served, "GET", f"/api/nothing/{pasted}", role="admin").status == 404
    assert ask(served, "GET", "/api/networks", role=None, headers={"Authorization": f"Bearer {pasted}"}).status == 401
    logs = served.gateway.log.read_text() + served.daemon_log()
    assert "/api/tokens/-" in logs
    for text in (secret, pasted, served.tokens["operator"], served.tokens["admin"], PASSWORD):
        assert text not in logs, text[:4]


# What browsers are told, and what hostile clients get.


@pytest.mark.parametrize("path, role", [("/api/networks", "viewer"), ("/api/nothing", None), ("/health", None), ("/", None)])
def test_every_answer_says_what_a_browser_must_not_do_with_it(served, path, role):
    headers = ask(served, "GET", path, role=role).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"] and "http:" not in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"] and len(headers["x-request-id"]) == 16
    assert headers["cache-control"] == ("no-cache" if path == "/" else "no-store")
    assert "access-control-allow-origin" not in headers and "strict-transport-security" not in headers


def test_a_request_id_from_outside_is_not_taken(served):
    assert ask(served, "GET", "/health", headers={"X-Request-Id": "mine"}).headers["x-request-id"] != "mine"


@pytest.mark.parametrize("host, status", [
    ("vpn.example.org", 200), ("VPN.example.org:443", 200), ("localhost", 200), ("127.0.0.1:9", 200), ("evil.example", 421),
    ("vpn.example.org.evil.example", 421), ("vpn.example.org@evil.example", 421), ("", 400), ("192.0.2.77", 421)])
def test_a_host_name_that_is_not_ours_is_not_served(served, host, status):
    answer = ask(served, "GET", "/health", headers={"Host": host})
    assert answer.status == status, answer


@pytest.mark.parametrize("request_, statuses", [
    (b"GET /health HTTP/1.1\r\n\r\n", {400}),
    (b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", {400, 421}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api HTTP/1.1\r\n\r\n", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x5\r\n\r\nhello", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", {400, 501}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;a\nhello\r\n0\r\n\r\n", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;\x00\r\nhello\r\n0\r\n\r\n", {400}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", {400, 501}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", {400, 501}),
    (b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding\x0b: chunked\r\n\r\n0\r\n\r\n", {400}),
    (b"GET /health HTTP/1.1\r\nHost : localhost\r\n\r\n", {400}),
    (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Bare: a\rb\r\n\r\n", {400}),
    (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Fold: a\r\n b\r\n\r\n", {400}),
    (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Nul: a\x00b\r\n\r\n", {400}),
    (b"GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
    (b"GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n", {400, 505}),
    (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", {400}),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", {414, 431}),
    (b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"a" * 40_000 + b"\r\n\r\n", {431}),
    (b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X-%d: 1\r\n" % index for index in range(200)) + b"\r\n", {431}),
])
def test_a_request_with_two_readings_is_refused_and_the_connection_with_it(served, request_, statuses):
    answer = raw(served, request_ + b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    first = answer.split(b"\r\n")[0].split(b" ")
    assert int(first[1]) in statuses, answer[:400]
    # Nothing behind it is taken for a request of its own; a target that is only too long leaves no doubt where it ends.
    expected = 2 if first[1] == b"414" else 1
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", answer)) == expected, answer[:800]


LAST = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("requests, statuses", [
    # RFC 9112 §9.3.2: in the order of the requests.
    ((b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /api/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", LAST), [200, 404, 200]),
    # §2.2: what comes before a request line may be an empty line.
    ((b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\r\n", LAST), [200, 200]),
    # §7.1.1: what is not known of a chunk's extension is passed over.
    ((b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      b"5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", LAST), [400, 200]),
    # A body that nobody reads is none of the next request's.
    ((b"POST /api/nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 46\r\n\r\n" + b"GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n  ", LAST), [404, 200]),
])
def test_requests_that_come_at_once_are_answered_each_and_in_order(served, requests, statuses):
    answer = raw(served, b"".join(requests))
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)] == statuses, answer[:1200]


@pytest.mark.parametrize("path", [
    "/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/assets/%2e%2e%2f%2e%2e%2fsecret.txt", "/..%2fsecret.txt",
    "/assets//..//secret.txt", "/./index.html", "/assets/%00", "/%", "/assets/..%5c..%5csecret.txt", "//etc/passwd", "/web/../index.html"])
def test_no_path_leads_out_of_the_folder(served, path):
    answer = raw(served, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    assert int(answer.split(b" ")[1]) in (400, 404), answer[:300]
    assert b"not for the world" not in answer


def test_the_page_is_served_with_what_caches_need(served):
    page = ask(served, "GET", "/", role=None)
    assert page.status == 200 and page.headers["content-type"] == "text/html; charset=utf-8" and "script-src 'self'" in page.headers["content-security-policy"]
    script = ask(served, "GET", "/assets/main-7QX2ABCD.js", role=None, headers={"Accept-Encoding": "gzip, br"})
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable" and script.headers["content-encoding"] == "gzip"
    assert script.headers["vary"] == "Accept-Encoding" and script.body == b"\x1f\x8b compressed"
    plain = ask(served, "GET", "/assets/main-7QX2ABCD.js", role=None, headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in plain.headers and plain.headers["etag"] != script.headers["etag"]
    again = ask(served, "GET", "/assets/main-7QX2ABCD.js", role=None, headers={"If-None-Match": plain.headers["etag"]})
    assert again.status == 304 and again.body == b""
    head = ask(served, "HEAD", "/", role=None)
    assert head.status == 200 and head.body == b"" and head.headers["content-length"] == page.headers["content-length"]
    route = ask(served, "GET", "/networks/1/peers", role=None, headers={"Accept": "text/html,*/*"})
    assert route.body == page.body
    assert ask(served, "GET", "/networks/1/peers", role=None, headers={"Accept": "application/json"}).status == 404
    assert ask(served, "GET", "/assets/missing.js", role=None, headers={"Accept": "text/html"}).status == 404


def test_a_client_that_sends_a_byte_a_second_is_not_waited_for(served):
    with inside(served.hub):
        connection = socket.create_connection(("127.0.0.1", PORT), timeout=30)
    start = time.monotonic()
    with connection:
        try:
            for byte in b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: aaaaaaaaaaaaaa":
                connection.sendall(bytes([byte]))
                connection.settimeout(1)
                try:
                    if connection.recv(1) == b"":
                        break
                except TimeoutError:
                    pass
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert 8 < time.monotonic() - start < 16


def test_one_address_does_not_take_all_the_room(served):
    from lab import HUB_ADDRESS

    with inside(served.client if hasattr(served, "client") else served.hub):
        pass
    connections = []
    try:
        with inside(served.hub):
            for _ in range(80):
                connection = socket.create_connection((HUB_ADDRESS, PORT), timeout=5)
                connections.append(connection)
        closed = 0
        for connection in connections:
            connection.settimeout(0.05)
            try:
                closed += connection.recv(1) == b""
            except TimeoutError:
                pass
            except ConnectionResetError:
                closed += 1
        assert closed >= 80 - 64
        # From elsewhere there is room.
        assert ask(served, "GET", "/health", role=None).status == 200
    finally:
        for connection in connections:
            connection.close()


def test_the_daemon_goes_and_comes_back_and_the_gateway_stays(served):
    served.stop_daemon()
    away = wait_until(lambda: (answer := ask(served, "GET", "/api/networks")).status == 503 and answer, 20, "503")
    assert int(away.headers["retry-after"]) >= 1 and away.json["error"]["request_id"]
    assert ask(served, "GET", "/health", role=None).status == 200
    assert ask(served, "GET", "/ready", role=None).status == 503
    served.start_daemon(config='gateway_user: "64006"\n')
    open_socket(served)
    wait_until(lambda: ask(served, "GET", "/api/networks").status == 200, 20, "the daemon is back")
