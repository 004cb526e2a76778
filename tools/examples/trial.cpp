#include "tools/examples/trial.hpp"

#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "net/base/archive.hpp"
#include "net/base/random.hpp"
#include "sim/program/drawn_world.hpp"
#include "sim/program/shrink.hpp"
#include "sim/record/choice_file.hpp"
#include "tools/examples/client.hpp"

namespace seedwalk::examples {

namespace {

const auto server_at = net::ipv4_endpoint(0xc6336407, 7'777); // 198.51.100.7

/// Virtual time after which all clients should be done: faults end within half a minute.
constexpr std::chrono::hours limit{1};

/// Listens to what clients report.
class report_listener final : public sim::world_listener {
public:
  void before_step(const sim::step_view& step) override {
    if (const auto* heard = step.message_as<report>())
      reports.push_back(*heard);
  }
  std::vector<report> reports;
};

sim::simulated_world::options draw(std::uint64_t seed) {
  return sim::draw_world(
      seed, {.victims = {server_at}, .faults_max = 4, .faults = sim::fault_range::intact_bytes});
}

sim::simulated_world::options world_of(const trial_options& o) {
  auto world = draw(o.seed);
  if (o.faults)
    world.faults = *o.faults;
  if (o.departures) {
    world.schedule = sim::strategy::fifo;
    world.order.given = *o.departures;
  }
  world.order.keeps_departures = o.keeps_departures;
  return world;
}

void judge(const example& one, const std::vector<report>& reports, std::uint32_t clients,
           std::vector<std::string>& broken) {
  std::set<std::uint64_t> digests;
  for (const auto& x : reports)
    digests.insert(x.digest);
  if (reports.size() < clients)
    broken.push_back(fmt::format("{} of {} clients got done", reports.size(), clients));
  if (one.digests_agree && digests.size() > 1)
    broken.emplace_back("the clients were told different things");
}

/// When the server is killed, and for how long it is away.
struct crash {
  std::chrono::nanoseconds at;
  std::chrono::nanoseconds away;
};

std::optional<crash> crash_of(const example& one, const trial_options& o) {
  net::random_stream draw{o.seed, "crash"};
  if (!one.server_may_crash || !o.crashes || !draw.chance(1, 2))
    return std::nullopt;
  return crash{std::chrono::milliseconds{draw.between(1, 3'000)},
               std::chrono::milliseconds{draw.between(1, 10'000)}};
}

} // namespace

std::vector<sim::fault_rule> faults_of(std::uint64_t seed) {
  return draw(seed).faults;
}

settings settings_of(const example& one, bool bug) {
  auto result = one.usual;
  result.server = server_at;
  result.bug = bug;
  return result;
}

trial_result run_trial(const example& one, const trial_options& options) {
  const auto world_options = world_of(options);
  const auto config = settings_of(one, options.bug);
  sim::simulated_world world{world_options};
  auto& server = world.add({.name = "server",
                            .addresses = {server_at},
                            .program = one.server,
                            .configuration = net::to_archive(config)});
  auto& clients = world.add(
      {.name = "clients", .program = one.clients, .configuration = net::to_archive(config)});
  trial_result result;
  const auto record = [&](sim::simulated_host& host, const std::string& path) {
    const auto build = fmt::format("{} {}", one.name, host.name());
    if (const auto begun = path.empty() ? decltype(host.record(path)){} : host.record(path, build);
        !begun)
      result.broken.push_back(begun.error());
  };
  record(server, options.record_server);
  record(clients, options.record_clients);
  report_listener listener;
  world.inner().listen(listener);
  const auto over = [&] { return clients.over(); };
  if (const auto planned = crash_of(one, options);
      planned && !world.run(over, planned->at) && world.now() < limit) {
    server.kill();
    result.has_crashed = true;
    world.run(over, planned->at + planned->away);
    server.start();
  }
  world.run(over, limit);
  judge(one, listener.reports, one.members(config), result.broken);
  server.stop();
  if (!world.run([&] { return server.over(); }, world.now() + std::chrono::minutes{1}))
    result.broken.emplace_back("the server does not end when it is asked to");
  for (auto* host : {&server, &clients})
    if (const auto written = host->finish_recording("done"); !written)
      result.broken.push_back(written.error());
  for (const auto& violation : world.violations())
    result.broken.push_back(violation.text);
  result.reports = listener.reports;
  result.hash = world.hash();
  result.steps = world.steps();
  result.virtual_time = world.now();
  result.faults = world_options.faults;
  result.departures = world.inner().events().departures();
  if (options.keeps_departures)
    result.choices = sim::to_text({options.command, world.steps(), {}}, world.inner().events());
  world.inner().ignore(listener);
  return result;
}

shrunk_trial shrink(const example& one, const trial_options& broken) {
  shrunk_trial found;
  found.fewest = broken;
  auto& fewest = found.fewest;
  fewest.record_server.clear();
  fewest.record_clients.clear();
  const auto run = [&](const trial_options& o) {
    ++found.trials;
    return run_trial(one, o);
  };
  fewest.keeps_departures = true;
  const auto whole = run(fewest);
  // What was drawn is made explicit first: faults, and what went out of turn.
  fewest.departures = whole.departures;
  if (auto o = fewest; whole.has_crashed) {
    o.crashes = false;
    fewest.crashes = run(o).broken.empty();
  }
  fewest.faults = sim::fewest_that_fail(whole.faults, [&](const auto& some) {
    auto o = fewest;
    o.faults = some;
    return !run(o).broken.empty();
  });
  fewest.departures = sim::fewest_that_fail(*fewest.departures, [&](const auto& some) {
    auto o = fewest;
    o.departures = some;
    return !run(o).broken.empty();
  });
  found.result = run(fewest);
  return found;
}

} // namespace seedwalk::examples
