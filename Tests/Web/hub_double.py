"""A stand-in for the gateway and the daemon behind it, with the HTTP API of docs/api.md as far as the page uses it.

For tests of what the page does with ten thousand peers, with refusals, with lost connections and hostile names, which a
real hub would be slow to bring about; what the page and the real programs do together is in test_main_job.py. It serves
the built page under the same Content-Security-Policy. By hand: `python Tests/Web/hub_double.py --peers 40`.
"""

from __future__ import annotations

import argparse
import base64
import json
import math
import queue
import random
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

DIST = Path(__file__).resolve().parents[2] / "Web" / "dist"

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


def key(seed: str) -> str:
    return base64.b64encode(random.Random(seed).randbytes(32)).decode()


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str, fields: list[dict] | None = None, headers: dict | None = None):
        super().__init__(message)
        self.status, self.code, self.message, self.fields, self.headers = status, code, message, fields or [], headers or {}


def invalid(**fields: str) -> Refusal:
    return Refusal(400, "invalid_fields", f"{len(fields)} fields are not valid.", [{"field": k, "message": v} for k, v in fields.items()])


class Hub:
    """What the double knows, and who listens to it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.now = lambda: int(time.time())
        self.next = 1
        self.networks: dict[int, dict] = {}
        self.peers: dict[int, dict[int, dict]] = {}
        self.rules: list[dict] = []
        self.bridges: list[dict] = []
        self.users: list[dict] = []
        self.tokens: list[dict] = []
        self.links: list[dict] = []
        self.audit: list[dict] = []
        self.pending: dict = {}
        self.sessions: set[str] = set()
        self.listeners: list[queue.Queue] = []
        self.refuse_next: Refusal | None = None
        self.totp = False
        self.role = "admin"
        self.sequence = 0
        self.streams_open = True
        # Whether something was changed past the events, so that nobody may go on where he was.
        self.missed = True
        self.requests: list[tuple[str, str, str]] = []
        self.setup_needed = False
        self.created_keys: dict[str, dict] = {}

    def number(self) -> int:
        self.next += 1
        return self.next - 1

    # Events

    def tell(self, kind: str, **lists: object) -> None:
        with self.lock:
            self.sequence += 1
            frame = f"id: e-{self.sequence}\nevent: {kind}\ndata: {json.dumps(lists)}\n\n".encode()
            for listener in self.listeners:
                listener.put(frame)

    def set_status(self, network: int, peer: int, **fields: object) -> None:
        self.set_statuses([(network, peer, fields)])

    def set_statuses(self, changes: list[tuple[int, int, dict]]) -> None:
        names = ("endpoint", "online", "last_handshake", "transfer_rx", "transfer_tx", "kernel_keepalive")
        statuses = []
        with self.lock:
            for network, peer, fields in changes:
                found = self.peers[network][peer]
                found.update(fields)
                statuses.append({"network_id": network, "peer_id": peer, **{name: found[name] for name in names if name in found}})
        self.tell("change", statuses=statuses)

    def cut(self) -> None:
        """Ends every stream of events, as a restart of the gateway does."""
        with self.lock:
            for listener in self.listeners:
                listener.put(None)
            self.listeners.clear()

    # Objects

    def add_network(self, name: str, **fields: object) -> dict:
        number = self.number()
        now = self.now()
        network = {
            "id": number, "name": name, "interface": f"wg{number - 1}", "mode": "gateway", "subnet": f"10.{8 + number}.0.0/16", "listen_port": 51819 + number,
            "public_key": key(f"network{number}"), "addresses": [f"10.{8 + number}.0.1/16"], "dns_servers": [], "search_domains": [], "link_mtu": 1420, "tunnel": "full",
            "custom_cidrs": [], "nat": True, "peers_may_talk": False, "drift_policy": "repair", "custody": "held", "enabled": True, "up": True, "peers": 0,
            "created_at": now, "updated_at": now, **fields,
        }
        self.networks[number] = network
        self.peers[number] = {}
        return network

    def add_peer(self, network: int, name: str, **fields: object) -> dict:
        number = self.number()
        now = self.now()
        host = len(self.peers[network]) + 2
        address = f"10.{8 + network}.{host // 250}.{host % 250 + 1}"
        peer = {
            "id": number, "network_id": network, "name": name, "email": "", "public_key": key(f"peer{number}"), "allowed_ips": f"{address}/32", "endpoint": "",
            "persistent_keepalive": 25, "role": "client", "site_networks": "", "enabled": True, "online": False, "last_handshake": 0, "transfer_rx": 0, "transfer_tx": 0,
            "created_at": now, "updated_at": now, "addresses": [address], "hub_keepalive": 0, "kernel_keepalive": 0, "extra_cidrs": [], "notes": "", "tags": [],
            "holds_private_key": True, "has_preshared_key": True, "custody": "held", "excluded_cidrs": [], **fields,
        }
        self.peers[network][number] = peer
        self.networks[network]["peers"] = len(self.peers[network])
        return peer

    def add_user(self, name: str, role: str, **fields: object) -> dict:
        now = self.now()
        user = {
            "id": self.number(), "name": name, "role": role, "enabled": True, "email": "", "totp_enabled": False, "recovery_codes_left": 0, "sessions": 1,
            "created_at": now, "updated_at": now, "password_changed_at": now, "last_login_at": now, **fields,
        }
        self.users.append(user)
        return user

    def note(self, method: str, target: str, **fields: object) -> None:
        self.audit.insert(0, {
            "sequence": len(self.audit) + 1, "time": self.now(), "actor_kind": "user", "actor": "ada", "origin": "192.0.2.7", "method": f"wgpilot.v1.{method}", "target": target,
            "result": "OK", "reason": "", "request_id": f"r{len(self.audit):06}", "count": 1, "changes": [], "omitted_changes": 0, "previous_hash": "0" * 64,
            "hash": key(str(len(self.audit))).encode().hex()[:64], **fields,
        })

    def configuration(self, network: dict, peer: dict) -> str:
        private = f"PrivateKey = {key('private' + str(peer['id']))}" if peer["custody"] != "client" else "# PrivateKey = (kept by the client: put it here)"
        lines = [f"# Generated by wgpilot — {peer['name']}", "[Interface]", private, f"Address = {', '.join(peer['addresses'])}"]
        if network["dns_servers"]:
            lines.append(f"DNS = {', '.join(network['dns_servers'])}")
        lines += ["", "[Peer]", f"PublicKey = {network['public_key']}"]
        if peer["has_preshared_key"]:
            lines.append(f"PresharedKey = {key('preshared' + str(peer['id']))}")
        lines += ["AllowedIPs = 0.0.0.0/0, ::/0", f"Endpoint = vpn.example.org:{network['listen_port']}"]
        if peer["persistent_keepalive"]:
            lines.append(f"PersistentKeepalive = {peer['persistent_keepalive']}")
        return "\n".join(lines) + "\n"


def populate(hub: Hub, peers: int = 24, seed: int = 7) -> Hub:
    """A hub as one would meet it."""
    chance = random.Random(seed)
    now = hub.now()
    hub.add_user("ada", "admin")
    hub.add_user("grace", "operator", totp_enabled=True, recovery_codes_left=8, email="grace@example.org")
    hub.add_user("linus", "viewer", enabled=False, last_login_at=now - 86400 * 40)
    office = hub.add_network("office", dns_servers=["10.9.0.1"], subnet6="fd00:9::/64")
    sites = hub.add_network("sites", mode="site-to-site", nat=False)
    hub.add_network("lab", mode="hub-routed", nat=False, enabled=False, up=False)
    people = ["anna", "ben", "carla", "deniz", "eva", "farid", "greta", "hugo", "ines", "jonas"]
    things = ["laptop", "phone", "tablet", "desktop", "camera", "printer"]
    for index in range(peers):
        person = people[index % len(people)]
        online = chance.random() < 0.55
        seen = now - chance.randrange(5, 110) if online else (now - chance.randrange(400, 86400 * 20) if chance.random() < 0.8 else 0)
        hub.add_peer(
            office["id"], f"{person}-{things[index // len(people) % len(things)]}" + (f"-{index}" if index >= 60 else ""),
            email=f"{person}@example.org", online=online, last_handshake=seen, endpoint=f"198.51.100.{index % 250}:{40000 + index}" if seen else "",
            transfer_rx=chance.randrange(10**4, 10**11) if seen else 0, transfer_tx=chance.randrange(10**4, 10**11) if seen else 0,
            tags=chance.choice([[], [], ["staff"], ["contractors"]]), enabled=index % 11 != 9, config_stale=index % 13 == 5, config_fetched_at=now - 86400,
            **({"disabled_reason": "operator"} if index % 11 == 9 else {}),
        )
    for site, block in (("berlin", "192.168.10.0/24"), ("lisbon", "192.168.20.0/24,192.168.21.0/24")):
        hub.add_peer(sites["id"], site, role="site-gateway", site_networks=block, online=True, last_handshake=now - 30, transfer_rx=10**9, transfer_tx=2 * 10**9, endpoint="203.0.113.5:51820")
    for position, (action, destination, protocol, ports, comment) in enumerate([
        ("allow", "10.9.0.1", "udp", ["53"], "name server"), ("deny", "192.168.0.0/16", "any", [], ""), ("allow", "any", "tcp", ["80", "443", "8000-8100"], "the web"),
    ]):
        hub.rules.append({"id": hub.number(), "network": "office", "position": position + 1, "action": action, "destination": destination, "protocol": protocol, "ports": ports, "comment": comment, "enabled": True, "created_at": now, "updated_at": now})
    hub.bridges.append({"id": hub.number(), "network_a": "office", "network_b": "sites", "direction": "a_to_b", "allowed_cidrs": ["192.168.10.0/24"], "enabled": True, "created_at": now, "updated_at": now})
    hub.tokens.append({"id": hub.number(), "name": "monitoring", "role": "viewer", "created_by": "ada", "created_at": now - 86400 * 10, "expires_at": now + 86400 * 80, "last_used_at": now - 60})
    hub.note("Networks/Create", "office")
    hub.note("Peers/Create", "office/anna-laptop", changes=[{"action": "created", "kind": "peer", "name": "office/anna-laptop", "fields": [{"field": "name", "after": "anna-laptop"}, {"field": "email", "after": "anna@example.org"}]}])
    hub.note("Peers/Config", "office/anna-laptop", result="PERMISSION_DENIED", reason="role", actor="linus")
    return hub


def handler_of(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self.serve("GET")

        def do_POST(self) -> None:
            self.serve("POST")

        def do_PATCH(self) -> None:
            self.serve("PATCH")

        def do_DELETE(self) -> None:
            self.serve("DELETE")

        def serve(self, method: str) -> None:
            url = urlsplit(self.path)
            self.query = {name: values[0] for name, values in parse_qs(url.query).items()}
            length = int(self.headers.get("content-length") or 0)
            raw = self.rfile.read(length)
            self.body = json.loads(raw) if raw else {}
            with hub.lock:
                hub.requests.append((method, unquote(url.path), raw.decode()))
            self.etag: str | None = None
            self.cookie: str | None = None
            try:
                if not url.path.startswith("/api/"):
                    self.static(url.path)
                elif url.path == "/api/events":
                    self.events()
                else:
                    status, answer = self.api(method, url.path)
                    if isinstance(answer, str):
                        self.reply(status, answer.encode(), "text/plain; charset=utf-8")
                    else:
                        self.reply(status, json.dumps(answer).encode() if answer is not None else b"", "application/json")
            except Refusal as refusal:
                body = {"error": {"code": refusal.code, "message": refusal.message, "request_id": "6ftsqp5d7vj1m3xk", "fields": refusal.fields}}
                self.reply(refusal.status, json.dumps(body).encode(), "application/json", refusal.headers)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def reply(self, status: int, body: bytes, kind: str, headers: dict | None = None) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-security-policy", CSP)
            self.send_header("x-content-type-options", "nosniff")
            if self.etag:
                self.send_header("etag", self.etag)
            if self.cookie is not None:
                self.send_header("set-cookie", f"wgpilot={self.cookie}; Path=/; HttpOnly; SameSite=Strict")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def static(self, path: str) -> None:
            file = DIST / path.lstrip("/")
            if not (path.startswith("/assets/") and file.is_file() and DIST in file.resolve().parents):
                file = DIST / "index.html"
            self.reply(200, file.read_bytes(), TYPES[file.suffix])

        def session(self) -> str | None:
            found = re.search(r"wgpilot=(\w+)", self.headers.get("cookie") or "")
            return found.group(1) if found and found.group(1) in hub.sessions else None

        def events(self) -> None:
            if self.session() is None:
                raise Refusal(401, "bad_session", "The session is over.")
            if not hub.streams_open:
                raise Refusal(503, "daemon_unreachable", "The daemon is not there.")
            news: queue.Queue = queue.Queue()
            with hub.lock:
                # Who was there a moment ago goes on without a snapshot, where nothing was told in between.
                resumes = self.query.get("last_event_id") == f"e-{hub.sequence}" and not hub.missed
                pieces = [] if resumes else [{"networks": list(hub.networks.values())}]
                for table in [] if resumes else hub.peers.values():
                    peers = list(table.values())
                    pieces += [{"peers": peers[at:at + 500]} for at in range(0, len(peers), 500)]
                frames = [f"id:\nevent: snapshot\ndata: {json.dumps(piece)}\n\n".encode() for piece in pieces]
                frames.append(f"id: e-{hub.sequence}\nevent: live\ndata: {{}}\n\n".encode())
                hub.listeners.append(news)
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("cache-control", "no-store")
            self.send_header("connection", "close")
            self.end_headers()
            self.close_connection = True
            for frame in frames:
                self.wfile.write(frame)
            self.wfile.flush()
            while True:
                try:
                    frame = news.get(timeout=10)
                except queue.Empty:
                    frame = b":\n\n"
                if frame is None:
                    return
                self.wfile.write(frame)
                self.wfile.flush()

        # The API

        def tag_of(self, thing: dict) -> str:
            return f'"{thing["id"]}-{thing["updated_at"]}-{thing.get("edits", 0)}"'

        def check_tag(self, thing: dict) -> None:
            given = self.headers.get("if-match")
            if given is None:
                raise Refusal(428, "precondition_required", "If-Match is needed.")
            if given not in ("*", self.tag_of(thing)):
                raise Refusal(412, "changed_meanwhile", "It was changed meanwhile.")

        def login_answer(self) -> dict:
            self.cookie = f"s{random.randrange(10**12)}"
            hub.sessions.add(self.cookie)
            return {"user": hub.users[0], "session": {"id": 1}}

        def api(self, method: str, path: str) -> tuple[int, object]:
            with hub.lock:
                if hub.refuse_next is not None and method != "GET":
                    refusal, hub.refuse_next = hub.refuse_next, None
                    raise refusal
                return self.route(method, path)

        def route(self, method: str, path: str) -> tuple[int, object]:
            parts = [unquote(part) for part in path.split("/")[2:]]
            if method == "POST" and parts[-1] in ("enable", "disable", "confirm", "undo", "flush", "logout", "reset-totp", "reconcile") and "totp" not in parts and self.headers.get("content-type"):
                raise Refusal(400, "bad_request", "This request takes no body.")
            match (method, *parts):
                case ("GET", "auth", "setup"):
                    return 200, {"setup_needed": hub.setup_needed}
                case ("POST", "auth", "setup"):
                    if self.body["code"] != "ABCD-EFGH":
                        raise Refusal(401, "bad_setup_code", "The code is not good.")
                    hub.setup_needed = False
                    hub.add_user(self.body["name"], "admin")
                    return 200, self.login_answer()
                case ("POST", "auth", "login"):
                    if self.body["password"] != "correct horse battery":
                        raise Refusal(401, "bad_login", "Name or password is wrong.")
                    if hub.totp:
                        return 200, {"challenge": {"secret": "wgc_x", "expires_at": hub.now() + 300, "attempts_left": 5}}
                    return 200, self.login_answer()
                case ("POST", "auth", "login", "continue"):
                    if self.body["code"] != "123456":
                        return 200, {"challenge": {"secret": "wgc_x", "expires_at": hub.now() + 300, "attempts_left": 4}}
                    return 200, self.login_answer()
                case ("POST", "links", "redeem"):
                    if self.body["secret"] != "wgl_good":
                        raise Refusal(404, "bad_link", "The link was used, or its time is up.")
                    network = next(iter(hub.networks.values()))
                    return 200, {"configuration": hub.configuration(network, next(iter(hub.peers[network["id"]].values()))), "file_name": "wgpilot-anna.conf", "findings": []}
            session = self.session()
            if session is None:
                raise Refusal(401, "no_session", "Log in first.")
            now = hub.now()
            match (method, *parts):
                case ("POST", "auth", "logout"):
                    hub.sessions.discard(session)
                    return 204, None
                case ("GET", "auth", "me"):
                    user = {**hub.users[0], "role": hub.role}
                    return 200, {"kind": "session", "name": user["name"], "role": hub.role, "user": user}
                case ("POST", "auth", "totp"):
                    return 200, {"secret": "JBSWY3DPEHPK3PXP", "uri": "otpauth://totp/WGPilot:ada?secret=JBSWY3DPEHPK3PXP&issuer=WGPilot", "qr_svg": ""}
                case ("GET", "sessions"):
                    return 200, {"sessions": [{"id": 1, "user_id": 1, "user": "ada", "created_at": now - 3600, "last_used_at": now, "expires_at": now + 86400, "idle_expires_at": now + 7200, "client_address": "192.0.2.7", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)", "current": True}]}
                case ("GET", "status"):
                    return 200, {"version": "0.1.0", "backend": "kernel", "backend_version": "6.1.0", "role": hub.role, "endpoint_host": "vpn.example.org", "endpoint_is_guess": False, "started_at": now - 86400, "peers": sum(len(table) for table in hub.peers.values()), "pending": [], "foreign_interfaces": [], "networks": list(hub.networks.values())}
                case ("GET", "doctor"):
                    return 200, {
                        "checks": [{"name": "backend", "result": "ok", "message": "The kernel has WireGuard 1.0.0."}, {"name": "forwarding", "result": "warning", "message": "IPv6 forwarding is off: set net.ipv6.conf.all.forwarding."}],
                        "findings": [{"network": "office", "item": "mtu", "message": "set the MTU of wg0 from 1380 to 1420", "can_adopt": True, "found_at": now - 600, "ignored": False}],
                        "repairs": [{"place": "wg0", "steps": ["add the address 10.9.0.1/16"], "repaired_at": now - 3600}], "foreign_interfaces": ["wg-old"], "settings_changed": ["net.ipv4.ip_forward: 0"],
                    }
                case ("GET", "pending-change"):
                    return 200, hub.pending
                case ("POST", "pending-change", _):
                    was, hub.pending = hub.pending, {}
                    return 200, was
                case ("GET", "audit"):
                    entries = hub.audit
                    if target := self.query.get("target"):
                        entries = [entry for entry in entries if entry["target"] == target]
                    return 200, {"entries": entries}
                case ("GET", "audit", "verify"):
                    return 200, {"intact": True, "sequence": len(hub.audit), "hash": "ab" * 32}
                case ("GET", "users"):
                    return 200, {"users": hub.users}
                case ("GET", "tokens"):
                    return 200, {"tokens": hub.tokens}
                case ("POST", "tokens"):
                    token = {"id": hub.number(), "name": self.body["name"], "role": self.body["role"], "created_by": "ada", "created_at": now}
                    hub.tokens.append(token)
                    return 201, {**token, "secret": "wgp_" + "x" * 43}
                case ("GET", "bridges"):
                    return 200, {"bridges": hub.bridges}
                case ("GET", "rules"):
                    wanted = self.query.get("network")
                    return 200, {"rules": [rule for rule in hub.rules if wanted is None or rule.get("network") == wanted]}
                case ("POST", "rules"):
                    rule = {"id": hub.number(), "position": len(hub.rules) + 1, "created_at": now, "updated_at": now, **self.body}
                    hub.rules.append(rule)
                    return 201, rule
                case ("GET", "reach"):
                    return 200, {"paths": [{"source": "10.9.0.3", "destination": "10.9.0.4", "allowed": False, "reason": "the peers of office may not reach one another"}], "notes": []}
                case ("GET", "networks"):
                    return 200, {"networks": list(hub.networks.values())}
                case ("POST", "networks"):
                    if not self.body.get("name"):
                        raise invalid(name="is needed")
                    fields = {name: value for name, value in self.body.items() if name != "name"}
                    network = hub.add_network(self.body["name"], **fields)
                    hub.tell("change", networks=[network])
                    return 201, {**network, "sync": {"pending": False}}
            if (method, *parts) == ("POST", "networks", "import"):
                return self.import_network()
            if parts[0] == "networks" and len(parts) > 1:
                return self.of_network(method, parts)
            raise Refusal(404, "no_such_path", "There is no such path.")

        def import_network(self) -> tuple[int, object]:
            if "[Interface]" not in self.body.get("file", "[Interface]"):
                raise invalid(file="line 1: is before any section")
            names = re.findall(r"^# (\S+)$", self.body.get("file", ""), re.M)
            notes = [f"line {number + 1}: PostUp is not run" for number, line in enumerate(self.body.get("file", "").splitlines()) if line.startswith("PostUp")]
            if self.query.get("dry_run"):
                preview = {"id": 0, "name": self.body["name"], "interface": "wg9", "mode": "gateway", "subnet": "10.99.0.0/24", "listen_port": 51899, "public_key": key("import"), "addresses": ["10.99.0.1/24"], "dns_servers": [], "search_domains": [], "tunnel": "full", "custom_cidrs": [], "enabled": True, "peers": len(names), "created_at": 0, "updated_at": 0}
                return 200, {"network": preview, "peers": names, "notes": notes, "change": {"dry_run": True, "plan": [f"add the peer {name}" for name in names]}}
            network = hub.add_network(self.body["name"])
            for name in names:
                hub.add_peer(network["id"], name)
            hub.tell("change", networks=[network], peers=list(hub.peers[network["id"]].values()))
            return 201, {"network": network, "peers": names, "notes": notes, "sync": {"pending": False}}

        def of_network(self, method: str, parts: list[str]) -> tuple[int, object]:
            network = hub.networks.get(int(parts[1]))
            if network is None:
                raise Refusal(404, "not_found", "There is no such network.")
            table = hub.peers[network["id"]]
            now = hub.now()
            match (method, *parts[2:]):
                case ("GET",):
                    self.etag = self.tag_of(network)
                    return 200, network
                case ("PATCH",):
                    self.check_tag(network)
                    if self.query.get("dry_run"):
                        return 200, {**network, **self.body, "change": {"dry_run": True, "plan": [f"change {name} of {network['name']}" for name in self.body]}}
                    network.update(self.body)
                    network["edits"] = network.get("edits", 0) + 1
                    if self.query.get("confirm_within"):
                        hub.pending = {"description": f"edit {network['name']}", "confirm_by": now + 60}
                    hub.tell("change", networks=[network])
                    return 200, {**network, "sync": {"pending": False}}
                case ("GET", "links"):
                    return 200, {"links": hub.links}
                case ("POST", ("enable" | "disable") as action):
                    network["enabled"] = network["up"] = action == "enable"
                    hub.tell("change", networks=[network])
                    return 200, {**network, "sync": {"pending": False}}
                case ("GET", "peers"):
                    return 200, {"peers": list(table.values())}
                case ("POST", "peers"):
                    return self.create_peer(network, table)
                case ("POST", "peers", "batch"):
                    results = []
                    for number in self.body["peers"]:
                        peer = table.get(number)
                        if peer is None:
                            results.append({"peer": number, "ok": False, "error": {"code": "not_found", "message": "There is no such peer."}})
                            continue
                        if self.body["action"] == "delete":
                            del table[number]
                            hub.tell("change", removed_peers=[number])
                        else:
                            peer["enabled"] = self.body["action"] == "enable"
                            hub.tell("change", peers=[peer])
                        results.append({"peer": number, "ok": True})
                    return 200, {"results": results}
            peer = table.get(int(parts[3])) if parts[2] == "peers" and len(parts) > 3 else None
            if peer is None:
                raise Refusal(404, "not_found", "There is no such peer.")
            match (method, *parts[4:]):
                case ("GET",):
                    self.etag = self.tag_of(peer)
                    return 200, peer
                case ("PATCH",):
                    self.check_tag(peer)
                    self.validate(self.body, table, peer["id"])
                    peer.update({name: value for name, value in self.body.items() if value is not None})
                    peer["edits"] = peer.get("edits", 0) + 1
                    peer["updated_at"] = now
                    hub.tell("change", peers=[peer])
                    return 200, {**peer, "sync": {"pending": False}, "findings": []}
                case ("DELETE",):
                    del table[peer["id"]]
                    hub.tell("change", removed_peers=[peer["id"]])
                    return 200, {"deleted": True, "also_removed": [], "sync": {"pending": False}}
                case ("POST", ("enable" | "disable") as action):
                    peer["enabled"] = action == "enable"
                    peer["updated_at"] = now
                    hub.tell("change", peers=[peer])
                    return 200, {**peer, "sync": {"pending": False}}
                case ("POST", "rotate"):
                    peer["public_key"] = self.body.get("public_key") or key(f"rotated{now}")
                    hub.tell("change", peers=[peer])
                    return 200, {**peer, "sync": {"pending": False}}
                case ("GET", "configuration"):
                    name = f'wgpilot-{re.sub("[^A-Za-z0-9_.-]+", "-", peer["name"])}.conf'
                    findings = [{"code": "ipv6_leak", "message": "All of IPv4 enters the tunnel, and IPv6 goes past it."}] if len(peer["addresses"]) == 1 else []
                    return 200, {"configuration": hub.configuration(network, peer), "file_name": name, "findings": findings}
                case ("GET", "history"):
                    return 200, self.history(peer["id"], now, self.query.get("range", "day"))
                case ("GET", "sessions"):
                    return 200, {"sessions": [{"started_at": now - 5000, "last_seen_at": now, "received": 10**7, "sent": 10**8, "endpoints": [{"at": now - 5000, "endpoint": "198.51.100.7:40000"}]}, {"started_at": now - 90000, "ended_at": now - 80000, "last_seen_at": now - 80000, "received": 1000, "sent": 2000, "endpoints": []}]}
                case ("GET", "connections"):
                    flow = {"source": peer["addresses"][0], "source_port": 51234, "destination": "93.184.216.34", "destination_port": 443, "packets": 12, "bytes": 4096}
                    back = {"source": "93.184.216.34", "source_port": 443, "destination": "192.0.2.1", "destination_port": 51234, "packets": 20, "bytes": 65536}
                    return 200, {"summary": {"connections": 1, "sent": 4096, "received": 65536, "shown": 1, "accounting": True, "protocols": [], "destinations": []}, "connections": [{"id": 1, "protocol": "tcp", "state": "established", "original": flow, "reply": back, "replied": True, "assured": True}]}
                case ("POST", "connections", "flush"):
                    return 200, {"count": 1, "dry_run": False}
                case ("POST", "links"):
                    return 201, {"id": hub.number(), "network_id": network["id"], "peer_id": peer["id"], "peer": peer["name"], "created_by": "ada", "created_at": now, "expires_at": now + 3600, "secret": "wgl_" + "y" * 43, "url": "https://vpn.example.org/link#wgl_y"}
            raise Refusal(404, "no_such_path", "There is no such path.")

        def history(self, seed: int, now: int, span: str) -> dict:
            """More by day than by night, and nothing known of the first tenth."""
            chance = random.Random(seed)
            seconds, step = {"day": (86400, 300), "week": (7 * 86400, 3600), "month": (30 * 86400, 6 * 3600), "year": (365 * 86400, 86400)}[span]
            begin = now // step * step - seconds + step
            level, points = 0.5, []
            for start in range(begin, now + 1, step):
                level = min(1, max(0.05, level + chance.uniform(-0.15, 0.15)))
                day = 0.15 + max(0.0, math.sin((start % 86400 / 86400 - 0.28) * math.tau)) if step < 86400 else 0.6
                points.append({"start": start, "received": int(level * day * step * 2e4), "sent": int(level * day * step * 7e4), "watched": step})
            for point in points[:len(points) // 10]:
                point.update(received=0, sent=0, watched=0)
            return {"from": begin, "to": begin + len(points) * step, "granularity": f"{step}s", "received": sum(point["received"] for point in points), "sent": sum(point["sent"] for point in points), "points": points}

        def validate(self, fields: dict, table: dict[int, dict], own: int | None) -> None:
            faults = {}
            if own is None and not fields.get("name"):
                faults["name"] = "is needed"
            if any(peer["name"] == fields.get("name") and peer["id"] != own for peer in table.values()):
                raise Refusal(409, "already_exists", "The name is taken.", [{"field": "name", "message": "a peer of this network has this name"}])
            if "@" not in fields.get("email", "@") and fields.get("email"):
                faults["email"] = "is not an e-mail address"
            if not isinstance(fields.get("persistent_keepalive", 0), int) or not 0 <= fields.get("persistent_keepalive", 0) <= 65535:
                faults["persistent_keepalive"] = "is a number from 0 to 65535"
            if fields.get("mtu") and not 1280 <= fields["mtu"] <= 9000:
                faults["mtu"] = "is a number from 1280 to 9000"
            if faults:
                raise invalid(**faults)

        def create_peer(self, network: dict, table: dict[int, dict]) -> tuple[int, object]:
            known = hub.created_keys.get(self.headers.get("idempotency-key") or "")
            if known is not None:
                return 201, known
            self.validate(self.body, table, None)
            once = self.body.pop("return_configuration", False)
            fields = {name: value for name, value in self.body.items() if name not in ("name", "preshared_key", "address")}
            peer = hub.add_peer(network["id"], self.body["name"], **{"custody": network["custody"], **fields})
            hub.tell("change", peers=[peer], networks=[network])
            answer = {**peer, "sync": {"pending": False}, "findings": [{"code": "ipv6_leak", "message": "All of IPv4 enters the tunnel, and IPv6 goes past it."}]}
            if once:
                answer["configuration"] = hub.configuration(network, peer)
            if name := self.headers.get("idempotency-key"):
                hub.created_keys[name] = answer
            return 201, answer

    return Handler


class Server:
    """The double on a port of its own."""

    def __init__(self, hub: Hub, port: int = 0):
        self.hub = hub
        self.http = ThreadingHTTPServer(("127.0.0.1", port), handler_of(hub))
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.hub.cut()
        self.http.shutdown()
        self.http.server_close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--peers", type=int, default=24)
    arguments = parser.parse_args()
    server = Server(populate(Hub(), arguments.peers), arguments.port)
    print(f"{server.url} (ada, correct horse battery)")
    server.thread.join()


if __name__ == "__main__":
    main()
