"""Tests of what scripts/gpu-check computes without a GPU: rows, verdicts, summaries of compute-sanitizer.
Usage: gpu_check_test.py ROOT"""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
sys.path[:0] = [str(ROOT / "scripts/lib/gpu"), str(ROOT / "scripts/lib/bench")]

import behaviour  # noqa: E402
import sanitizer  # noqa: E402
import storage  # noqa: E402
from rows import Row, guarded, left_out, verdict  # noqa: E402

CLEAN = "========= COMPUTE-SANITIZER\nran\n========= ERROR SUMMARY: 0 errors\n"
READ = """========= COMPUTE-SANITIZER
========= Invalid __global__ read of size 4 bytes
=========     at tern_linear_3+0x510
=========     by thread (31,0,0) in block (7,0,0)
ran
========= ERROR SUMMARY: 2 errors
"""
RACES = "========= COMPUTE-SANITIZER\nran\n========= RACECHECK SUMMARY: %d hazards displayed (%d errors, 0 warnings)\n"


class Sanitizer(unittest.TestCase):
    def test_clean(self):
        self.assertEqual(sanitizer.judge(0, CLEAN), (True, "ERROR SUMMARY: 0 errors"))
        self.assertEqual(sanitizer.judge(0, RACES % (0, 0)),
                         (True, "RACECHECK SUMMARY: 0 hazards displayed (0 errors, 0 warnings)"))

    def test_errors_name_the_kernel(self):
        passed, text = sanitizer.judge(9, READ)
        self.assertFalse(passed)
        self.assertEqual(text, "ERROR SUMMARY: 2 errors: "
                               "Invalid __global__ read of size 4 bytes; at tern_linear_3+0x510")
        self.assertFalse(sanitizer.judge(9, RACES % (3, 3))[0])
        # A warning is a hazard, too: nothing orders what it names.
        self.assertFalse(sanitizer.judge(0, RACES % (1, 0))[0])

    def test_a_run_that_fails_is_not_clean(self):
        self.assertEqual(sanitizer.judge(1, "run_small.py: no GPU"),
                         (False, "no summary, status 1: run_small.py: no GPU"))
        self.assertEqual(sanitizer.judge(1, ""), (False, "no summary, status 1: it printed nothing"))
        self.assertFalse(sanitizer.judge(1, CLEAN)[0])


class Rows(unittest.TestCase):
    def test_an_error_is_a_row(self):
        def rows():
            yield Row("model", "one", True, "fine")
            raise RuntimeError("no memory\nand more")
        found = list(guarded("model", "rest", rows()))
        self.assertEqual([row.passed for row in found], [True, False])
        self.assertEqual(found[1].text, "RuntimeError: no memory")

    def test_verdict(self):
        right, wrong, missing = Row("m", "w", True, ""), Row("m", "w", False, ""), left_out("m", "w", "not there")
        self.assertEqual(verdict([right, right]), "all 2 rows are right")
        self.assertEqual(verdict([right, missing]), "all 1 rows are right, 1 left out")
        self.assertEqual(verdict([right, wrong, missing]), "1 of 3 rows are wrong, 1 left out")

    def test_text(self):
        self.assertRegex(str(Row("tiny", "bits", False, "3 of 4 rows differ", 1.5)),
                         r"^tiny +bits +3 of 4 rows differ +1\.50 s  WRONG$")
        self.assertRegex(str(left_out("tiny", "bits", "no artifact")), "left out$")

    def test_first_difference(self):
        self.assertEqual(behaviour.first_difference([1, 2, 3], [1, 5, 3]), 1)
        self.assertEqual(behaviour.first_difference([1, 2], [1, 2, 3]), 2)


class Storage(unittest.TestCase):
    def test_what_is_not_there_is_left_out(self):
        rows = list(sanitizer.rows(pathlib.Path("/nowhere"), "libtern.so"))
        self.assertTrue(rows and all(row.passed is None for row in rows))

    def test_super_blocks_fit_every_matrix(self):
        config = storage.CONFIG
        wide = config["num_attention_heads"] * config["head_dim"]
        for columns in (config["hidden_size"], config["intermediate_size"], wide):
            self.assertEqual(columns % 256, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=0)
