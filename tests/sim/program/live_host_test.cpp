#include <gtest/gtest.h>

#include "sim/program/live_host.hpp"
#include "tests/sim/program/pair.hpp"
#include "tests/sim/record/scratch_file.hpp"

namespace seedwalk::sim {
namespace {

using test::scratch_file;

/// Dials itself: listens on any port, asks there, and ends when it was answered.
struct both : net::actor_base<const ground, std::uint64_t> {
  static constexpr std::string_view kind = "both";
  using actor_base::actor_base;

  void start() { env_.network.listen(net::ipv4_endpoint(0x7f000001, 0), host_.self()); }
  caf::behavior make_behavior() {
    return {[this](const net::listening& x) {
              env_.network.accept(x.listener, 1);
              env_.network.connect(x.local, std::chrono::seconds{60}, host_.self());
            },
            [this](const net::accepted& x) {
              env_.network.own(x.connection, host_.self());
              env_.network.write(x.connection, net::buffer{env_.configuration});
            },
            [this](const net::connected& x) { env_.network.want(x.connection, 1'000); },
            [this](const net::received& x) {
              state_ += x.data.size();
              if (state_ == env_.configuration.size())
                host_.quit();
            },
            [](const net::drained&) {},
            [](const net::stop_requested&) { throw std::runtime_error("stopped"); }};
  }
};

started_program start_both(const ground& on) {
  return on.spawn<both>("both");
}

TEST(live_host, a_program_on_sockets_is_recorded_and_replays_equal) {
  const scratch_file file;
  live_host host{{.program = start_both, .configuration = net::bytes(500, 'x'), .seed = 7}};
  ASSERT_TRUE(host.record(file.path, "both").has_value());
  host.run();
  EXPECT_EQ(host.recording_failure(), "");
  EXPECT_EQ(host.inside().world().failures(), 0u);
  const auto again = replay(file.path, start_both);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->verified);
  EXPECT_EQ(again->reason, "done");
  EXPECT_EQ(again->steps, host.inside().steps());
  EXPECT_EQ(again->hash, host.inside().run_chain().value());
}

TEST(live_host, a_stop_reaches_the_root) {
  live_host host{{.program = pair::start_answerer}}; // an address that this machine has not
  host.start();
  host.stop();
  host.run();
  EXPECT_EQ(host.inside().actors(), 0u);
}

TEST(live_host, a_file_that_cannot_be_written_is_said) {
  live_host host{{.program = start_both}};
  const auto begun = host.record("/nonexistent/recording");
  ASSERT_FALSE(begun.has_value());
  EXPECT_NE(begun.error().find("/nonexistent/recording"), std::string::npos);
}

} // namespace
} // namespace seedwalk::sim
