"""What plugins send to workers and back: workerinput and workeroutput."""

import harness

KIND = ("a map<string, vector<tuple<bool, integer, "
        "pair<struct{integer, optional<double>}, string>>>>")


class ValueTest(harness.IntegrationTest):
    def exchange(self, mode, **options):
        run = self.parallel("values", env={"MODE": mode}, **options)
        self.assertEqual(2 * ["input is right"] + 2 * ["output is right"], sorted(run.noted), run)
        self.assertFalse(run.failed, run)
        return run

    def test_values_of_every_kind(self):
        self.assertEqual(0, self.exchange("").status)

    def test_huge_values(self):
        """100 MB to each worker, and 100 MB back from each."""
        self.assertEqual(0, self.exchange("huge").status)

    def test_names_of_the_session_stay_its_own(self):
        self.assertEqual(0, self.exchange("reserved").status)

    def test_what_a_plugin_does_to_its_output_at_last(self):
        for mode in "unregister", "no output":
            self.assertEqual(0, self.exchange(mode).status)

    def assert_error(self, mode, *messages):
        run = self.exchange(mode)
        self.assertEqual(1, run.status, run)
        for message in messages:
            self.assertIn(message + "\n", run.out)

    def test_reading_the_wrong_type(self):
        self.assert_error("wrong type of input", *(
            "worker 'gw%d': plugin 'Values' failed in configure: value 'everything' is %s and was "
            "read as string" % (i, KIND) for i in range(2)))
        self.assert_error("wrong type of output", "plugin 'Values' failed in testnodedown: value "
                          "'bytes' is bytes and was read as vector<integer>")

    def test_reading_what_is_not_there(self):
        self.assert_error("no such input", *(
            "worker 'gw%d': plugin 'Values' failed in configure: no value 'byte'; did you mean "
            "'bytes'? The names are: bytes, dist, everything, testrunuid, workercount, workerid" % i
            for i in range(2)))

    def test_a_plugin_fails_the_session(self):
        self.assert_error("fail", "worker 'gw0': because it must", "worker 'gw1': because it must",
                          "because it must")
        serial = self.serial("values", env={"MODE": "fail"})
        self.assertEqual(1, serial.status)
        self.assertIn("\nbecause it must\n", serial.out)


if __name__ == "__main__":
    harness.main()
