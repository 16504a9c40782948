"""The API's document against the running gateway: what it promises is kept, and no request breaks anything.

Schemathesis makes the requests, right ones and wrong ones, and checks the answers. WGPILOT_OPENAPI_CASES says how many; a run that failed
is repeated with the seed that it printed, in WGPILOT_OPENAPI_SEED.
"""

import json
import os
import random
import re
import sys
import threading

import jsonschema
import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Host"))
from gateway import PORT, Gateway, get, inside, token  # noqa: E402
from lab import REPOSITORY, Lab  # noqa: E402

# Of made-up requests; those of examples, of the borders of every field, and of states come on top, and are far more.
CASES = int(os.environ.get("WGPILOT_OPENAPI_CASES", "600"))
LEAST = 5000
SEED = int(os.environ.get("WGPILOT_OPENAPI_SEED", random.randrange(2**31)))
SCHEMATHESIS = REPOSITORY / ".build-tools/venv/bin/schemathesis"
# Streams have no end, and a scrape is no API for people.
LEFT_OUT = ["/api/events", "/metrics"]
CONFIGURATION = """
[checks.positive_data_acceptance]
# 409: the hub's state forbids it; 412: the version in the example is not that of the thing; 422: a field that has the form of the
# document and a meaning that the hub refuses; 429: logins are slowed down.
expected-statuses = ["2xx", "401", "403", "404", "409", "412", "422", "429"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "412", "413", "414", "415", "422", "428", "429", "431"]
[checks.missing_required_header]
expected-statuses = ["400", "401", "403", "404", "412", "422", "428"]
"""


@pytest.fixture(scope="module")
def served():
    lab = Lab()
    try:
        lab.start_daemon(config='gateway_user: "64006"\n')
        lab.ctl("network", "create", "office", "--subnet", "10.8.0.0/24", "--listen-port", "51820")
        lab.ctl("network", "create", "lab", "--subnet", "10.9.0.0/24")
        for name in ("laptop", "phone", "printer"):
            lab.ctl("peer", "add", "office", name)
        # What is deleted by its number is one of these, and not the one that the requests bear.
        for index in range(20):
            token(lab, "viewer", f"spare-{index}")
        lab.admin = token(lab, "admin", "requests")
        lab.gateway = Gateway(lab).start()
        yield lab
    finally:
        lab.close()


def test_the_document_is_what_openapi_asks_for(served):
    status, _, body = get(served, "/api/openapi.json")
    document = json.loads(body)
    assert status == 200 and document["openapi"].startswith("3.1")
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema), name
    page = get(served, "/api/docs", headers={"Accept": "text/html"})
    assert page[0] == 200 and b"<script" not in page[2] and b"style=" not in page[2]


def test_the_gateway_keeps_what_the_document_promises(served, tmp_path):
    daemon = served.daemon.pid
    operations = sum(len(methods) for methods in json.loads(get(served, "/api/openapi.json")[2])["paths"].values())
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION)
    done = threading.Event()

    def undo():
        # A change that waits to be confirmed holds up all others.
        while not done.wait(0.3):
            get(served, "/api/pending-change/undo", served.admin, method="POST")

    thread = threading.Thread(target=undo)
    thread.start()
    try:
        result = served.hub.run(
            SCHEMATHESIS, "--config-file", configuration, "run", f"http://127.0.0.1:{PORT}/api/openapi.json",
            "--header", f"Authorization: Bearer {served.admin}", "--checks", "all", "--seed", SEED,
            "--max-examples", max(1, CASES // operations), "--mode", "all", "--continue-on-failure", "--no-color",
            *(word for path in LEFT_OUT for word in ("--exclude-path", path)),
            "--suppress-health-check", "all", check=False, timeout=3000)
    finally:
        done.set()
        thread.join()
    (tmp_path / "report.txt").write_text(result.stdout)
    log = served.gateway.log.read_text()
    assert result.code == 0, f"seed {SEED}\n{result.stdout[-20_000:]}\n{result.stderr[-2000:]}"
    assert "request failed" not in log, log[-4000:]
    assert served.gateway.process.poll() is None
    # The daemon is the one that was there before, and answers, and nothing of all this was a fault of its own.
    assert served.daemon.pid == daemon and served.daemon.poll() is None
    assert served.ctl("status").code == 0
    assert not re.search(r"handler failed|unexpected_error|Fatal error", served.daemon_log()), served.daemon_log()[-4000:]
    # A change of the tool's that makes hardly any request is not to pass for one where all went well.
    count = int(re.search(r"(\d+) generated", result.stdout)[1])
    assert count >= LEAST, result.stdout[-2000:]
