"""What is measured: the rows of the table, their sizes, and the bar that each of them sets."""

import random

from collections import namedtuple

# What ours is compared with, and how many times as long plus how many seconds it may take.
Bar = namedtuple("Bar", "base factor seconds", defaults=[0])

# Sources of the numbers: the goals of the project, for two processors.
BARS = {
    "A null": Bar("serial", 1.3),
    "A file": Bar("serial", 0.85),
    "B 200us": Bar("serial", 0.52),
    "B 5ms": Bar("serial", 0.515),
    "C 2": Bar("T*", 1.02),
    "C 8": Bar("T*", 1.05),
    "C 32": Bar("T*", 1.18),
    "D1": Bar("T*", 1.27),
    "D2": Bar("T*", 1.39),
    "C 32 known": Bar("T*", 1.07),
    "D1 known": Bar("T*", 1.04),
    "D2 known": Bar("T*", 1.015),
    "E null": Bar("serial", 0.80),
    "E file": Bar("serial", 0.70),
    "start-up 1": Bar("exec", 3),
    "start-up 8": Bar("exec", 4, 0.010),
}

# Makes sleeps of which those of C take 1.000, 1.013 and 1.109 of T*, and those of D1 1.233, if nothing
# is known of them and each worker takes the next one in order and loses no time: what the bars were
# set against.
SEED = 1370
MICROSECOND = 1e-6
MILLISECOND = 1e-3


class Row:
    """One line of the table. `group` is how --rows names it; `work` is the BENCHMARK_WORK of
    suite.cpp; `sleeps` is empty, or the seconds that each test waits. `durations` is where to keep
    how long tests took, if anywhere."""

    def __init__(self, group, name, what, workers, count, work, to_file=False, sleeps=(),
                 durations=None):
        self.group, self.name, self.what = group, name, what
        self.workers, self.count, self.work = workers, count, work
        self.to_file, self.sleeps, self.durations = to_file, sleeps, durations
        self.bar = BARS.get(name)

    def best_possible(self):
        """T*: no way to hand sleeps out to so many workers takes less time."""
        return max(max(self.sleeps), sum(self.sleeps) / self.workers)


def exponential(count, mean):
    source = random.Random(SEED)
    return [source.expovariate(1 / mean) for _ in range(count)]


def pareto(count, mean, alpha):
    """A Pareto distribution that starts at 1 has the mean alpha / (alpha - 1)."""
    source = random.Random(SEED)
    scale = mean * (alpha - 1) / alpha
    return [scale * source.paretovariate(alpha) for _ in range(count)]


def one_long(count, each, share):
    """Equal sleeps, but the last one takes that share of all time."""
    short = [each] * (count - 1)
    return short + [sum(short) * share / (1 - share)]


def all_rows(scratch, quick, smoke):
    """`quick` leaves the largest size out, `smoke` makes everything as small as can be."""
    def size(count):
        return max(4, count // 100) if smoke else count

    def sleeping(group, name, what, workers, sleeps):
        path = scratch / ("sleeps_%s.txt" % name.replace(" ", "_"))
        path.write_text("".join("%d\n" % round(s / MICROSECOND) for s in sleeps))
        return Row(group, name, what, workers, len(sleeps), "sleep %s" % path, sleeps=sleeps)

    rows = []
    for place, to_file in ("null", False), ("file", True):
        rows.append(Row("A", "A " + place, "%d empty tests" % size(10000), 2, size(10000),
                        "empty %d" % size(10000), to_file))
    for name, count, microseconds in ("B 200us", 5000, 200), ("B 5ms", 400, 5000):
        rows.append(Row("B", name, "%d tests that compute for %d us" % (size(count), microseconds),
                        2, size(count), "cpu %d %d" % (size(count), microseconds)))
    for workers in 2, 8, 32:
        rows.append(sleeping("C", "C %d" % workers,
                             "%d sleeps, exponential, mean 10 ms" % size(1000), workers,
                             exponential(size(1000), 10 * MILLISECOND)))
    rows.append(sleeping("D1", "D1", "%d sleeps, Pareto, alpha 1.5, mean 20 ms" % size(300), 8,
                         pareto(size(300), 20 * MILLISECOND, 1.5)))
    rows.append(sleeping("D2", "D2", "%d sleeps, the last of them 25 %% of all time" % size(300),
                         8, one_long(size(300), 10 * MILLISECOND, 0.25)))
    for row in [row for row in rows if row.name in ("C 32", "D1", "D2")]:
        name = row.name + " known"
        rows.append(Row(row.group, name, row.what + ", planned by earlier runs", row.workers,
                        row.count, row.work, sleeps=row.sleeps,
                        durations=scratch / ("durations_%s.txt" % name.replace(" ", "_"))))
    for place, to_file in ("null", False), ("file", True):
        rows.append(Row("E", "E " + place, "%d tests that print 100 lines each" % size(2000), 2,
                        size(2000), "print %d 100" % size(2000), to_file))
    rows.append(Row("start-up", "start-up 1", "1 empty test", 2, 1, "empty 1"))
    rows.append(sleeping("start-up", "start-up 8", "8 sleeps of 10 ms", 8, [10 * MILLISECOND] * 8))
    for count in growth_sizes(quick):
        rows.append(Row("growth", "growth %d" % count, "%d empty tests" % size(count), 2,
                        size(count), "empty %d" % size(count)))
    return rows


def growth_sizes(quick):
    return [1000, 10000, 100000] + ([] if quick else [1000000])
