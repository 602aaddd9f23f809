"""Selected = passed + failed + skipped + not run: what is lost is named, and fails the run."""

import harness

WRONG = "the account of the tests is wrong: "


class AccountTest(harness.IntegrationTest):
    def run_losing(self, numbers, *arguments, **options):
        return self.parallel("miscount", "--gtest_filter=*Passes/?", *arguments,
                             env={"LOSE": numbers}, **options)

    def test_a_right_account_needs_no_word(self):
        run = self.run_losing("", "--gtest_repeat=3")
        self.assertEqual((0, []), (run.status, run.notes), run)
        self.assertNotIn(WRONG, run.out)

    def test_lost_tests_are_named(self):
        for workers in 1, 2:
            with self.subTest(workers=workers):
                run = self.run_losing("3 7", workers=workers)
                self.assertEqual(1, run.status, run)
                self.assertIn(WRONG + "selected 10, ", run.out)
                # Others may be lost with them.
                self.assertRegex(run.out, "; never reported: [^;]*'All/Counted.Passes/3'[^;]*"
                                 "'All/Counted.Passes/7'")

    def test_a_wrong_iteration_among_others(self):
        run = self.run_losing("4", "--gtest_repeat=3")
        self.assertEqual(1, run.status, run)
        self.assertIn(WRONG, run.out)


if __name__ == "__main__":
    harness.main()
