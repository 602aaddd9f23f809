"""Without a variable of gtest-xdist a process is what it would be without the library."""

import re

import harness


class AbsenceTest(harness.IntegrationTest):
    def facts(self, suite, **env):
        started = self.start(suite, report=None, env=env)
        run = started.end()
        self.assertEqual(0, run.status, run)
        scratch = re.compile("%s|%s|%s" % (re.escape(str(started.directory)), suite, started.token))
        masked = [re.sub(r"\d{3,}", "N", scratch.sub("X", line)) for line in run.noted]
        return sorted(masked)

    def test_nothing_is_there(self):
        facts = self.facts("absence")
        self.assertIn("listeners: 1", facts)
        self.assertEqual(self.facts("absence_plain"), facts)

    def test_the_facts_tell(self):
        """A worker has more, and would be found out."""
        facts = "\n".join(self.facts("absence", GTEST_XDIST_WORKERS="1"))
        self.assertIn("listeners: 3", facts)
        self.assertIn("memfd", facts)


if __name__ == "__main__":
    harness.main()
