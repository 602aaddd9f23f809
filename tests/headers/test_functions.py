"""The header emits no more functions than it did: what a compiler takes for it is mostly that.

Arguments: nm, and the object of the shim, compiled by g++ 12 without optimisation. The number is exact
and does not depend on the machine. A change that adds many pays for them, or raises the bound and says
in its commit what for; one that saves some lowers it.
"""

import re
import subprocess
import sys
import unittest

NM, SHIM = sys.argv[1:]
MOST = 16165


class FunctionsTest(unittest.TestCase):
    def test_there_are_not_too_many(self):
        symbols = subprocess.run([NM, "--defined-only", SHIM], stdout=subprocess.PIPE, text=True, check=True).stdout
        functions = len(re.findall(r"^[0-9a-f]+ [tTwW] ", symbols, re.MULTILINE))
        print("%d functions" % functions)
        self.assertLessEqual(functions, MOST)
        self.assertGreater(functions, MOST - 1000, "lower the bound")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
