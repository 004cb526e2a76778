#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "net/base/bytes.hpp"

namespace seedwalk::test {

/// A file that goes with the test.
struct scratch_file {
  std::string path = ::testing::TempDir() + "seedwalk_" + std::to_string(::getpid()) + "_" +
                     std::to_string(++count);
  ~scratch_file() { std::filesystem::remove(path); }
  static inline int count = 0;

  net::bytes read() const {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  void write(net::byte_view data) const {
    std::ofstream{path, std::ios::binary | std::ios::trunc} << net::as_text(data);
  }
};

} // namespace seedwalk::test
