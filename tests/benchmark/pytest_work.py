"""The work of suite.cpp in Python, for pytest-xdist; BENCHMARK_FIRST says how many tests of it."""

import os
import time

import pytest

KIND, *WORDS = os.environ["BENCHMARK_WORK"].split()
MICROSECOND = 1e-6


def sleeps():
    with open(WORDS[0]) as file:
        return [int(line) * MICROSECOND for line in file]


AMOUNTS = sleeps() if KIND == "sleep" else [int(WORDS[-1])] * int(WORDS[0])


@pytest.mark.parametrize("index", range(int(os.environ["BENCHMARK_FIRST"])))
def test_work(index):
    amount = AMOUNTS[index]
    if KIND == "sleep":
        time.sleep(amount)
    elif KIND == "cpu":
        end = time.thread_time() + amount * MICROSECOND
        while time.thread_time() < end:
            pass
    elif KIND == "print":
        for line in range(amount):
            print("line %d of what this test has to say about its work" % line)
