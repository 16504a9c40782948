"""`kill -9` at random instants: no acknowledged change is lost, none is half done, and the next start puts it right."""

import os
import random
import threading
import time

from lab import wait_until

OPERATIONS = 300
KILLS = 15
WORKERS = 3
# What wgpilotctl says when the daemon went away before or under the call: the outcome is not known.
UNAVAILABLE, DEADLINE = 9, 10
# Stored for good, and not live in the kernel yet.
PENDING = 12


class Journal:
    """What every peer must look like by what was acknowledged.

    A peer maps to the states it may be in: "enabled", "disabled", "absent". One state is a promise; more than one means
    that a call on it got no answer.
    """

    def __init__(self):
        self.states = {}
        self.lock = threading.Lock()

    def present(self, prefix):
        """The peers that are there for sure, of those whose name begins so."""
        with self.lock:
            return [
                name for name, states in self.states.items() if name.startswith(prefix) and "absent" not in states
            ]

    def begin(self, name, after):
        with self.lock:
            self.states[name] = self.states.get(name, {"absent"}) | {after}

    def acknowledge(self, name, after):
        with self.lock:
            self.states[name] = {after}

    def observe(self, found):
        """Compares with what is there; what was open until now is a promise from here on, since it was seen."""
        faults = []
        for name, allowed in self.states.items():
            state = found.get(name, "absent")
            if state not in allowed:
                faults.append(f"{name} is {state} and must be {' or '.join(sorted(allowed))}")
            self.states[name] = {state}
        faults += [f"{name} was never asked for" for name in found.keys() - self.states.keys()]
        assert not faults, "\n".join(faults)


class Worker(threading.Thread):
    """Creates, disables and removes peers of its own, one call at a time, as long as there are calls left."""

    def __init__(self, number, run):
        super().__init__(daemon=True)
        self.number = number
        self.run_state = run
        self.random = random.Random(f"{run.seed} worker {number}")
        self.serial = 0

    def run(self):
        run = self.run_state
        try:
            while run.take():
                try:
                    self.step(run)
                finally:
                    run.give_back()
        except BaseException as fault:  # noqa: BLE001
            run.faults.append(fault)

    def step(self, run):
        mine = run.journal.present(f"w{self.number}-")
        choice = self.random.random()
        if not mine or choice < 0.6:
            self.serial += 1
            name, after = f"w{self.number}-{self.serial}", "enabled"
            arguments = ("add", "load", name)
        else:
            name = self.random.choice(mine)
            if choice < 0.7:
                after, arguments = "disabled", ("disable", f"load/{name}")
            else:
                after, arguments = "absent", ("remove", f"load/{name}", "--yes")
        run.journal.begin(name, after)
        result = run.lab.ctl("peer", *arguments, check=False)
        if result.code in (0, PENDING):
            run.journal.acknowledge(name, after)
            run.count("acknowledged")
        else:
            assert result.code in (UNAVAILABLE, DEADLINE), result
            run.count("unanswered")


class Run:
    """The calls of all workers, which can be held up for a look at what is there."""

    def __init__(self, lab, seed):
        self.lab = lab
        self.seed = seed
        self.journal = Journal()
        self.faults = []
        self.acknowledged = 0
        self.unanswered = 0
        self.begun = 0
        self.underway = 0
        self.held = False
        self.change = threading.Condition()

    def take(self):
        with self.change:
            self.change.wait_for(lambda: not self.held)
            if self.begun >= OPERATIONS or self.faults:
                return False
            self.begun += 1
            self.underway += 1
            self.change.notify_all()
            return True

    def give_back(self):
        with self.change:
            self.underway -= 1
            self.change.notify_all()

    def count(self, outcome):
        with self.change:
            setattr(self, outcome, getattr(self, outcome) + 1)

    def wait_for_call(self, number):
        with self.change:
            assert self.change.wait_for(lambda: self.begun >= number or self.faults, 120), "the calls do not go on"

    def hold(self):
        with self.change:
            self.held = True
            assert self.change.wait_for(lambda: self.underway == 0, 120), "a call neither fails nor ends"

    def go_on(self):
        with self.change:
            self.held = False
            self.change.notify_all()


def check(lab, journal, interface, known):
    """Compares journal, database and device. `known` holds the configurations seen before, which must not change."""
    peers = lab.ctl("peer", "list", "load", "--output", "json").json
    journal.observe({peer["name"]: "enabled" if peer["enabled"] else "disabled" for peer in peers})
    assert len({peer["name"] for peer in peers}) == len(peers)
    assert len({peer["public_key"] for peer in peers}) == len(peers)
    addresses = [peer["allowed_ips"] for peer in peers]
    assert len(set(addresses)) == len(addresses), "two peers have one address"

    for peer in peers:
        if peer["name"] not in known:
            known[peer["name"]] = configuration(lab, peer)

    wanted = {peer["public_key"]: set(peer["allowed_ips"].split(",")) for peer in peers if peer["enabled"]}

    def device():
        return {key: each["allowed_ips"] for key, each in lab.hub.dump(interface).items()}

    wait_until(
        lambda: device() == wanted, 15,
        lambda: f"the device has what the database has; only in the database: {wanted.keys() - device().keys()}, "
        f"only in the device: {device().keys() - wanted.keys()}")
    return peers


def configuration(lab, peer):
    """The peer's file; fails if anything of it is missing, as it would be of a peer stored by half."""
    text = lab.ctl("peer", "config", f"load/{peer['name']}").stdout
    fields = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line and not line.startswith("#"))
    for field in ("PrivateKey", "Address", "PublicKey", "PresharedKey", "AllowedIPs", "Endpoint"):
        assert fields.get(field), f"{peer['name']}: no {field} in its file"
    assert fields["Address"].split("/")[0] == peer["allowed_ips"].split("/")[0]
    return text


def check_audit(lab, run):
    """The log is whole, and has each acknowledged change; of those without an answer it may have some."""
    assert lab.ctl("audit", "verify", "--output", "json").json["intact"]
    done = lab.ctl(
        "audit", "--method", "Peers/", "--result", "OK", "--limit", "100000", "--output", "json").json
    assert run.acknowledged <= len(done) <= run.acknowledged + run.unanswered


def test_no_acknowledged_change_is_lost_to_kill_9(lab):
    seed = os.environ.get("WGPILOT_SEED") or str(random.SystemRandom().randrange(2**32))
    print(f"WGPILOT_SEED={seed}")
    chance = random.Random(seed)
    lab.start_daemon()
    lab.ctl("network", "create", "load", "--subnet", "10.50.0.0/22")
    interface = lab.interface("load")
    run = Run(lab, seed)
    known = {}
    workers = [Worker(number, run) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    try:
        for instant in sorted(chance.sample(range(5, OPERATIONS - 5), KILLS)):
            run.wait_for_call(instant)
            # A call takes some ten milliseconds: anywhere from its first byte to its answer.
            time.sleep(chance.uniform(0, 0.03))
            lab.kill9()
            run.hold()
            if chance.random() < 0.25:
                # In the middle of the start as well.
                lab.start_daemon(wait=False)
                time.sleep(chance.uniform(0, 0.1))
                lab.kill9()
            lab.start_daemon()
            check(lab, run.journal, interface, known)
            run.go_on()
    finally:
        run.go_on()
        for worker in workers:
            worker.join(120)
    assert not run.faults, run.faults
    assert run.begun == OPERATIONS and not any(worker.is_alive() for worker in workers)

    peers = check(lab, run.journal, interface, known)
    for peer in peers:
        assert configuration(lab, peer) == known[peer["name"]], f"{peer['name']}: its file changed"
    # Once more from nothing but the disk.
    lab.kill9()
    lab.start_daemon()
    assert check(lab, run.journal, interface, known)
    check_audit(lab, run)
    print(f"{run.acknowledged} acknowledged, {run.unanswered} without an answer, {KILLS} kills, {len(peers)} peers left")
    # Otherwise hardly anything was put to the test.
    assert run.acknowledged >= OPERATIONS // 2
