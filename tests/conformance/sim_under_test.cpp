#include <memory>

#include "sim/network/internet.hpp"
#include "sim/network/network.hpp"
#include "tests/conformance/network_under_test.hpp"
#include "tests/sim/network/sim_bench.hpp"

/// The simulated door, as it is and at its worst: every segment cut, small windows, and near events
/// in a drawn order.
namespace seedwalk::conformance {

namespace {

using namespace std::chrono_literals;

sim::internet_options calm() {
  sim::internet_options o;
  // On loopback they do not overtake each other; in the rough variant they do.
  o.datagrams.delay = sim::latency::constant(10ms);
  return o;
}

sim::internet_options rough() {
  auto o = calm();
  o.streams.link = sim::latency::uniform(0ns, 20ms);
  o.streams.jitter = sim::latency::exponential(0ns, 5ms);
  o.streams.window_bytes = 50'000;
  o.streams.segment_bytes_max = 40'000;
  o.streams.cut_one_in = 1;
  return o;
}

class sim_under_test final : public network_under_test {
public:
  sim_under_test(net::completion_sink& sink, const sim::internet_options& o, std::uint64_t seed,
                 sim::schedule_options order = {})
      : events_(seed, std::move(order)), internet_(o, events_), door_(internet_, sink) {}

  net::network& door() override { return door_; }

  bool run_until(const std::function<bool()>& done) override {
    const auto deadline = events_.now().steady + 30s;
    while (!done())
      if (!events_.advance(deadline))
        return false;
    return true;
  }

  void settle() override {
    const auto end = events_.now().steady + 1s;
    while (events_.advance(end)) {
    }
    events_.move(end);
  }

  net::address any_port() override { return net::ipv4_endpoint(0x7f000001, 0); }
  net::address refusing_address() override { return net::ipv4_endpoint(0x7f000001, 1); }
  std::optional<net::address> silent_address() override {
    return net::ipv4_endpoint(0xcb007101, 8333);
  }
  net::address foreign_address() override { return net::ipv4_endpoint(0xcb007101, 0); }
  std::string known_name() override { return "localhost"; }
  std::optional<std::string> unix_folder() override { return "/run"; }
  /// A path that nobody listens on leaves nothing in a world without a file system.
  void leave_dead_socket(const std::string&) override {}

private:
  test::hand_driven events_;
  sim::internet internet_;
  sim::network door_;
};

const bool added_sim =
    add_implementation({"sim",
                        [](net::completion_sink& sink) {
                          return std::make_unique<sim_under_test>(sink, calm(), 1);
                        }}) &&
    add_implementation({"sim_rough", [](net::completion_sink& sink) {
                          return std::make_unique<sim_under_test>(sink, rough(), 2,
                                                                  test::competing(5ms));
                        }});

} // namespace

} // namespace seedwalk::conformance
