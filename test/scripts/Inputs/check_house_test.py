"""Breaks each rule of scripts/check-house once in a tree of its own: a rule that never fires is no rule."""

import importlib.machinery
import importlib.util
import os
import re
import sys
import tempfile
import unittest

SCRIPT = sys.argv.pop(1)
sys.dont_write_bytecode = True
LOADER = importlib.machinery.SourceFileLoader("check_house", SCRIPT)
SPEC = importlib.util.spec_from_loader("check_house", LOADER)
check_house = importlib.util.module_from_spec(SPEC)
LOADER.exec_module(check_house)

PASS = "#define GEN_PASS_DEF_FUSENORM\n"
BROKEN = {
    "runtime/Base/A.cpp": ('#include "mlir/IR/Builders.h"\n', "runtime/Base/A.cpp:1: layering"),
    "runtime/Base/B.h": ('\n#include "dialects/Graph/IR/Graph.h"\n', "runtime/Base/B.h:2: layering"),
    "runtime/CMakeLists.txt": ("target_link_libraries(TernBase PUBLIC MLIR)\n", "runtime/CMakeLists.txt:1: layering"),
    "dialects/Graph/IR/A.cpp": ('#include "tern/Import/Gguf.h"\n', "dialects/Graph/IR/A.cpp:1: layering"),
    "dialects/Graph/IR/B.cpp": ('#include "dialects/Graph/Transforms/Passes.h"\n',
                                "dialects/Graph/IR/B.cpp:1: layering"),
    "dialects/Kernel/IR/A.cpp": ('#include "dialects/Plan/IR/Plan.h"\n', "dialects/Kernel/IR/A.cpp:1: layering"),
    "dialects/Graph/IR/C.cpp": ('#include "runtime/Tokenizer/Tokenizer.h"\n', "dialects/Graph/IR/C.cpp:1: layering"),
    "dialects/Graph/CMakeLists.txt": ("tern_add_library(TernGraphIR LINK TernImport)\n",
                                      "dialects/Graph/CMakeLists.txt:1: layering"),
    "lib/Import/A.cpp": ('#include "tools/tern/Command.h"\n', "lib/Import/A.cpp:1: layering"),
    "lib/Import/Long.cpp": ("\n" * 801, "lib/Import/Long.cpp:801: size"),
    "dialects/Graph/IR/Long.td": ("\n" * 701, "dialects/Graph/IR/Long.td:701: size"),
    "tools/tern-opt/tern-opt.cpp": ("\n" * 41, "tools/tern-opt/tern-opt.cpp:41: size"),
    "lib/A/B/C/D/E.cpp": ("", "lib/A/B/C/D/E.cpp:1: place"),
    "include/tern/Nowhere/A.h": ("", "include/tern/Nowhere/A.h:1: mirror"),
    "dialects/Graph/Transforms/FuseNorm.cpp": (PASS, "dialects/Graph/Transforms/FuseNorm.cpp:1: mirror"),
    "lib/Import/Namespace.cpp": ("namespace mlir {\n}\n", "lib/Import/Namespace.cpp:1: namespace"),
    "lib/Import/Twice.h": ("namespace tern {\nstruct A {\n};\n\nclass A final : B {\n};\n} // namespace tern\n",
                           "lib/Import/Twice.h:5: definition"),
    "lib/Import/Todo.cpp": ("// TO" + "DO: later\n", "lib/Import/Todo.cpp:1: todo"),
    "dialects/Graph/Transforms/Passes.td": ("let statistics = [];\n",
                                            "dialects/Graph/Transforms/Passes.td:1: statistics"),
}
KEPT = {
    "runtime/Base/A.cpp": '#include "runtime/Base/B.h"\n#include <vector>\n',
    "runtime/Base/B.h": "",
    "dialects/Graph/IR/A.cpp": '#include "mlir/IR/Builders.h"\n#include "runtime/Base/B.h"\n',
    "dialects/Check/IR/A.cpp": '#include "dialects/Graph/IR/Graph.h"\n',
    "dialects/Plan/IR/A.cpp": '#include "dialects/Kernel/IR/Kernel.h"\n',
    "dialects/Graph/Transforms/FuseNorm.cpp": PASS,
    "test/dialects/Graph/Transforms/fuse-norm.mlir": "",
    "lib/Import/CMakeLists.txt": "tern_add_library(TernImport LINK TernGraphIR TernBase MLIR)\n",
    "lib/Import/A.cpp": "// TODO(#12): read more\nnamespace tern {\n}\nnamespace m = mlir;\nusing namespace mlir;\n",
    "lib/Import/Once.h": "namespace tern {\nstruct A {\n};\nnamespace {\nstruct A {\n};\n} // namespace\nstruct A;\n"
                         "} // namespace tern\nnamespace tern::graph {\nenum class A {\n};\n} // namespace tern::graph\n",
    "include/tern/Import/A.h": '#include "dialects/Graph/IR/Graph.h"\n',
    "tools/tern-opt/tern-opt.cpp": '#include "tern/Import/A.h"\n' * 40,
    "lib/Import/Long.cpp": "\n" * 800,
}


class CheckHouseTest(unittest.TestCase):
    def problems(self, tree):
        with tempfile.TemporaryDirectory() as root:
            for path, text in tree.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            return check_house.House(root).run()

    def test_a_good_tree_has_no_problems(self):
        self.assertEqual(self.problems(KEPT), [])

    def test_each_rule_fires(self):
        library = {"lib/Import/CMakeLists.txt": "tern_add_library(TernImport)\n"}
        for path, (text, expected) in BROKEN.items():
            with self.subTest(path):
                problems = self.problems({**library, path: text})
                self.assertEqual([p[:len(expected)] for p in problems], [expected])

    def test_every_rule_is_broken_above(self):
        with open(SCRIPT, encoding="utf-8") as file:
            rules = set(re.findall(r'self\.problem\([^"]*?"(\w+)"', file.read()))
        self.assertEqual({expected.split(": ")[1] for _, expected in BROKEN.values()}, rules)


if __name__ == "__main__":
    unittest.main()
