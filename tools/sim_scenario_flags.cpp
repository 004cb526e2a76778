#include "tools/sim_scenario_flags.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "net/base/whole_file.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/swarm.hpp"
#include "tools/option_values.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::array<scenario_option, 21> all_options = {{
    {"--seed", "seed"},
    {"--seeds", "seed"},
    {"--nodes", "nodes.count"},
    {"--kind", "nodes.kinds"},
    {"--net", "nodes.networks"},
    {"--route", "crawler.addresses"},
    {"--proxy", "network.proxy"},
    {"--schedule", "schedule.strategy"},
    {"--ahead", "schedule.ahead"},
    {"--behind", "schedule.behind"},
    {"--behind-unbounded", "schedule.behind"},
    {"--choices", "schedule.choices"},
    {"--then", "schedule.then"},
    {"--reseed", "schedule.reseed"},
    {"--redraw", "schedule.redraw"},
    {"--crawlers", "crawler.count"},
    {"--faults", "drawn.faults"},
    {"--reloads", "drawn.reloads"},
    {"--limit", "limit"},
    {"--deep", "deep"},
    {"--oracles", "oracles"},
}};

/// Those that may stand beside a whole scenario: a seed makes another run of it, and who
/// watches a run changes nothing in it.
bool goes_with_a_whole(std::string_view option) {
  return option == "--seed" || option == "--seeds" || option == "--oracles";
}

} // namespace

std::span<const scenario_option> scenario_options() {
  return all_options;
}

void sim_scenario_flags::declare(CLI::App& app) {
  app_ = &app;
  add_name(app, "--scenario,FILE", path_, "a scenario file: one world, and what must hold in it")
      ->type_name("FILE");
  app.add_flag("--swarm", swarm_,
               "the seed draws a whole scenario: which faults are on at all, nodes, crawlers and "
               "their configuration, disk, crashes, order");
  add_name(
      app, "--without", without_,
      "draw none of these families of the swarm, with commas between; the others stay as they are")
      ->type_name("FAMILIES");
  app.add_option("--set", changes_,
                 "say a key of a scenario file, as TOML: --set 'nodes.pace = \"1s\"'; repeatable")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

tl::expected<void, std::string> sim_scenario_flags::read() {
  if (!without_.empty() && !swarm_)
    return tl::unexpected(std::string{"--without: families are drawn by --swarm; give that, too"});
  auto families = sim::parse_families(without_);
  if (!families)
    return tl::unexpected("--without: " + families.error());
  left_out_ = std::move(*families);
  if (path_.empty() && !swarm_)
    return {};
  if (!path_.empty() && swarm_)
    return tl::unexpected(std::string{"--swarm and a file: each says all; give one of them"});
  for (const auto& [option, key] : all_options) {
    const auto* declared = app_->get_option_no_throw(std::string{option});
    if (declared != nullptr && declared->count() != 0 && !goes_with_a_whole(option))
      return tl::unexpected(
          swarm_ ? fmt::format("{} and --swarm: the seed draws {}; change it with --set '{} = ...'",
                               option, key, key)
                 : fmt::format("{} and a file: the file says {}; change it there, or with --set "
                               "'{} = ...'",
                               option, key, key));
  }
  if (swarm_)
    return {};
  const auto text = net::read_whole_file(path_, {sim::scenario_bytes_max});
  if (!text)
    return tl::unexpected(fmt::format("{}: {}", path_, text.error().message));
  auto parsed = sim::parse_scenario(*text, path_);
  if (!parsed)
    return tl::unexpected(parsed.error());
  file_ = std::move(*parsed);
  return {};
}

sim::crawl_scenario sim_scenario_flags::of_seed(std::uint64_t seed) const {
  auto s = swarm_ ? sim::draw_swarm(seed, left_out_) : *file_;
  s.seed = seed;
  return s;
}

tl::expected<void, std::string> sim_scenario_flags::change(sim::crawl_scenario& s) const {
  for (const auto& text : changes_)
    if (auto changed = sim::change_scenario(s, text, "--set"); !changed)
      return changed;
  return {};
}

std::string sim_scenario_flags::again() const {
  std::string command;
  if (has_file())
    command += " " + shell_word(path_);
  if (swarm_)
    command += " --swarm";
  if (!without_.empty())
    command += " --without " + shell_word(without_);
  for (const auto& text : changes_)
    command += " --set " + shell_word(text);
  return command;
}

std::string shell_word(const std::string& text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                     "0123456789_-./:=,@%+";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos)
    return text;
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return out + "'";
}

} // namespace seedwalk::tools
