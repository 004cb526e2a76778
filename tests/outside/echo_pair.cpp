// A program of somebody else's: a pair of CAF actors, an echo server and a client. An installed
// Seedwalk runs it in drawn worlds, records and replays it, and finds the bug of its other version,
// which takes one read for one message.

#include <cstdio>
#include <stdexcept>
#include <string>

#include "actors/runtime/actor_base.hpp"
#include "sim/program/drawn_world.hpp"

using namespace seedwalk;

namespace {

const auto server_at = net::ipv4_endpoint(0xc6336407, 7); // 198.51.100.7:7
const std::string text(5'000, 'x');

struct server : net::actor_base<const sim::ground> {
  static constexpr std::string_view kind = "server";
  using actor_base::actor_base;
  void start() { env_.network.listen(server_at, host_.self()); }
  caf::behavior make_behavior() {
    return {[this](const net::listening& x) { env_.network.accept(x.listener, 1); },
            [this](const net::accepted& x) {
              env_.network.own(x.connection, host_.self());
              env_.network.want(x.connection, 1'000);
            },
            [this](const net::received& x) {
              env_.network.want(x.connection, static_cast<std::uint32_t>(x.data.size()));
              env_.network.write(x.connection, x.data);
            },
            [](const net::drained&) {},
            [this](const net::input_ended& x) { env_.network.end_output(x.connection); },
            [](const net::closed&) {}};
  }
};

/// Knows how many bytes have come back.
struct client : net::actor_base<const sim::ground, std::uint64_t> {
  static constexpr std::string_view kind = "client";
  using actor_base::actor_base;
  void start() { env_.network.connect(server_at, std::chrono::seconds{5}, host_.self()); }
  caf::behavior make_behavior() {
    return {[this](const net::connected& x) {
              env_.network.want(x.connection, 10'000);
              env_.network.write(x.connection, net::buffer{net::as_bytes(text)});
            },
            [this](const net::received& x) {
              state_ += x.data.size();
              if (!env_.configuration.empty() && x.data.size() != text.size()) // the bug
                throw std::runtime_error("another text came back");
              if (state_ == text.size())
                env_.network.close(x.connection, net::closing::graceful);
            },
            [](const net::drained&) {},
            [this](const net::input_ended& x) {
              env_.network.close(x.connection, net::closing::graceful);
            },
            [this](const net::connect_failed&) { host_.quit(); },
            [this](const net::closed&) { host_.quit(); }};
  }
};

const sim::program start_server = [](const sim::ground& on) { return on.spawn<server>("echo"); };
const sim::program start_client = [](const sim::ground& on) { return on.spawn<client>("client"); };

/// Whether all went well in the world of this seed, and replays equal.
bool is_well(std::uint64_t seed, const net::bytes& bug, const std::string& recording) {
  sim::simulated_world world(
      sim::draw_world(seed, {.victims = {server_at}, .faults = sim::fault_range::intact_bytes}));
  world.add({.name = "server", .addresses = {server_at}, .program = start_server});
  auto& other = world.add({.name = "client", .program = start_client, .configuration = bug});
  const bool recorded = other.record(recording).has_value();
  const bool ended = world.run([&] { return other.over(); }, std::chrono::hours{1});
  const bool written = recorded && other.finish_recording("done").has_value();
  const auto again = sim::replay(recording, start_client);
  if (!written || !again || !again->verified || !again->complete)
    throw std::runtime_error("it was not recorded, or does not replay equal");
  return ended && world.violations().empty();
}

} // namespace

int main(int argc, char** argv) {
  const std::string recording = argc > 1 ? argv[1] : "echo.sdwk";
  int broken[2] = {};
  for (const bool bug : {false, true})
    for (std::uint64_t seed = 1; seed <= 100; ++seed)
      broken[bug] += is_well(seed, net::bytes(bug ? 1 : 0), recording) ? 0 : 1;
  std::printf("broken worlds of 100: %d, with the bug %d\n", broken[0], broken[1]);
  return broken[0] == 0 && broken[1] > 0 ? 0 : 1;
}
