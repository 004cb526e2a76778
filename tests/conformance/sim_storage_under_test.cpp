#include <array>
#include <limits>
#include <memory>

#include "net/base/random.hpp"
#include "sim/scenario/storage.hpp"
#include "tests/conformance/storage_under_test.hpp"
#include "tests/sim/network/sim_bench.hpp"

/// The simulated storage door: LevelDB on a disk in memory, in virtual time.
namespace seedwalk::storage_conformance {

namespace {

using namespace std::chrono_literals;

/// For how long a disk that is held up is slow: nobody waits as long for one that is not.
constexpr net::steady_time held_for = 24h;
constexpr auto for_ever = std::numeric_limits<std::uint64_t>::max() / 2;

sim::storage::options options(bool syncs) {
  sim::storage::options o;
  o.database = sim::storage::small_database();
  o.database.chain = "regtest";
  o.database.seed = 7;
  o.database.disk.sync = syncs;
  return o;
}

/// The power may leave anything of what was not synced.
sim::loss_model drawn_loss(std::uint64_t seed) {
  using loss = sim::loss_model;
  constexpr std::array bytes = {loss::bytes::keep, loss::bytes::lose, loss::bytes::tear,
                                loss::bytes::pages};
  constexpr std::array names = {loss::names::keep, loss::names::lose, loss::names::prefix};
  net::random_stream draws(seed, "loss");
  return {bytes[draws.below(bytes.size())], names[draws.below(names.size())], seed};
}

class sim_storage_under_test final : public storage_under_test {
public:
  sim_storage_under_test(store::completion_sink& sink, sim::schedule_options order,
                         bool syncs = true)
      : events_(1, std::move(order)),
        door_(options(syncs), events_, sink, std::make_unique<sim::disk>(sim::disk::options{})) {
    (void)door_.open();
  }

  store::storage& door() override { return door_; }

  bool run_until(const std::function<bool()>& done) override {
    const auto deadline = events_.now().steady + (is_held_ ? net::steady_time{30s} : 2 * held_for);
    while (!done())
      if (!events_.advance(deadline))
        return false;
    return true;
  }

  void settle() override {
    run_until([] { return false; });
  }

  void let_pass(std::uint64_t draw) override {
    const auto now = events_.now().steady;
    if (is_held_ || door_.on().now() <= now)
      return;
    const auto all = static_cast<std::uint64_t>((door_.on().now() - now).count());
    const auto until = now + net::steady_time{static_cast<std::int64_t>(draw % (all + 1))};
    while (events_.advance(until)) {
    }
    events_.move(until);
  }

  void hold() override {
    is_held_ = true;
    add(sim::disk_call::sync, sim::disk_fault::effect::slow, 1, held_for);
  }

  void release() override { is_held_ = false; }

  void set_trouble(trouble kind) override {
    using effect = sim::disk_fault::effect;
    auto& disk = door_.on();
    disk.clear_faults();
    disk.set_capacity(kind == trouble::full ? disk.used_bytes()
                                            : std::numeric_limits<std::uint64_t>::max());
    if (kind == trouble::unsynced || kind == trouble::failing)
      for (const auto call : {sim::disk_call::sync, sim::disk_call::sync_folder})
        add(call, effect::io_error, for_ever);
    if (kind == trouble::failing)
      for (const auto call : {sim::disk_call::create, sim::disk_call::append,
                              sim::disk_call::rename, sim::disk_call::remove})
        add(call, effect::io_error, for_ever);
  }

  void stop() override {
    door_.close();
    run_until([this] { return door_.in_flight() == 0; });
  }

  void crash(std::uint64_t seed) override {
    is_held_ = false;
    door_.crash(drawn_loss(seed));
    set_trouble(trouble::none);
  }

  tl::expected<void, store::error> reopen() override { return door_.open(); }

private:
  void add(sim::disk_call call, sim::disk_fault::effect consequence, std::uint64_t count,
           net::steady_time extra = {}) {
    door_.on().add_fault({call, door_.on().calls(call) + 1, count, consequence, extra});
  }

  test::hand_driven events_;
  sim::storage door_;
  bool is_held_ = false;
};

const bool added_sim_storage =
    add_storage_implementation(
        {"sim", [](store::completion_sink& sink) { return make_simulated_storage(sink); }}) &&
    add_storage_implementation({"sim_competing", [](store::completion_sink& sink) {
                                  return std::make_unique<sim_storage_under_test>(
                                      sink, test::competing(5ms));
                                }});

} // namespace

std::unique_ptr<storage_under_test> make_simulated_storage(store::completion_sink& sink,
                                                           bool syncs) {
  return std::make_unique<sim_storage_under_test>(sink, sim::schedule_options{}, syncs);
}

} // namespace seedwalk::storage_conformance
