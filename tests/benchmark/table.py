"""Prints what was measured. Nothing is judged but ours, against the row's bar."""

import statistics

CELL = 17
FIRST = 12
COLUMNS = ["serial", "shards", "ctest -j", "pytest-xdist", "gtest-parallel", "ours"]


class Times:
    """The seconds of one column of one row; `scaled` where only a part of the tests was run."""

    def __init__(self, scale=1):
        self.scale, self.seconds, self.peaks = scale, [], []

    def add(self, seconds, peak=None):
        self.seconds.append(seconds * self.scale)
        if peak is not None:
            self.peaks.append(peak)

    def median(self):
        return statistics.median(self.seconds)

    def peak(self):
        return statistics.median(self.peaks)


def padded(*cells):
    return "".join(text.ljust(CELL) for text in cells)


def seconds(value):
    for unit, size in ("s", 1), ("ms", 1e-3):
        if value >= size:
            return "%.3g %s" % (value / size, unit)
    return "%.3g us" % (value * 1e6)


def base_of(row, times):
    """Name and seconds of what the row is compared with."""
    base = row.bar.base
    return base, row.best_possible() if base == "T*" else times[base].median()


def cell(times, base, column):
    if column not in times:
        return "-"
    value = times[column].median()
    ratio = value / base
    return "%s%s (%s)" % ("~" if times[column].scale != 1 else "",
                          ("%.2f" if ratio < 100 else "%.0f") % ratio, seconds(value))


def verdict(row, times):
    base, base_seconds = base_of(row, times)
    limit = row.bar.factor * base_seconds + row.bar.seconds
    text = "%.4g %s" % (row.bar.factor, base)
    if row.bar.seconds:
        text = "%s + %s" % (seconds(row.bar.seconds), text)
    reached = times["ours"].median() <= limit
    return text, "reached" if reached else "missed by %.1f %%" % (
        100 * (times["ours"].median() / limit - 1))


def print_comparison(rows, results):
    print("\n" + "row".ljust(FIRST) + padded("base", *COLUMNS, "bar") + "ours")
    for row in rows:
        times = results[row.name]
        base, base_seconds = base_of(row, times)
        bar, reached = verdict(row, times)
        cells = (cell(times, base_seconds, column) for column in COLUMNS)
        print(row.name.ljust(FIRST) +
              padded("%s %s" % (base, seconds(base_seconds)), *cells, bar) + reached)
    print("\nEach cell: the time as a multiple of the base, and the median itself. T* is the "
          "longest sleep or the\nsum over the workers, whichever is more; exec is a start that "
          "only lists the tests.")
    print("The rows:")
    for row in rows:
        print("  %s%s, W=%d, output to %s" % (row.name.ljust(FIRST), row.what, row.workers,
                                             "a file" if row.to_file else "/dev/null"))


def print_scaled(rows, peers):
    """`~` in the table."""
    for peer in peers:
        cut = ["%s: %d of %d" % (row.name, peer.count(row), row.count)
               for row in rows if peer.suits(row) and peer.count(row) != row.count]
        if cut:
            print("~ %s ran only a part of the tests, and the time is scaled up: %s"
                  % (peer.name, ", ".join(cut)))


def print_growth(rows, results):
    """Memory of a test is what a row has more than the row before it, so that what the binary
    itself needs does not count."""
    head = ("tests", "serial", "ours", "serial peak", "controller peak", "serial", "controller")
    print("\nGrowth: empty tests, W=2, output to /dev/null")
    print(padded(*head).rstrip())
    before = None
    for row in rows:
        serial, ours = (results[row.name][column] for column in ("serial", "ours"))
        cells = [str(row.count)]
        cells += ["%.3g us/test" % (times.median() / row.count * 1e6) for times in (serial, ours)]
        cells += ["%.1f MiB" % (times.peak() / 1024) for times in (serial, ours)]
        for times, column in (serial, "serial"), (ours, "ours"):
            if before is None:
                cells.append("-")
            else:
                more = (times.peak() - results[before.name][column].peak()) * 1024
                cells.append("%.0f B/test" % (more / max(1, row.count - before.count)))
        print(padded(*cells).rstrip())
        before = row
