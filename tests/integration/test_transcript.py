"""The comparison of texts: it forgives the order of suites and tests, and nothing else."""

import unittest

import transcript

SERIAL = """\
main prints
[==========] Running 3 tests from 2 test suites.
[----------] Global test environment set-up.
[----------] 2 tests from A
A goes up
[ RUN      ] A.One
one
[       OK ] A.One (0 ms)
[ RUN      ] A.Two
no newline[  FAILED  ] A.Two, where GetParam() = 1 (12 ms)
A goes down
[----------] 2 tests from A (12 ms total)

[----------] 1 test from B/0, where TypeParam = int
[ RUN      ] B/0.One
[  SKIPPED ] B/0.One (0 ms)
[----------] 1 test from B/0 (0 ms total)

[----------] Global test environment tear-down
[==========] 3 tests from 2 test suites ran. (13 ms total)
[  PASSED  ] 1 test.
"""
A_ONE = "[ RUN      ] A.One\none\n[       OK ] A.One (0 ms)\n"
B = SERIAL[SERIAL.index("[----------] 1 test from B/0,"):
           SERIAL.index("[----------] Global test environment tear-down")]


class NormalFormTest(unittest.TestCase):
    def assert_same(self, text):
        self.assertEqual(transcript.normal_form(SERIAL), transcript.normal_form(text))

    def assert_different(self, text):
        self.assertNotEqual(SERIAL, text)
        self.assertNotEqual(transcript.normal_form(SERIAL), transcript.normal_form(text))

    def test_order_and_times_are_forgiven(self):
        self.assert_same(SERIAL.replace("(12 ms", "(99 ms"))
        self.assert_same(SERIAL.replace(A_ONE, "").replace("A goes d", A_ONE + "A goes d"))
        self.assert_same(SERIAL.replace(B, "").replace("[----------] 2 tests from A\n",
                                                       B + "[----------] 2 tests from A\n"))

    def test_a_line_too_many_or_too_few_is_not(self):
        for line in SERIAL.splitlines(keepends=True):
            self.assert_different(SERIAL.replace(line, "", 1))
            self.assert_different(SERIAL.replace(line, line * 2, 1))

    def test_a_line_out_of_its_place_is_not(self):
        for line in "main prints\n", "one\n", "A goes up\n", "A goes down\n":
            without = SERIAL.replace(line, "", 1).splitlines(keepends=True)
            places = {"".join(without[:i] + [line] + without[i:]) for i in range(len(without))}
            for text in places - {SERIAL}:
                self.assert_different(text)

    def test_a_suite_inside_of_another_is_not(self):
        self.assert_different(SERIAL.replace(B, "").replace(A_ONE, A_ONE + B))
        self.assert_different(SERIAL.replace(A_ONE, "").replace(B, B + A_ONE))

    def test_pieces(self):
        iteration, = transcript.transcript(SERIAL)
        self.assertEqual(["A", "B/0"], list(iteration.suites))
        self.assertEqual(["A.One", "A.Two"], list(iteration.suites["A"].blocks))
        self.assertIn("A goes down", iteration.suites["A"].frame)
        self.assertEqual("main prints", iteration.before[0])
        self.assertIn("[  PASSED  ] 1 test.", iteration.after)


if __name__ == "__main__":
    unittest.main(verbosity=2)
