#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "net/base/whole_file.hpp"

namespace seedwalk::net {
namespace {

constexpr file_bounds small{1'000, std::chrono::milliseconds{0}};
constexpr file_bounds patient{1'000, std::chrono::hours{1}};

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

TEST_F(whole_file, a_pipe_that_nobody_has_open_is_not_waited_for_whatever_the_patience) {
  const auto pipe = folder_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(read_whole_file(pipe, patient).error().message, "is a pipe that nobody writes to");
  EXPECT_EQ(open_input_file(pipe, patient.patience).error().fault, file_fault::silent);
}

TEST_F(whole_file, a_pipe_whose_writer_comes_and_goes_is_read_to_its_end) {
  const auto pipe = folder_ + "/pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string text : {"some", ""}) {
    const auto write = [&] { std::ofstream{pipe} << text; };
    std::thread first{write};
    EXPECT_EQ(read_whole_file(pipe, patient).value(), text);
    first.join();
    std::thread second{write};
    const auto file = open_input_file(pipe, patient.patience);
    std::array<char, 9> piece{};
    EXPECT_EQ(file ? std::fread(piece.data(), 1, piece.size(), file->get()) : 99, text.size());
    EXPECT_EQ(std::string{piece.data()}, text);
    second.join();
  }
}

TEST_F(whole_file, what_is_read_piece_by_piece_has_the_same_errors) {
  const auto error_of = [](const std::string& path) {
    const auto file = open_input_file(path);
    return file ? std::string{} : file.error().message;
  };
  EXPECT_EQ(error_of(folder_), "is a folder, not a file");
  EXPECT_EQ(error_of(folder_ + "/none"), "cannot be read: No such file or directory");
  EXPECT_EQ(error_of(write("file", "x")), "");
  EXPECT_EQ(error_of("/dev/null"), "");
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
