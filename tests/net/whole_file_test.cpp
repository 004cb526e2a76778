#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "net/whole_file.hpp"

namespace seedwalk::net {
namespace {

constexpr file_bounds small{1'000, std::chrono::milliseconds{0}};

class whole_file : public testing::Test {
protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ + "/" + name, std::ios::binary} << text;
    return folder_ + "/" + name;
  }

  std::string folder_ = "/tmp/whole-file-XXXXXX";
};

// A file that could be opened and not read counted as an empty one: those who had asked not to be
// visited were visited.
TEST_F(whole_file, what_cannot_be_read_is_an_error_and_never_an_empty_text) {
  const auto fault_of = [](const std::string& path) {
    const auto text = read_whole_file(path, small);
    EXPECT_FALSE(text) << path;
    return text ? file_fault{} : text.error().fault;
  };
  EXPECT_EQ(fault_of(folder_ + "/none"), file_fault::missing);
  EXPECT_EQ(fault_of(folder_), file_fault::unreadable);
  EXPECT_EQ(fault_of("/proc/self/mem"), file_fault::unreadable);
  EXPECT_EQ(fault_of("/dev/zero"), file_fault::too_large);
  const auto pipe = folder_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(fault_of(pipe), file_fault::silent);
  EXPECT_FALSE(read_whole_descriptor(-1, 10));
}

TEST_F(whole_file, is_given_as_it_is_up_to_its_bound) {
  const std::string longest(1'000, 'x');
  for (const auto& text : {std::string{}, std::string{"a\0b\r\n\xff", 6}, longest})
    EXPECT_EQ(read_whole_file(write("file", text), small).value(), text);
  EXPECT_EQ(read_whole_file(write("file", longest + "x"), small).error().fault,
            file_fault::too_large);
  EXPECT_EQ(read_whole_file("/dev/null", small).value(), "");
}

} // namespace
} // namespace seedwalk::net
