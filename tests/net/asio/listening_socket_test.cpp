#include <filesystem>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/asio/listening_socket.hpp"
#include "net/asio/socket_address.hpp"

namespace seedwalk::net {
namespace {

class listening_socket_test : public testing::Test {
protected:
  listening_socket_test() {
    auto pattern = (std::filesystem::temp_directory_path() / "seedwalk-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~listening_socket_test() override { std::filesystem::remove_all(folder_); }

  unix_path path() const { return {folder_ + "/socket"}; }
  bool exists() const { return std::filesystem::exists(path().path); }

  std::string folder_;
};

TEST_F(listening_socket_test, only_its_owner_may_connect) {
  const auto before = ::umask(0);
  const auto made = listening_socket::open(path(), 1);
  ::umask(before);
  ASSERT_TRUE(made);
  struct stat found {};
  ASSERT_EQ(::lstat(path().path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
}

TEST_F(listening_socket_test, its_path_goes_with_it) {
  {
    const auto made = listening_socket::open(path(), 1);
    ASSERT_TRUE(made);
    EXPECT_TRUE(exists());
  }
  EXPECT_FALSE(exists());
}

TEST_F(listening_socket_test, a_path_that_somebody_else_took_over_is_left_alone) {
  {
    const auto made = listening_socket::open(path(), 1);
    ASSERT_TRUE(made);
    std::filesystem::remove(path().path);
    std::ofstream(path().path) << "somebody else's";
  }
  EXPECT_TRUE(exists());
}

TEST_F(listening_socket_test, a_file_is_never_replaced) {
  std::ofstream(path().path) << "precious";
  const auto made = listening_socket::open(path(), 1);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), error::address_in_use);
  EXPECT_EQ(std::filesystem::file_size(path().path), 8u);
}

TEST_F(listening_socket_test, a_listener_whose_queue_is_full_is_alive) {
  const auto busy = listening_socket::open(path(), 0);
  ASSERT_TRUE(busy);
  const auto at = socket_address_of(address{path()});
  int dials[2];
  for (int& dial : dials) {
    dial = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ::connect(dial, at->get(), at->size);
  }
  const auto thief = listening_socket::open(path(), 1);
  ASSERT_FALSE(thief);
  EXPECT_EQ(thief.error(), error::address_in_use);
  for (int dial : dials)
    ::close(dial);
}

TEST_F(listening_socket_test, while_another_process_looks_at_the_folder_nobody_is_replaced) {
  const int lock = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  const auto made = listening_socket::open(path(), 1);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error(), error::address_in_use);
  ::close(lock);
  EXPECT_TRUE(listening_socket::open(path(), 1));
}

TEST_F(listening_socket_test, an_ipv6_wildcard_leaves_the_ipv4_port_to_others) {
  endpoint any;
  any.network = network_id::ipv6;
  // Somebody else on this machine may have the IPv4 port of that number: not of each of so many.
  bool left = false;
  for (int tries = 0; tries != 20 && !left; ++tries) {
    const auto wide = listening_socket::open(any, 1);
    if (!wide)
      GTEST_SKIP() << "no IPv6 on this machine";
    const auto port = std::get<endpoint>(wide->local()).port;
    left = listening_socket::open(ipv4_endpoint(0, port), 1).has_value();
  }
  EXPECT_TRUE(left);
}

} // namespace
} // namespace seedwalk::net
