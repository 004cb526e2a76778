#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/base/output_file.hpp"

namespace seedwalk::net {
namespace {

class output_file : public testing::Test {
protected:
  void SetUp() override { ASSERT_NE(::mkdtemp(folder_.data()), nullptr); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string at(const std::string& name) const { return folder_ + "/" + name; }

  void write(const std::string& name, const std::string& text,
             const output_opening& opening = {}) const {
    const auto opened = open_output_file(at(name), opening);
    ASSERT_TRUE(opened);
    EXPECT_EQ(::write(*opened, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(*opened);
  }

  std::string text_of(const std::string& name) const {
    std::ifstream file{at(name), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  std::string refusal(const std::string& path) const {
    const auto opened = open_output_file(path);
    EXPECT_FALSE(opened) << path;
    return opened ? "" : why_not_written(path, opened.error());
  }

private:
  std::string folder_ = "/tmp/output-file-XXXXXX";
};

TEST_F(output_file, is_made_or_emptied_or_gone_on_with) {
  write("new", "one");
  EXPECT_EQ(text_of("new"), "one");
  write("new", "2");
  EXPECT_EQ(text_of("new"), "2");
  write("new", "3", {.append = true});
  EXPECT_EQ(text_of("new"), "23");
  write("a name\nof two lines", "x", {.mode = 0600});
  EXPECT_EQ(std::filesystem::status(at("a name\nof two lines")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(output_file, that_cannot_be_opened_is_named_and_waited_for_by_nobody) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal(at("pipe")),
            "is a pipe that nobody reads; start its reader first, or name a file");
  EXPECT_EQ(refusal(at("")), "is a folder, not a file");
  EXPECT_EQ(refusal(at("none/file")), "cannot be written: No such file or directory");
}

TEST_F(output_file, that_is_a_pipe_may_get_its_reader_a_moment_later) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  for (const bool is_blocking : {true, false}) {
    std::string got;
    std::thread reader{[&] { got = text_of("pipe"); }};
    const auto opened = open_output_file(at("pipe"), {.is_blocking = is_blocking});
    ASSERT_TRUE(opened);
    EXPECT_EQ((::fcntl(*opened, F_GETFL) & O_NONBLOCK) == 0, is_blocking);
    EXPECT_EQ(::write(*opened, "text", 4), 4);
    ::close(*opened);
    reader.join();
    EXPECT_EQ(got, "text");
  }
}

} // namespace
} // namespace seedwalk::net
