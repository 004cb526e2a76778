#pragma once

#include <cstdint>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace seedwalk::tools {

/// A port that nobody on this machine listens on or has a connection at, a closed one that the
/// kernel still remembers included. Below the ports that the kernel gives to dialling sockets, so
/// that none of those takes it before the caller does; tests that run at the same time start their
/// search in different places. The whole of 127.0.0.0/8 is asked at once.
inline std::uint16_t free_loopback_port() {
  constexpr std::uint32_t lowest = 12'000;
  constexpr std::uint32_t count = 20'000;
  static std::uint32_t next = static_cast<std::uint32_t>(::getpid()) * 61u;
  for (std::uint32_t tries = 0; tries != count; ++tries) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(lowest + next++ % count));
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool free = ::bind(descriptor, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    ::close(descriptor);
    if (free)
      return ntohs(at.sin_port);
  }
  ADD_FAILURE() << "no port is free on loopback";
  return 0;
}

} // namespace seedwalk::tools
