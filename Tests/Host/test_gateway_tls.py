"""TLS of the running gateway: its certificates, its versions, and the way there from plain HTTP."""

import http.client
import os
import re
import socket
import ssl
import struct
import time

import pytest

from gateway import GATEWAY, PORT, Gateway, inside
from lab import PATIENCE, Lab, run, wait_until

PLAIN = 8081
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def hub():
    lab = Lab()
    try:
        lab.start_daemon(config='gateway_user: "64006"\n')
        lab.state = lab.folder / "state"
        lab.state.mkdir(mode=0o700)
        os.chown(lab.state, GATEWAY, GATEWAY)
        yield lab
    finally:
        lab.close()


def make_certificate(lab, name):
    """A certificate of its own for a name, whose files the gateway's user can read."""
    certificate, key = lab.folder / "given.pem", lab.folder / "given.key"
    new = [path.with_suffix(path.suffix + ".new") for path in (certificate, key)]
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-out", new[0], "-keyout", new[1]])
    for path in new:
        os.chown(path, GATEWAY, GATEWAY)
        path.chmod(0o600)
    return [(new[0], certificate), (new[1], key)]


def put(files):
    for new, place in files:
        os.replace(new, place)


@pytest.fixture
def gateway(hub):
    """Starts a gateway with TLS, as a test wants it, and ends it."""
    started = []

    def start(**options):
        gateway = Gateway(
            hub, **({"host_names": ["vpn.example.org"], "redirect_listen": f"0.0.0.0:{PLAIN}"} | options))
        gateway.configuration.pop("plain_http")
        started.append(gateway)
        return gateway.start()

    yield start
    for gateway in started:
        gateway.stop()


def trusting(certificate=None, name="vpn.example.org", **versions):
    """What a client believes: one certificate and its name, or anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if certificate:
        context.load_verify_locations(certificate)
    else:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    # So that a version is refused by the gateway, and not by the client's own library.
    context.set_ciphers("ALL:@SECLEVEL=0")
    for end, version in versions.items():
        setattr(context, f"{end}_version", version)
    return context


def connect(hub, context, name="vpn.example.org"):
    with inside(hub.hub):
        connection = socket.create_connection(("127.0.0.1", PORT), timeout=10 * PATIENCE)
    try:
        return context.wrap_socket(connection, server_hostname=name)
    except BaseException:
        connection.close()
        raise


def shown(hub):
    """The certificate that the gateway shows now."""
    with connect(hub, trusting()) as secured:
        return secured.getpeercert(binary_form=True)


def ask(hub, method, path, headers=None, body=None, plain=False):
    with inside(hub.hub):
        if plain:
            connection = http.client.HTTPConnection("127.0.0.1", PLAIN, timeout=10 * PATIENCE)
        else:
            connection = http.client.HTTPSConnection("127.0.0.1", PORT, timeout=10 * PATIENCE, context=trusting())
        connection.connect()
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_given_files_are_served_and_read_again_when_they_change(hub, gateway):
    put(make_certificate(hub, "vpn.example.org"))
    certificate = hub.folder / "given.pem"
    running = gateway(tls_certificate=str(certificate), tls_key=str(hub.folder / "given.key"))
    with connect(hub, trusting(certificate)) as secured:
        assert secured.version() == "TLSv1.3"
        secured.sendall(b"GET /health HTTP/1.1\r\nHost: vpn.example.org\r\nConnection: close\r\n\r\n")
        assert b" 200 " in secured.recv(65536)
    first = shown(hub)
    open_connection = connect(hub, trusting(certificate))
    put(make_certificate(hub, "vpn.example.org"))
    wait_until(lambda: shown(hub) != first, 40, "the new certificate is served")
    with connect(hub, trusting(certificate)):
        pass
    # Who was there before goes on.
    with open_connection:
        open_connection.sendall(b"GET /health HTTP/1.1\r\nHost: vpn.example.org\r\nConnection: close\r\n\r\n")
        assert b" 200 " in open_connection.recv(65536)
    # What cannot be read does not end what runs, and the next good one is taken.
    second = shown(hub)
    certificate.write_text("no certificate")
    assert shown(hub) == second
    put(make_certificate(hub, "vpn.example.org"))
    wait_until(lambda: shown(hub) != second, 40, "a good certificate is served again")
    assert running.process.poll() is None


def test_files_that_do_not_belong_together_are_told_of_at_the_start(hub, gateway):
    put(make_certificate(hub, "vpn.example.org"))
    make_certificate(hub, "other.example.org")
    other = hub.folder / "given.key.new"
    with pytest.raises(Exception) as fault:
        gateway(tls_certificate=str(hub.folder / "given.pem"), tls_key=str(other))
    assert "PRIVATE KEY" not in str(fault.value)


def test_without_a_certificate_one_is_made_once_and_its_key_is_nobody_elses(hub, gateway):
    first = gateway(tls="self-signed", state_dir=str(hub.state))
    certificate = shown(hub)
    assert {path.name: path.stat().st_mode & 0o777 for path in hub.state.iterdir()} == {
        "certificate.pem": 0o600, "key.pem": 0o600}
    with connect(hub, trusting(hub.state / "certificate.pem")) as secured:
        names = dict(secured.getpeercert()["subjectAltName"][:0]) or secured.getpeercert()["subjectAltName"]
        assert ("DNS", "vpn.example.org") in names and ("DNS", "localhost") in names
    first.stop()
    second = gateway(tls="self-signed", state_dir=str(hub.state))
    assert shown(hub) == certificate
    second.stop()
    # A name more needs another one; a name less does not.
    third = gateway(tls="self-signed", state_dir=str(hub.state), host_names=["vpn.example.org", "new.example.org"])
    with connect(hub, trusting(hub.state / "certificate.pem", "new.example.org"), "new.example.org"):
        assert shown(hub) != certificate
    certificate = shown(hub)
    third.stop()
    gateway(tls="self-signed", state_dir=str(hub.state))
    assert shown(hub) == certificate


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:.*deprecated")
def test_old_versions_of_tls_are_refused_and_current_ones_spoken(hub, gateway, version):
    gateway(tls="self-signed", state_dir=str(hub.state))
    with pytest.raises(ssl.SSLError) as refusal:
        connect(hub, trusting(minimum=version, maximum=version))
    # The gateway's own word, and not the client's.
    assert "ALERT_PROTOCOL_VERSION" in str(refusal.value)
    for wanted, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        with connect(hub, trusting(minimum=wanted, maximum=wanted)) as secured:
            assert secured.version() == name


def test_who_does_not_end_the_handshake_is_not_waited_for(hub, gateway):
    gateway(tls="self-signed", state_dir=str(hub.state))
    with inside(hub.hub):
        silent, half = [socket.create_connection(("127.0.0.1", PORT), timeout=40 * PATIENCE) for _ in range(2)]
    half.sendall(b"\x16\x03\x01" + struct.pack(">H", 512) + b"\x01")
    start = time.monotonic()
    for connection in (silent, half):
        with connection:
            try:
                while connection.recv(4096):
                    pass
            except ConnectionResetError:
                pass
    assert time.monotonic() - start < 30 * PATIENCE


def test_plain_http_on_the_port_of_tls_is_answered_by_nothing(hub, gateway):
    gateway(tls="self-signed", state_dir=str(hub.state))
    with inside(hub.hub):
        connection = socket.create_connection(("127.0.0.1", PORT), timeout=10 * PATIENCE)
    with connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            assert not connection.recv(4096).startswith(b"HTTP")
        except ConnectionResetError:
            pass


def test_over_tls_browsers_are_told_to_stay_there_and_cookies_are_for_there_alone(hub, gateway):
    gateway(tls="self-signed", state_dir=str(hub.state))
    hub.ctl("user", "add", "anna", "--role", "operator", "--password-file", "-", input=PASSWORD + "\n")
    status, headers, _ = ask(hub, "GET", "/health", {"Host": "vpn.example.org"})
    assert status == 200 and headers["strict-transport-security"] == "max-age=63072000"
    body = '{"name": "anna", "password": "%s"}' % PASSWORD
    fields = {"Host": "vpn.example.org", "Content-Type": "application/json"}
    # The origin of the same name without TLS is another one.
    status, headers, _ = ask(hub, "POST", "/api/auth/login", {**fields, "Origin": "http://vpn.example.org"}, body)
    assert status == 403 and "set-cookie" not in headers
    status, headers, _ = ask(hub, "POST", "/api/auth/login", {**fields, "Origin": "https://vpn.example.org"}, body)
    assert status == 200
    assert re.fullmatch(
        r"__Host-wgpilot=wgs_[\w-]{43}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure", headers["set-cookie"])
    cookie = headers["set-cookie"].split(";")[0]
    assert ask(hub, "GET", "/api/auth/me", {**fields, "Cookie": cookie})[0] == 200
    # The name that a cookie without TLS has, which anybody on the way could set, is not looked at.
    assert ask(hub, "GET", "/api/auth/me", {**fields, "Cookie": cookie.replace("__Host-", "")})[0] == 401
    # Nobody says by a field of the request what is not so.
    headers = ask(hub, "GET", "/health", {**fields, "X-Forwarded-Proto": "http"})[1]
    assert "strict-transport-security" in headers


def test_plain_http_leads_to_the_same_place_by_tls_and_nowhere_else(hub, gateway):
    gateway(tls="self-signed", state_dir=str(hub.state))
    host = {"Host": "vpn.example.org"}
    status, headers, body = ask(hub, "GET", "/networks/1?x=y", host, plain=True)
    assert status == 308 and headers["location"] == f"https://vpn.example.org:{PORT}/networks/1?x=y" and body == b""
    assert "strict-transport-security" not in headers and headers["connection"] == "close"
    assert headers["cache-control"] == "no-store" and headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"] and len(headers["x-request-id"]) == 16
    assert ask(hub, "HEAD", "/", {"Host": "localhost:8081"}, plain=True)[1]["location"] == f"https://localhost:{PORT}/"
    # A place is never made of what a stranger wrote.
    for name in ("evil.example", "vpn.example.org.evil.example", "vpn.example.org@evil.example"):
        status, headers, _ = ask(hub, "GET", "/", {"Host": name}, plain=True)
        assert status == 421 and "location" not in headers
    assert ask(hub, "GET", "//evil.example/", host, plain=True)[1].get(
        "location", "https://vpn.example.org").startswith("https://vpn.example.org")
    # What was sent in the clear is not sent again as if nothing had happened.
    status, headers, body = ask(
        hub, "POST", "/api/auth/login?secret=1", host | {"Content-Type": "application/json"}, '{"password": "p"}', plain=True)
    assert status == 403 and b"https_required" in body and b"secret" not in body and "location" not in headers
