#include <cerrno>
#include <utility>

#include <gtest/gtest.h>
#include <netdb.h>

#include "net/asio/asio_errors.hpp"

namespace seedwalk::net {
namespace {

TEST(asio_errors, a_dial_that_fails_says_who_is_to_blame) {
  const std::pair<int, error> expected[] = {
      {0, error::none},
      {ECONNREFUSED, error::refused},
      {ETIMEDOUT, error::timed_out},
      {EHOSTUNREACH, error::host_unreachable},
      {ENETUNREACH, error::network_unreachable},
      {EMFILE, error::no_descriptors},
      {ENFILE, error::no_descriptors},
      {EADDRNOTAVAIL, error::no_local_ports},
      {EACCES, error::permission_denied},
      {EPERM, error::permission_denied},
      {ENOBUFS, error::no_memory},
      {ENOMEM, error::no_memory},
      {EAFNOSUPPORT, error::address_not_supported},
      {ECONNRESET, error::reset},
      {EAGAIN, error::refused},
      {EDOM, error::unknown},
  };
  for (const auto& [number, meant] : expected)
    EXPECT_EQ(dial_error(number), meant) << number;
}

TEST(asio_errors, an_open_connection_is_reset_however_the_system_puts_it) {
  for (int number : {ECONNRESET, EPIPE, ECONNABORTED, ECONNREFUSED, ENOTCONN})
    EXPECT_EQ(stream_error(number), error::reset) << number;
  EXPECT_EQ(stream_error(ETIMEDOUT), error::timed_out);
  EXPECT_EQ(stream_error(EHOSTUNREACH), error::host_unreachable);
  EXPECT_EQ(stream_error(ENOBUFS), error::no_memory);
}

TEST(asio_errors, the_same_number_means_another_thing_to_a_listener) {
  EXPECT_EQ(bind_error(EADDRNOTAVAIL), error::address_not_available);
  EXPECT_EQ(bind_error(EADDRINUSE), error::address_in_use);
  EXPECT_EQ(bind_error(EACCES), error::permission_denied);
  EXPECT_EQ(bind_error(EROFS), error::permission_denied);
  EXPECT_EQ(bind_error(ENOENT), error::address_not_available);
  EXPECT_EQ(bind_error(EMFILE), error::no_descriptors);
}

TEST(asio_errors, names_that_are_not_there_differ_from_resolvers_that_fail) {
  EXPECT_EQ(lookup_error(0, 0), error::none);
  EXPECT_EQ(lookup_error(EAI_NONAME, 0), error::name_not_found);
  EXPECT_EQ(lookup_error(EAI_AGAIN, 0), error::resolver_failed);
  EXPECT_EQ(lookup_error(EAI_FAIL, 0), error::resolver_failed);
  EXPECT_EQ(lookup_error(EAI_SYSTEM, EMFILE), error::no_descriptors);
  EXPECT_EQ(lookup_error(EAI_SYSTEM, EIO), error::resolver_failed);
  EXPECT_EQ(lookup_error(EAI_MEMORY, 0), error::no_memory);
}

TEST(asio_errors, accepting_gives_up_only_over_the_listening_socket_itself) {
  for (int number : {EMFILE, ENFILE, ENOBUFS, ENOMEM, ECONNABORTED, EPROTO, ENETDOWN})
    EXPECT_TRUE(accept_may_recover(number)) << number;
  for (int number : {0, EBADF, EINVAL, ENOTSOCK})
    EXPECT_FALSE(accept_may_recover(number)) << number;
}

} // namespace
} // namespace seedwalk::net
