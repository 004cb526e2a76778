#include "tools/sim_world_flags.hpp"

#include <fmt/format.h>

#include "sim/scenario/crawl_world.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "tools/option_values.hpp"

namespace seedwalk::tools {

void sim_world_flags::declare(CLI::App& app) {
  add_number(app, "--nodes", nodes_, {4, 1'000'000}, "how many nodes there are");
  kinds_.declare(app);
  networks_.declare(app);
  order.declare(app);
  add_number(app, "--crawlers", crawlers_, {1, sim::crawlers_max},
             "how many crawlers there are, who visit each other, too; the first is judged");
  add_number(app, "--faults", faults_, {0, 1'000}, "how many faults are drawn");
  add_number(app, "--reloads", reloads_, {0, 1'000},
             "how often the crawlers' configuration is changed");
  app.add_flag("--deep", deep_, "message payloads enter the hash too");
  add_name(app, "--oracles", oracles_,
           "who watches the run: all, none, or names with commas between; all, or the file's, "
           "unless given")
      ->type_name("NAMES");
  scenario.declare(app);
}

tl::expected<void, std::string> sim_world_flags::read() {
  if (auto read = scenario.read(); !read)
    return read;
  return order.read();
}

tl::expected<sim::crawl_scenario, std::string> sim_world_flags::of_seed(std::uint64_t seed) const {
  auto s = scenario.is_whole() ? scenario.of_seed(seed) : sim::plain_crawl(seed, nodes_);
  if (!scenario.is_whole()) {
    order.apply(s);
    s.deep = deep_;
    auto shares = kinds_.read(mixed_kinds(true));
    if (!shares)
      return tl::unexpected(std::move(shares.error()));
    s.nodes.shares = std::move(*shares);
    if (auto applied = networks_.apply(s); !applied)
      return tl::unexpected(std::move(applied.error()));
    s.crawlers = crawlers_;
    s.drawn_faults = faults_;
    s.drawn_reloads = reloads_;
  }
  if (!oracles_.empty()) {
    auto chosen = sim::oracle_choice::parse(oracles_);
    if (!chosen)
      return tl::unexpected(fmt::format("--oracles {}: {}", oracles_, chosen.error()));
    s.oracles = std::move(*chosen);
  }
  if (auto changed = scenario.change(s); !changed)
    return tl::unexpected(std::move(changed.error()));
  return s;
}

sim::checked_run sim_world_flags::checked() const {
  return [this](std::uint64_t seed, sim::run_watch& watch) {
    sim::crawl_world world{sim::with_profile(*of_seed(seed))};
    world.inner().listen(watch);
    if (world.start())
      world.run();
    world.judge();
    world.inner().ignore(watch);
    watch.finish(world.inner());
  };
}

std::string sim_world_flags::again(std::uint64_t seed) const {
  auto command = fmt::format("seedwalk sim run{} --seed {}", scenario.again(), seed);
  if (!oracles_.empty())
    command += fmt::format(" --oracles {}", oracles_);
  if (scenario.is_whole())
    return command;
  command += fmt::format(" --nodes {}", nodes_);
  for (const auto& kind : kinds_.given())
    command += fmt::format(" --kind {}", kind);
  command += networks_.again();
  command += order.again();
  if (crawlers_ != 1)
    command += fmt::format(" --crawlers {}", crawlers_);
  if (faults_ != 0)
    command += fmt::format(" --faults {}", faults_);
  if (reloads_ != 0)
    command += fmt::format(" --reloads {}", reloads_);
  return command + (deep_ ? " --deep" : "");
}

} // namespace seedwalk::tools
