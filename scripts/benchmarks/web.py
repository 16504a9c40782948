"""What the web page costs the browser: bytes, the time to a table, and frames while one types."""

import http.client
import json
import pathlib
import statistics
import time

from benchmarks.daemon import machine
from benchmarks.gateway import PORT, hub
from benchmarks.measuring import Report, die, say, spread

# A thousand peers to be there in a second, ten thousand to be filtered.
LIST, MANY = 1000, 10_000
LOAD_KB, TABLE_SECONDS, FRAME_MS = 150, 1.0, 50.0
PASSWORD = "a password of the benchmark"
TYPED = "peer-04321"
URL = f"http://127.0.0.1:{PORT}"

# Notes when the table is there as a whole: rows, and the number of all peers beside the filter.
TABLE_WATCH = """
(wanted => {
    const look = () => {
        const count = document.querySelector('.toolbar__count')?.textContent.replace(/,/g, '').match(/\\d+/g)?.pop();
        if (document.querySelector('tbody tr[data-row]') && count === String(wanted)) window.tableAt = performance.now();
        else requestAnimationFrame(look);
    };
    look();
})(%d)
"""
# The gaps between frames, from now until asked.
FRAMES = """
() => {
    window.gaps = [];
    let before = performance.now();
    const frame = now => { window.gaps.push(now - before); before = now; window.timer = requestAnimationFrame(frame); };
    window.timer = requestAnimationFrame(now => { before = now; window.timer = requestAnimationFrame(frame); });
}
"""


def log_in(code):
    """Makes the first admin; the session's cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("POST", "/api/auth/setup", json.dumps({"code": code, "name": "bench", "password": PASSWORD}), {
        "Content-Type": "application/json", "Origin": URL, "Sec-Fetch-Site": "same-origin"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status // 100 != 2:
        die(f"the set-up was answered {answer.status}: {body[:500]!r}")
    name, _, value = answer.getheader("Set-Cookie").split(";")[0].partition("=")
    return {"name": name, "value": value, "url": URL}


class Load:
    """One load of the page by a browser that has nothing of it."""

    def __init__(self, browser, cookie, path, count):
        self.context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
        if cookie:
            self.context.add_cookies([cookie])
        self.page = self.context.new_page()
        self.bytes, self.kinds = {}, {}
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", lambda event: self.kinds.update({event["requestId"]: event["request"]["url"]}))
        session.on("Network.loadingFinished", lambda event: self.bytes.update({event["requestId"]: event["encodedDataLength"]}))
        if count:
            self.page.add_init_script(TABLE_WATCH % count)
        self.page.goto(URL + path)
        if not count:
            self.page.locator("input[name=password]").wait_for()
        self.wait("performance.getEntriesByName('first-contentful-paint').length > 0" + " && window.tableAt !== undefined" * bool(count))

    def wait(self, condition):
        """Playwright's own waiting evaluates a text in the page, which the page's policy refuses."""
        until = time.monotonic() + 60
        while not self.page.evaluate(condition):
            if time.monotonic() > until:
                die(f"the page never came to {condition}")
            time.sleep(0.02)

    def files(self):
        """The bytes of the page itself, with the heads of its answers."""
        return sum(size for request, size in self.bytes.items() if "/api/" not in self.kinds.get(request, ""))

    def paint(self):
        return self.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")

    def table(self):
        return self.page.evaluate("window.tableAt")

    def close(self):
        self.context.close()


def measure_loads(options, browser, cookie, network, report):
    paints, tables, sizes, first = [], [], [], []
    for turn in range(-1, options.pairs):
        login = Load(browser, None, "/", None)
        page = Load(browser, cookie, f"/networks/{network}", LIST)
        # The first round warms the daemon and the disk.
        if turn >= 0:
            first.append(login.files() / 1000)
            sizes.append(page.files() / 1000)
            paints.append(page.paint())
            tables.append(page.table())
        login.close()
        page.close()
    report.add("the page over the wire, first load without a session", spread(first, "kB"), "", "", "", f"< {LOAD_KB} kB",
               max(first) < LOAD_KB)
    report.add(f"… and with one, up to a table of {LIST:,} peers, without the data", spread(sizes, "kB"), "", "", "",
               f"< {LOAD_KB} kB", max(sizes) < LOAD_KB)
    limit = TABLE_SECONDS * 1000
    report.add("first content", spread(paints), "", "", "", f"≤ {limit:g} ms", statistics.median(paints) <= limit)
    report.add(f"a usable table of {LIST:,} peers", spread(tables), "", "", "", f"≤ {limit:g} ms",
               statistics.median(tables) <= limit)


def measure_typing(options, browser, cookie, network, report):
    load = Load(browser, cookie, f"/networks/{network}", MANY)
    page = load.page
    field = page.locator("input[type=search]")
    longest, nearly = [], []
    for turn in range(-1, options.pairs):
        field.fill("")
        field.focus()
        page.evaluate(FRAMES)
        # As fast as quick typists do.
        field.press_sequentially(TYPED, delay=70)
        for _ in TYPED:
            page.keyboard.press("Backspace", delay=30)
        gaps = page.evaluate("() => { cancelAnimationFrame(window.timer); return window.gaps; }")
        if turn >= 0:
            longest.append(max(gaps))
            nearly.append(sorted(gaps)[len(gaps) * 99 // 100])
    load.close()
    report.add(f"the longest frame while one types in the filter over {MANY:,} peers", spread(longest), "", "", "",
               f"< {FRAME_MS:g} ms", statistics.median(longest) < FRAME_MS)
    report.fact("… what 99 of 100 frames stay below", spread(nearly))


def measure(options):
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        die("playwright is missing; run scripts/install-dependencies --test")
    root = pathlib.Path(__file__).resolve().parents[2] / "Web/dist"
    if not (root / "index.html").is_file():
        die("there is no built page; run scripts/build-web")
    report = Report()
    with hub(options, web_root=str(root)) as made, sync_playwright() as driver:
        text = machine(made.daemon)
        cookie = log_in(made.daemon.json("user", "setup-code")["code"])
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            version = browser.version
            number = made.make_peers("list", "10.60.0.0/20", LIST)
            say("loads")
            measure_loads(options, browser, cookie, number, report)
            number = made.make_peers("many", "10.61.0.0/16", MANY)
            say("typing")
            measure_typing(options, browser, cookie, number, report)
        finally:
            browser.close()
    print(f"{text}; Chromium {version}, headless, {options.pairs} times each, nothing cached.\n")
    report.print()
