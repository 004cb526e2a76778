#include <gtest/gtest.h>

#include "tests/tools/run_program.hpp"

namespace seedwalk::tools {
namespace {

finished_program tidy(const temporary_folder& tree) {
  return run_program_file({SEEDWALK_SOURCES "/tools/tidy-rules", tree.path()});
}

TEST(tidy_rules, a_clean_tree_is_silent) {
  const temporary_folder tree;
  tree.write("net/a.hpp", "#pragma once\n\n/// What it is for.\nstruct a {\n};\n");
  tree.write("net/a.cpp",
             "#include \"net/a.hpp\"\n\n// system_clock in a comment, whose way it is, and:\n"
             "auto text_of(const error& e) { return e.what(); }\n"
             "using std::string;\nstring empty;\n"
             "const char* text = \"rand() steady_clock\";\n"
             "constexpr int many = 4'000'000; // 'x'\n");
  const auto run = tidy(tree);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.code, 0) << run.err;
}

struct violation {
  const char* file;
  const char* text;
  const char* report; ///< What the one line that is printed begins with.
};

class tidy_rule : public testing::TestWithParam<violation> {};

TEST_P(tidy_rule, finds_what_was_planted) {
  const temporary_folder tree;
  tree.write(GetParam().file, GetParam().text);
  const auto run = tidy(tree);
  EXPECT_EQ(run.code, 1);
  EXPECT_TRUE(run.out.starts_with(GetParam().report)) << run.out;
}

const std::string too_long = "// " + std::string(98, 'x') + "\n";
const std::string too_many = std::string(801, '\n');

INSTANTIATE_TEST_SUITE_P(
    planted, tidy_rule,
    testing::Values(
        violation{"net/a.cpp", "\nauto t = std::chrono::system_clock::now();\n",
                  "net/a.cpp:2: clock: "},
        violation{"store/a.cpp", "auto t = std::time(nullptr);\n", "store/a.cpp:1: clock: "},
        violation{"sim/a.cpp", "int x = rand();\n", "sim/a.cpp:1: entropy: "},
        violation{"net/a.cpp", "friend auto inspect(F& f, a& x) { return f(x.b); }\n",
                  "net/a.cpp:1: inspect: "},
        violation{"sim/a.cpp", "#include <random>\n", "sim/a.cpp:1: entropy: "},
        violation{"actors/a.cpp", "std::uniform_int_distribution<int> d;\n",
                  "actors/a.cpp:1: entropy: "},
        violation{"actors/a.cpp", "auto number = getpid();\n", "actors/a.cpp:1: identity: "},
        violation{"actors/a.cpp", "auto x = std::getenv(name);\n", "actors/a.cpp:1: environment: "},
        violation{"store/a.cpp", "auto x = std::exp(y);\n", "store/a.cpp:1: libm: "},
        violation{"sim/a.cpp", "std::map<const peer*, int> m;\n", "sim/a.cpp:1: pointer order: "},
        violation{"actors/a.cpp", "if (simulated)\n", "actors/a.cpp:1: simulated: "},
        violation{"store/a.cpp", "std::unordered_map<int, int> m;\n", "store/a.cpp:1: hash order"},
        violation{"tests/net/a.cpp",
                  "std::this_thread::sleep"
                  "_for(1s);\n",
                  "tests/net/a.cpp:1: sleep: "},
        violation{"net/a.cpp", "#include \"store/b.hpp\"\n", "net/a.cpp:1: include graph: "},
        violation{"store/a.cpp", "#include \"actors/b.hpp\"\n", "store/a.cpp:1: include graph: "},
        violation{"actors/a.cpp", "#include \"sim/b.hpp\"\n", "actors/a.cpp:1: include graph: "},
        violation{"sim/network/a.cpp", "#include \"store/b.hpp\"\n",
                  "sim/network/a.cpp:1: include graph: "},
        violation{"sim/nodes/a.cpp", "#include \"actors/crawl/b.hpp\"\n",
                  "sim/nodes/a.cpp:1: include graph: "},
        violation{"store/a.cpp", "#include \"net/bitcoin/b.hpp\"\n",
                  "store/a.cpp:1: include graph: "},
        violation{"sim/a.cpp", "#include \"sim/scenario/b.hpp\"\n", "sim/a.cpp:1: include graph: "},
        violation{"net/base/a.cpp", "#include \"net/door/b.hpp\"\n",
                  "net/base/a.cpp:1: include graph: "},
        violation{"net/bitcoin/a.cpp", "#include \"net/asio/b.hpp\"\n",
                  "net/bitcoin/a.cpp:1: include graph: "},
        violation{"actors/runtime/a.cpp", "#include \"actors/crawl/b.hpp\"\n",
                  "actors/runtime/a.cpp:1: include graph: "},
        violation{"net/a.cpp", "#include \"tools/b.hpp\"\n", "net/a.cpp:1: include graph: "},
        violation{"net/a.cpp", "#include <caf/actor.hpp>\n", "net/a.cpp:1: caf: "},
        violation{"store/a.hpp", "struct b {};\n", "store/a.hpp:1: header: "},
        violation{"store/a.hpp", "#pragma once\nstruct b {\n};\n", "store/a.hpp:2: docstring: "},
        violation{"net/a.cpp",
                  "// TO"
                  "DO: later\n",
                  "net/a.cpp:1: unfinished: "},
        violation{"tools/a",
                  "#!/bin/sh\n# FIX"
                  "ME\n",
                  "tools/a:2: unfinished: "},
        violation{"tests/net/a_test.cpp", "\n", "tests/net/a_test.cpp:1: empty: "},
        violation{"net/a.cpp", "bool is_blind = false;\n", "net/a.cpp:1: names: is_blind: outage"},
        violation{"store/a.cpp", "record_claims x;\n", "store/a.cpp:1: names: record_claims: "},
        violation{"sim/a.cpp", "forsake(x);\n", "sim/a.cpp:1: names: forsake: detach"},
        violation{"actors/a.cpp", "restart_table x;\n", "actors/a.cpp:1: names: restart_table: "},
        violation{"tests/net/a.cpp", "int way = 0;\n", "tests/net/a.cpp:1: names: way: direction"},
        violation{"net/a.cpp", "int whose_ = 0;\n", "net/a.cpp:1: names: whose_: blame"},
        violation{"tools/a.cpp", "f(x.what);\n", "tools/a.cpp:1: names: what: a pronoun"},
        violation{"net/a.cpp",
                  "\n// For who"
                  "ever reads this.\n",
                  "net/a.cpp:2: words: whoever: "},
        violation{"net/a.cpp",
                  "int a; // The how mani"
                  "eth?\n",
                  "net/a.cpp:1: words: manieth: nth"},
        violation{"net/a.cpp", "int x;\nusing net::outcome;\n",
                  "net/a.cpp:2: using: nothing uses outcome"},
        violation{"net/a.cpp", too_long.c_str(), "net/a.cpp:1: columns: "},
        violation{"net/a.cpp", too_many.c_str(), "net/a.cpp:801: file length: "}));

TEST(tidy_rules, a_reason_allows_a_hash_table) {
  const temporary_folder tree;
  tree.write("store/a.cpp", "#include <unordered_map>\n\n// Order never seen: asked by key alone.\n"
                            "std::unordered_map<int, int> m;\n");
  EXPECT_EQ(tidy(tree).out, "");
}

TEST(tidy_rules, scenarios_may_know_the_crawler) {
  const temporary_folder tree;
  tree.write("sim/scenario/a.cpp", "#include \"actors/b.hpp\"\n");
  EXPECT_EQ(tidy(tree).out, "");
}

TEST(tidy_rules, an_exception_that_nothing_needs_is_reported) {
  const temporary_folder tree;
  tree.write("actors/runtime/real_clock.hpp", "#pragma once\n");
  const auto run = tidy(tree);
  EXPECT_EQ(run.code, 1);
  EXPECT_NE(run.out.find("exceptions: nothing needs ('clock', 'actors/runtime/real_clock.hpp')"),
            std::string::npos)
      << run.out;
}

} // namespace
} // namespace seedwalk::tools
