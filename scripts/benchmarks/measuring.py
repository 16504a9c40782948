"""Taking turns, medians with quartiles, and the table of what came out."""

import statistics
import subprocess
import sys
import time


def say(text):
    print(text, file=sys.stderr, flush=True)


def die(text):
    say(f"bench: {text}")
    sys.exit(1)


def timed(body):
    start = time.perf_counter()
    body()
    return (time.perf_counter() - start) * 1000


def run(command):
    """A whole command, its output read and thrown away as a pipe would."""
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0:
        die(f"{' '.join(map(str, command))} ended with {result.returncode}: {result.stderr.strip()}")


def turns(count, bodies, after=None):
    """Measures each body `count` times, turn and turn about; every other round goes backwards."""
    times = {name: [] for name in bodies}
    names = list(bodies)
    for round in range(-1, count):
        for name in names if round % 2 == 0 else reversed(names):
            took = timed(lambda: bodies[name](round + 1))
            # The first round warms the caches of both sides and counts for neither.
            if round >= 0:
                times[name].append(took)
            if after:
                after(name, round + 1)
    return times


def spread(values, unit="ms"):
    """The median with the quartiles."""
    form = ",.0f" if statistics.median(values) >= 1000 else ".1f"
    middle = f"{statistics.median(values):{form}} {unit}"
    if len(values) < 4:
        return middle
    low, _, high = statistics.quantiles(values, n=4)
    return f"{middle} ({low:{form}}–{high:{form}})"


class Report:
    def __init__(self):
        self.rows = []
        self.notes = []

    def ratio(self, what, times, against, other, target):
        value = statistics.median(times) / statistics.median(other)
        self.add(what, spread(times), against, spread(other), f"{value:.{2 if value >= 0.1 else 4}f} ×", f"≤ {target:g} ×", value <= target)

    def compare(self, what, values, unit, against, other, most=None, least=None):
        """Values of another unit, of which more may be better: the ratio is at most `most` or at least `least`."""
        value = statistics.median(values) / statistics.median(other)
        met = value <= most if least is None else value >= least
        target = f"≤ {most:.3g} ×" if least is None else f"≥ {least:.3g} ×"
        self.add(what, spread(values, unit), against, spread(other, unit), f"{value:.2f} ×", target, met)

    def size(self, what, now, peak, target):
        self.add(what, f"{now:.1f} MB (peak {peak:.1f})", "", "", "", f"< {target:g} MB", now < target)

    def fact(self, what, figure):
        self.rows.append([what, figure, "", "", "", "", ""])

    def add(self, what, figure, against, other, ratio, target, met):
        self.rows.append([what, figure, against, other, ratio, target, "met" if met else "**missed**"])

    def print(self):
        head = ["What", "Median (quartiles)", "Against", "Median (quartiles)", "Ratio", "Target", ""]
        for row in [head, ["---"] * len(head), *self.rows]:
            print("| " + " | ".join(row) + " |")
        missed = [row[0] for row in self.rows if "missed" in row[-1]]
        print()
        print(f"Missed: {'; '.join(missed)}." if missed else "Every target was met.")
        for note in self.notes:
            print(f"\nNote: {note}")
