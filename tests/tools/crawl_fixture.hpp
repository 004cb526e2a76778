#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/tools/loopback_port.hpp"
#include "tests/tools/running_program.hpp"
#include "tools/node_kind_flags.hpp"
#include "tools/zoo_server.hpp"

namespace seedwalk::tools {

/// Runs the built command against a zoo in this process.
class crawl_fixture : public testing::Test {
protected:
  using words = std::vector<std::string>;

  /// Nodes of all kinds that the command's zoo mixes, unless told otherwise.
  void serve(std::uint32_t nodes, sim::topology_options options = {}) {
    zoo_server_options o;
    o.nodes = std::move(options);
    o.nodes.nodes = nodes;
    if (o.nodes.shares.size() == 1)
      o.nodes.shares = mixed_kinds(false);
    o.nodes.addresses_a_node = std::min(nodes, 200u);
    o.nodes.pace = std::chrono::milliseconds{200};
    o.nodes.first.port = zoo_port_;
    zoo_ = std::make_unique<zoo_server>(std::move(o));
    const auto listening = zoo_->listen();
    ASSERT_TRUE(listening) << listening.error();
    zoo_->start();
  }

  /// Arguments of a crawl of that zoo into this test's database.
  words crawl(const words& more = {}) const {
    words command = {"crawl",   "--network",
                     "regtest", "--allow-unroutable",
                     "--db",    folder_ / "db",
                     "--once",  "--connect",
                     start(),   "--clearnet-handshake-timeout",
                     "1s",      "--clearnet-quiet-addresses-timeout",
                     "300ms"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }

  std::string start() const { return "127.1.0.1:" + std::to_string(zoo_port_); }

  /// The same, to be run beside the test.
  words beside(const words& more = {}) const {
    auto command = crawl(more);
    command.insert(command.begin(), SEEDWALK_COMMAND);
    return command;
  }

  /// That the database is whole.
  void expect_sound() const {
    const auto check = run_seedwalk({"db", "check", "--db", folder_ / "db"});
    EXPECT_EQ(check.code, 0) << check.out << check.err;
  }

  const std::uint16_t zoo_port_ = free_loopback_port();
  temporary_folder folder_;
  std::unique_ptr<zoo_server> zoo_;
};

inline std::size_t count_lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

} // namespace seedwalk::tools
