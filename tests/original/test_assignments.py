"""The same tests, workers and events, here and in pytest-xdist: the same is sent to the same worker.

As long as the original has something that no worker has: after that it waits for its workers, and
ours moves tests between them.
"""

import importlib.util
import os
import random
import subprocess
import sys
import unittest

SKIPPED = 77
DEBIANS_PYTHON = "/usr/bin/python3"  # for which Debian's package is

if not importlib.util.find_spec("xdist"):
    if sys.executable != DEBIANS_PYTHON and os.path.exists(DEBIANS_PYTHON):
        os.execv(DEBIANS_PYTHON, [DEBIANS_PYTHON, "-B", *sys.argv])
    print("skipped: pytest-xdist is not installed")
    sys.exit(SKIPPED)

from xdist.scheduler import EachScheduling, LoadScheduling, LoadScopeScheduling  # noqa: E402

OURS = sys.argv[1]
ROUNDS = 60
SCHEDULERS = {"load": LoadScheduling, "loadscope": LoadScopeScheduling, "each": EachScheduling}


class Config:
    """What the original asks of pytest."""

    def __init__(self, workers):
        self.workers = workers

    def getvalue(self, name):
        return {"tx": ["popen"] * self.workers}[name]


class Silence:
    """A log that keeps nothing."""

    def __call__(self, *words):
        pass

    def __getattr__(self, name):
        return self


class Gateway:
    def __init__(self, number):
        self.id = "gw%d" % number


class Node:
    def __init__(self, number, tests):
        self.number, self.tests = number, tests
        self.gateway = Gateway(number)
        self.shutting_down = False
        self.pending, self.sent = [], []

    def send_runtest_some(self, indices):
        self.pending += indices
        self.sent += indices

    def send_runtest_all(self):
        self.send_runtest_some(list(range(self.tests)))

    def shutdown(self):
        self.shutting_down = True


class Original:
    """A scheduler of pytest-xdist. The scope of a test is in its id, as in pytest."""

    def __init__(self, mode, workers, scopes):
        collection = ["file.py::Scope%d::test_%d" % (scope, test)
                      for test, scope in enumerate(scopes)]
        self.mode = mode
        self.scheduler = SCHEDULERS[mode](Config(workers), Silence())
        self.nodes = [Node(number, len(scopes)) for number in range(workers)]
        for node in self.nodes:
            self.scheduler.add_node(node)
        for node in self.nodes:
            self.scheduler.add_node_collection(node, collection)

    def happen(self, event):
        what, *numbers = event.split()
        if what == "schedule":
            self.scheduler.schedule()
            return
        node = self.nodes[int(numbers[0])]
        if what == "die":
            node.pending = []
            self.scheduler.remove_node(node)
        else:
            self.scheduler.mark_test_complete(node, node.pending.pop(0), float(numbers[1]))

    def has_something_left(self):
        if self.mode == "loadscope":
            return bool(self.scheduler.workqueue)
        return self.mode == "load" and bool(self.scheduler.pending)

    def what_was_sent(self):
        """{worker: indices}"""
        sent = {node.number: node.sent for node in self.nodes if node.sent}
        for node in self.nodes:
            node.sent = []
        return sent


def expanded(indices):
    """The numbers of an index list such as 0-24:31:40."""
    for part in indices.split(":"):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


class Ours:
    def __init__(self, mode, workers, scopes):
        self.process = subprocess.Popen([OURS], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.say("%s %d %s" % (mode, workers, " ".join(map(str, scopes))))

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def happen(self, event):
        self.say(event)

    def what_was_sent(self):
        sent = {}
        words = self.process.stdout.readline().split()
        for number, indices in zip(words[::2], words[1::2]):
            sent.setdefault(int(number), []).extend(expanded(indices))
        return sent

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        return self.process.wait()


class AssignmentsTest(unittest.TestCase):
    def compare(self, mode, workers, scopes, source, may_die):
        """Returns how many events were compared."""
        original, ours = Original(mode, workers, scopes), Ours(mode, workers, scopes)
        self.addCleanup(ours.end)
        event, count, history = "schedule", 0, []
        while event:
            original.happen(event)
            ours.happen(event)
            expected, got = original.what_was_sent(), ours.what_was_sent()
            if mode == "load" and event == "schedule" and len(scopes) < 2 * workers:
                expected = {number: indices[:1] for number, indices in expected.items()}
            if event != "schedule" and not original.has_something_left():
                break
            history.append(event)
            self.assertEqual(expected, got, "%s, %d workers, scopes %s, after %s" %
                             (mode, workers, scopes, history))
            count += 1
            event = self.next_event(original, source, may_die)
        return count

    def next_event(self, original, source, may_die):
        if not original.has_something_left():
            return None
        busy = [node.number for node in original.nodes if node.pending]
        alive = [number for number in busy if original.nodes[number] in original.scheduler.nodes]
        number = source.choice(alive)
        if may_die and len(original.scheduler.nodes) > 1 and source.random() < 0.03:
            return "die %d" % number
        return "complete %d %s" % (number, source.choice(["0", "0.05", "0.2"]))

    def compare_many(self, mode, may_die=False):
        source = random.Random(mode)
        count = 0
        for _ in range(ROUNDS):
            tests = source.choice([1, 2, 3, 7, 20, 100, 400])
            scopes = [source.randrange(source.choice([1, 5, 40])) for _ in range(tests)]
            scopes = sorted(scopes) if source.random() < 0.5 else scopes
            workers = source.choice([1, 2, 3, 8])
            with self.subTest(tests=tests, workers=workers):
                count += self.compare(mode, workers, scopes, source, may_die)
        return count

    def test_load(self):
        self.assertGreater(self.compare_many("load"), 1000)

    def test_load_with_crashes(self):
        self.assertGreater(self.compare_many("load", may_die=True), 1000)

    def test_loadscope(self):
        """Without crashes: what the original does then is one of its defects."""
        self.assertGreater(self.compare_many("loadscope"), 500)

    def test_each(self):
        self.assertEqual(ROUNDS, self.compare_many("each"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
