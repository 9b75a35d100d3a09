"""Tests of tools/check_tree.py on small trees made for the purpose."""
import os
import subprocess
import sys
import tempfile
import unittest

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools")
sys.path.insert(0, TOOLS)

import check_tree  # noqa: E402
from cpp_text import CppText  # noqa: E402


class TreeTest(unittest.TestCase):
    """Gives each test an empty tree to write files into."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = scratch.name

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def found(self):
        """Every finding as "path:line: text"."""
        return [f"{f.path}:{f.line}: {f.text}" for f in check_tree.check(self.root)]

    def assert_found(self, *expected):
        """There is one finding for each of `expected`, which it contains, and no other."""
        found = self.found()
        self.assertEqual(len(found), len(expected), found)
        for finding, part in zip(found, expected):
            self.assertIn(part, finding)


class Rooms(TreeTest):
    def test_an_empty_tree_has_no_findings(self):
        self.assert_found()

    def test_downward_and_public_includes_are_allowed(self):
        self.write("src/model/a.hpp", '#include "base/file.hpp"\n#include "clipdex/error.hpp"\n'
                                      '#include "model/b.hpp"\n#include <nlohmann/json.hpp>\n')
        self.assert_found()

    def test_an_upward_include_is_found_with_its_line(self):
        self.write("src/base/a.hpp", '#include <string>\n#include "store/catalogue.hpp"\n')
        self.assert_found("src/base/a.hpp:2: room base includes store/catalogue.hpp")

    def test_the_command_line_reaches_only_base_and_the_library(self):
        self.write("src/cli/a.hpp", '#include "library/wiring.hpp"\n#include "store/sqlite.hpp"\n')
        self.assert_found("src/cli/a.hpp:2: room cli includes store/sqlite.hpp")

    def test_angle_brackets_do_not_hide_a_room(self):
        self.write("src/image/a.hpp", "#include <text/tokenizer.hpp>\n")
        self.assert_found("room image includes text/tokenizer.hpp")

    def test_an_include_in_a_comment_or_string_does_not_count(self):
        self.write("src/base/a.hpp", '/*\n#include "store/a.hpp"\n*/\n'
                                     'const char* k = R"(\n#include "store/a.hpp"\n)";\n')
        self.assert_found()

    def test_an_include_without_a_room_is_found(self):
        self.write("src/base/a.hpp", '#include "file.hpp"\n')
        self.assert_found('"file.hpp" names no room')

    def test_a_directory_that_is_no_room_is_found(self):
        self.write("src/attic/a.hpp", "")
        self.assert_found("src/attic is no room of the house")

    def test_public_headers_include_nothing_to_install(self):
        self.write("include/clipdex/a.hpp", '#include <vector>\n#include "clipdex/error.hpp"\n'
                                            '#include <sqlite3.h>\n#include "base/file.hpp"\n')
        self.assert_found("a.hpp:3: a public header includes sqlite3.h",
                          "a.hpp:4: a public header includes base/file.hpp")


class Calls(TreeTest):
    def test_library_code_that_prints_exits_or_calls_a_shell_is_found(self):
        self.write("src/base/a.hpp", 'void f() { std::cout << 1; }\nvoid g() { printf("x"); }\n'
                                     'void h() { std::exit(1); }\nvoid i() { system("ls"); }\n')
        self.assert_found("a.hpp:1: library code uses std::cout", "a.hpp:2: library code uses prin",
                          "a.hpp:3: library code uses exit", "a.hpp:4: library code uses system")

    def test_members_other_names_comments_and_strings_are_not_calls(self):
        self.write("src/base/a.hpp",
                   'int f() { return log.exit(1) + snprintf(b, 2, "printf()"); }\n'
                                     "// exit(1)\nint file_system(int);\n")
        self.assert_found()

    def test_front_doors_may_print(self):
        self.write("src/cli/a.hpp", "inline void f() { std::cout << 1; }\n")
        self.assert_found()


class Mirror(TreeTest):
    def test_a_source_without_test_is_found(self):
        self.write("src/base/a.cpp", "")
        self.assert_found("src/base/a.cpp:1: has no test; write tests/base/a_test.cpp")

    def test_a_source_with_test_and_a_listed_exemption_are_not(self):
        self.write("src/base/a.cpp", "")
        self.write("tests/base/a_test.cpp", "")
        self.write("src/cli/main.cpp", "")
        self.assert_found()


class Numbers(TreeTest):
    def test_the_longest_allowed_file_line_and_function_pass(self):
        body = "  call();\n" * 68
        self.write("tests/a.cpp", "void f() {\n" + body + "}\n" + "// x\n" * 330)
        self.write("tests/b.cpp", "// " + "x" * 97 + "\n")
        self.assert_found()

    def test_one_more_of_each_is_found(self):
        self.write("tests/a.cpp", "// x\n" * 401)
        self.write("tests/b.cpp", "// " + "x" * 98 + "\n")
        self.write("tests/c.cpp", "\nvoid f() {\n" + "  call();\n" * 69 + "}\n")
        self.assert_found("tests/a.cpp:401: has 401 lines", "tests/b.cpp:1: is 101 columns wide",
                          "tests/c.cpp:2: void f() has 71 lines")

    def test_columns_are_characters_not_bytes(self):
        self.write("tests/a.cpp", "// " + "图" * 97 + "\n")
        self.assert_found()

    def test_a_long_python_function_is_found(self):
        self.write("tools/a.py", "def f():\n" + "    f()\n" * 70)
        self.assert_found("tools/a.py:1: f has 71 lines")

    def test_broken_python_is_a_finding_not_a_crash(self):
        self.write("tools/a.py", "def f(:\n")
        self.assert_found("tools/a.py:1: is not Python")

    def test_comment_shares_are_measured_from_thirty_lines_on(self):
        bare = "int f();\n"
        self.write("src/base/short.hpp", bare * 28)
        self.write("src/base/bare.hpp", bare * 40)
        self.write("src/base/chatty.hpp", "/// Says.\n" * 40 + bare)
        self.write("src/base/good.hpp", ("/// Says.\n" + bare) * 20)
        self.assert_found("bare.hpp:1: 0 % of its lines are comments; say more",
                          "chatty.hpp:1: 98 % of its lines are comments; say less")

    def test_a_big_file_belongs_to_the_model_the_album_or_the_documents(self):
        self.write("models/demo/model.onnx", "x" * 1100000)
        self.write("tests/data.bin", "x" * 1100000)
        self.assert_found("tests/data.bin:1: is 1074 KiB")


class Blanks(TreeTest):
    def test_tabs_trailing_blanks_and_leftovers_are_found(self):
        self.write("tools/a.sh", "\tx\ny \n# TO" + "DO later\nend\n\n")
        self.assert_found("a.sh:1: has a tab", "a.sh:2: ends in blanks", "a.sh:3: says TO",
                          "a.sh:6: must end in exactly one newline")

    def test_data_files_keep_their_tabs(self):
        self.write("samples/album/README.md", "a\tb\n")
        self.write("tools/data.tsv", "a\tb\n")
        self.assert_found()


class Functions(unittest.TestCase):
    def lengths(self, text):
        return {name: last - first + 1 for name, first, last in CppText(text).functions()}

    def test_functions_in_classes_and_namespaces_are_found_and_scopes_are_not(self):
        text = ("namespace a {\nclass B : public C<int> {\n public:\n"
                "  int f() const {\n    return 1;"
                "\n  }\n int x_{1};\n};\nenum class E { kA };\n}  // namespace a\n")
        self.assertEqual(self.lengths(text), {"int f() const": 3})

    def test_constructor_initialisers_belong_to_the_constructor(self):
        text = "A::A(int n)\n    : a_{n},\n      b_(g({1, 2})) {\n  if (n) {\n    h();\n  }\n}\n"
        self.assertEqual(list(self.lengths(text).values()), [7])

    def test_lambdas_belong_to_the_function_around_them(self):
        text = "void f() {\n  g([&] {\n    h();\n  });\n}\nvoid i() {}\n"
        self.assertEqual(self.lengths(text), {"void f()": 5, "void i()": 1})

    def test_templates_operators_and_trailing_returns_are_functions(self):
        text = ("template <class T, int N = 2>\nauto f(T t) -> decltype(t) {\n}\n"
                "bool operator==(A a, B b) {\n  return true;\n}\n"
                "struct S g(int) {\n}\nclass alignas(8) D {\n};\n")
        self.assertEqual(list(self.lengths(text).values()), [3, 3, 2])

    def test_tables_are_no_functions(self):
        text = "const T kTable[] = {\n    {1, f(2)},\n    {2, f(3)},\n};\nint x{f(1)};\n"
        self.assertEqual(self.lengths(text), {})

    def test_braces_in_literals_and_macros_do_not_count(self):
        text = ("#define OPEN {\nvoid f() {\n  g('{', \"}\", R\"x(}})x\", 1'000'000);  // }\n}\n"
                "TEST(A, B) {\n}\n")
        self.assertEqual(self.lengths(text), {"void f()": 3, "TEST(A, B)": 2})


class Program(TreeTest):
    def run_tool(self):
        command = [sys.executable, os.path.join(TOOLS, "check_tree.py"), "--root", self.root]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_it_is_silent_and_exits_with_0_when_all_is_well(self):
        done = self.run_tool()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_it_prints_findings_and_exits_with_1(self):
        self.write("src/base/a.cpp", "")
        done = self.run_tool()
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.startswith("src/base/a.cpp:1: has no test"), done.stdout)

    def test_it_asks_git_which_files_there_are(self):
        self.write(".gitignore", "ignored/\n")
        self.write("ignored/src/base/a.cpp", "")
        self.write("src/base/b.cpp", "")
        subprocess.run(["git", "init", "--quiet", self.root], check=True)
        self.assert_found("src/base/b.cpp:1: has no test")


if __name__ == "__main__":
    unittest.main()
