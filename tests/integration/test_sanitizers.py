"""What a sanitizer finds in any process of a run fails the test that has started the run."""

import harness

# By what the suites were compiled with.
MISTAKES = {"thread": "ThreadSanitizer: data race",
            "address,undefined": "AddressSanitizer: heap-buffer-overflow"}


class SanitizersTest(harness.IntegrationTest):
    def test_a_mistake_in_any_process_is_found(self):
        for test in "AndGoesOn", "AndIsKilled", "InAChildThatNobodyAsks":
            for workers in 0, 1, 2:
                with self.subTest(test=test, workers=workers):
                    started = self.start("mistakes", "--gtest_filter=Mistakes." + test,
                                         env={"GTEST_XDIST_WORKERS": str(workers)})
                    started.end()
                    with self.assertRaisesRegex(AssertionError, MISTAKES[harness.SANITIZER]):
                        self.assert_no_sanitizer_reports()
                    for report in started.sanitizer_reports:
                        report.unlink()


if __name__ == "__main__":
    harness.main()
