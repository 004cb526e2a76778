#include <gtest/gtest.h>

#include "tests/tools/run_program.hpp"
#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::examples {
namespace {

/// The command of these tests is `seedwalk-examples`.
tools::finished_program run(const std::vector<std::string>& arguments) {
  return tools::run_seedwalk(arguments);
}

// The README goes this path.
TEST(examples_command, finds_shrinks_and_repeats_a_bug) {
  const tools::temporary_folder folder;
  const auto choices = folder / "choices";
  const auto found =
      run({"sim", "http", "--bug", "--seeds", "1000", "--shrink", "--choices-out", choices});
  EXPECT_EQ(found.code, 10) << found.out;
  const auto last = found.out.rfind("again: seedwalk-examples ");
  ASSERT_NE(last, std::string::npos) << found.out;
  auto line = found.out.substr(last + 25, found.out.find('\n', last) - last - 25);
  std::vector<std::string> arguments;
  for (std::size_t end = 0; end != std::string::npos; line.erase(0, end + 1)) {
    end = line.find(' ');
    arguments.push_back(line.substr(0, end));
    if (end == std::string::npos)
      break;
  }
  const auto again = run(arguments);
  EXPECT_EQ(again.code, 10) << again.out;
  EXPECT_NE(again.out.find("broken: "), std::string::npos);
}

TEST(examples_command, records_and_replays) {
  const tools::temporary_folder folder;
  const auto file = folder / "run";
  EXPECT_EQ(run({"sim", "chat", "--seeds", "1", "--record", file}).code, 0);
  for (const auto* host : {"server", "clients"}) {
    const auto again = run({"replay", file + "." + host});
    EXPECT_EQ(again.code, 0);
    EXPECT_NE(again.out.find("equal at every step"), std::string::npos) << again.out;
  }
}

TEST(examples_command, says_what_is_wrong) {
  EXPECT_EQ(run({"sim", "nothing"}).code, 2);
  EXPECT_EQ(run({"serve", "echo", "no address"}).code, 2);
  EXPECT_EQ(run({"run", "tasks", "127.0.0.1:1", "/nonexistent"}).code, 2);
  EXPECT_EQ(run({"replay", "/nonexistent"}).code, 2);
  EXPECT_EQ(run({"serve", "echo", "127.0.0.1:1", "--record", "/nonexistent/file"}).code, 2);
  EXPECT_EQ(run({"sim", "echo", "--choices", "/nonexistent"}).code, 2);
}

} // namespace
} // namespace seedwalk::examples
