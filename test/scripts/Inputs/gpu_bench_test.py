"""Tests of what scripts/gpu-bench computes without a GPU: figures, budgets, floors, the table.
Usage: gpu_bench_test.py ROOT"""

import pathlib
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
sys.path[:0] = [str(ROOT / "scripts/lib/gpu"), str(ROOT / "scripts/lib/bench")]

import cases  # noqa: E402
import figures  # noqa: E402
from cases import Case  # noqa: E402
from figures import Budget, Result, Series, Table  # noqa: E402


class Figures(unittest.TestCase):
    def test_quartiles(self):
        self.assertEqual(figures.quartiles([5.0]), (5.0, 5.0, 5.0))
        self.assertEqual(figures.quartiles([4.0, 1.0, 2.0, 3.0, 5.0]), (2.0, 3.0, 4.0))

    def test_number(self):
        self.assertEqual([figures.number(x) for x in (0.7781, 4.821, 17.95, 110.4, None, float("nan"))],
                         ["0.778", "4.82", "17.9", "110", "-", "-"])

    def test_series(self):
        self.assertEqual(Series([1.0, 1.1, 1.2]).text(), "1.10 (1.05 to 1.15, least 1.00)")
        self.assertEqual(Series(problem="failed: a|b").text(), "(failed: a/b)")
        self.assertIsNone(Series().median)

    def test_budget(self):
        now = [100.0]
        budget = Budget(60, lambda: now[0])
        self.assertIsNone(budget.missing(60))
        now[0] = 130.0
        self.assertEqual(budget.missing(45), "needs about 45 s, 30 s are left (--seconds)")
        part = budget.part(0.5)
        self.assertEqual(part.left(), 15)
        now[0] = 200.0
        self.assertEqual(budget.left(), -40)
        self.assertEqual(budget.missing(1), "needs about 1 s, 0 s are left (--seconds)")
        self.assertEqual(budget.part(1).left(), 0)


class Results(unittest.TestCase):
    def result(self, error=5e-4, **series):
        tern = Series([2.0, 2.0, 2.0], error=error)
        return Result("a case", floor=1.0, tern=tern, sampled=Series([2.5]), peers={"torch": Series(**series)})

    def test_ratio_is_to_the_token_loop(self):
        result = self.result(samples=[5.0])
        self.assertEqual(result.fraction(), 0.5)
        self.assertEqual(result.ratio("torch"), 2.0)
        result.sampled = None
        self.assertEqual(result.ratio("torch"), 2.5)

    def test_wrong(self):
        self.assertFalse(self.result().wrong)
        self.assertTrue(self.result(error=3e-3).wrong)
        self.assertTrue(self.result(error=float("nan")).wrong)
        self.assertTrue(Result("x", tern=Series(problem="out of memory")).wrong)
        self.assertTrue(Result("x", tern=Series(problem="a kernel fault", error=1e-4)).wrong)
        self.assertFalse(Result("x", tern=Series(problem="skipped: no time")).wrong)

    def test_table(self):
        lines = []
        table = Table(["torch", "mine"], lines.append)
        table.header()
        table.row(self.result(samples=[5.0]))
        table.row(self.result(error=4e-3, problem="failed: no compiler"))
        self.assertEqual(lines[0], "| case | floor | Tern, ms | of ceiling | logits | with sampling | torch | "
                                   "torch : Tern | mine | mine : Tern |")
        self.assertTrue(all(line.count("|") == lines[0].count("|") for line in lines))
        self.assertEqual(lines[2], "| a case | 1.00 | 2.00 (2.00 to 2.00, least 2.00) | 50% | 5.0e-04 ok | 2.50 (2.50 "
                                   "to 2.50, least 2.50) | 5.00 (5.00 to 5.00, least 5.00), logits not checked | "
                                   "**2.00** | - | - |")
        self.assertIn("4.0e-03 WRONG", lines[3])
        self.assertIn("| (failed: no compiler) | - |", lines[3])

    def test_json(self):
        found = self.result(samples=[5.0]).to_json()
        self.assertEqual((found["fraction"], found["peers"]["torch"]["ratio"], found["wrong"]), (0.5, 2.0, False))
        self.assertEqual(found["tern"]["samples"], [2.0, 2.0, 2.0])


class Cases(unittest.TestCase):
    def test_context_is_that_of_the_middle_step(self):
        case = Case("llama-3.2-1b", "decode", 8, 500)
        self.assertEqual(case.start + cases.STEPS // 2, 500)
        self.assertGreater(case.capacity, case.start + cases.STEPS)
        self.assertEqual(Case("llama-3-8b", "prefill", 1, 2048).start, 0)

    def test_parameters(self):
        """The published numbers of parameters, without those of norms."""
        self.assertEqual(cases.weight_bytes("llama-3.2-1b") / 2, 1235746816)
        self.assertEqual(cases.weight_bytes("llama-3-8b") / 2, 8029995008)

    def test_floor(self):
        # 1B: all weights, and 32 KB a position in f16. 8B: the embedding is another matrix than the head.
        case = Case("llama-3.2-1b", "decode", 1, 500)
        planned = cases.weight_bytes(case.subject)
        states = -(-case.capacity // 64) * 64 * 32768
        self.assertEqual(cases.step_bytes(case.subject, case, planned, states), planned + 500 * 32768)
        case = Case("llama-3-8b", "decode", 1, 500)
        planned = cases.weight_bytes(case.subject)
        self.assertEqual(cases.step_bytes(case.subject, case, planned, 0), planned - 2 * 128256 * 4096)

    def test_operations(self):
        # Twice the parameters of the layers a token, and a little for attention and the head.
        layers = cases.weight_bytes("llama-3.2-1b") // 2 - 128256 * 2048
        self.assertAlmostEqual(cases.prefill_operations("llama-3.2-1b", 512) / (2 * layers * 512), 1.0, delta=0.03)

    def test_cases(self):
        names = [str(case) for case in cases.cases_of("llama-3.2-1b")]
        self.assertEqual(names[0], "llama-3.2-1b decode, batch 1, context 500")
        self.assertIn("llama-3.2-1b decode, batch 1, context 32768", names)
        self.assertEqual(list(map(str, cases.cases_of("llama-3-8b", ("prefill",)))), ["llama-3-8b prefill 2048"])
        self.assertEqual(cases.cases_of("llama-3-8b", ("start",)), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=0)
