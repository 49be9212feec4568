"""Counts the tests in the result file of a test runner.

    results.py ctest FILE   JUnit XML of ctest --output-junit
    results.py lit FILE     JSON of lit --output

Prints one line "PASSED FAILED SKIPPED", then the name of each test that failed. A test that could not be run at all
(its program is missing, its fixture failed) has failed; skipped are only those that said so themselves.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree

# What ctest writes for a test that asked to be skipped; any other reason for not running is a fault.
CTEST_SKIPPED = ("SKIP_REGULAR_EXPRESSION_MATCHED", "SKIP_RETURN_CODE")

LIT_OUTCOME = {
    "PASS": "passed",
    "FLAKYPASS": "passed",
    "XFAIL": "passed",
    "UNSUPPORTED": "skipped",
    "SKIPPED": "skipped",
    "EXCLUDED": "skipped",
}


def read_ctest(path):
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        status = case.get("status")
        skipped = case.find("skipped")
        reason = skipped.get("message", "") if skipped is not None else ""
        if status == "run":
            yield case.get("name"), "passed"
        elif status == "disabled" or (status == "notrun" and reason.startswith(CTEST_SKIPPED)):
            yield case.get("name"), "skipped"
        else:
            yield case.get("name"), "failed"


def read_lit(path):
    with open(path, encoding="utf-8") as file:
        for test in json.load(file)["tests"]:
            yield test["name"], LIT_OUTCOME.get(test["code"], "failed")


def main():
    runner, path = sys.argv[1:]
    try:
        outcomes = list({"ctest": read_ctest, "lit": read_lit}[runner](path))
    except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
        sys.exit("%s: no results of %s: %s" % (path, runner, error))
    kinds = [kind for _, kind in outcomes]
    print(kinds.count("passed"), kinds.count("failed"), kinds.count("skipped"))
    for name, kind in outcomes:
        if kind == "failed":
            print(name)


if __name__ == "__main__":
    main()
