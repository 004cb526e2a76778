#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include "tests/tools/run_program.hpp"

namespace seedwalk::tools {
namespace {

using words = std::vector<std::string>;

nlohmann::json report_of(const finished_program& run) {
  // A drawn world may break an invariant of the judges; its run is one nevertheless.
  RC_ASSERT(run.code == 0 || run.code == 10 || run.code == 11);
  return nlohmann::json::parse(run.out);
}

/// Options of `sim run`, each there or not, with what it may have.
rc::Gen<words> any_options() {
  return rc::gen::exec([] {
    words out;
    const auto sometimes = [] { return *rc::gen::inRange(0, 3) == 0; };
    const auto add = [&out](const char* name, std::string value) {
      out.emplace_back(name);
      out.push_back(std::move(value));
    };
    const auto any_of = [](std::vector<std::string> names) { return *rc::gen::elementOf(names); };
    const auto parts = [] { return *rc::gen::inRange(1, 5); };
    if (!sometimes())
      add("--seed", fmt::format("{}", *rc::gen::arbitrary<std::uint64_t>()));
    if (!sometimes())
      add("--nodes", fmt::format("{}", *rc::gen::inRange(4, 30)));
    if (sometimes()) {
      add("--kind", fmt::format("honest={}", parts()));
      for (int more = *rc::gen::inRange(0, 3); more != 0; --more)
        add("--kind",
            fmt::format("{}={}", any_of({"silent", "refused", "pruned", "legacy_addr"}), parts()));
    }
    if (sometimes()) {
      add("--net", fmt::format("ipv4={}", parts()));
      for (int more = *rc::gen::inRange(0, 3); more != 0; --more)
        add("--net",
            fmt::format("{}={}", any_of({"ipv6", "torv3", "onion", "i2p", "cjdns"}), parts()));
    }
    if (sometimes()) {
      add("--route", "ipv4");
      if (sometimes())
        add("--route", any_of({"ipv6", "cjdns", "yggdrasil"}));
    }
    if (sometimes())
      add("--proxy", any_of({"working", "silent", "absent"}));
    if (sometimes())
      add("--schedule", any_of({"fifo", "uniform", "pct:2", "pctcp", "pos", "urw", "surw", "pairs",
                                "portfolio"}));
    if (sometimes())
      add("--crawlers", fmt::format("{}", *rc::gen::inRange(1, 4)));
    if (sometimes())
      add("--faults", fmt::format("{}", *rc::gen::inRange(0, 4)));
    if (sometimes())
      add("--reloads", fmt::format("{}", *rc::gen::inRange(0, 4)));
    if (sometimes())
      add("--ahead", any_of({"0", "0.000007", "0.001"}));
    if (sometimes())
      add("--behind", any_of({"0", "0.0004", "1"}));
    if (sometimes())
      out.emplace_back("--behind-unbounded");
    if (sometimes())
      add("--then", any_of({"uniform:4", "uniform:4@100", "fifo@50", "pct:2:5@30", "surw:9@60"}));
    if (sometimes())
      add("--reseed", fmt::format("{}:{}", *rc::gen::inRange(0, 300), parts()));
    if (sometimes())
      add("--redraw", fmt::format("{}:{}", *rc::gen::inRange(0, 300), parts()));
    if (sometimes())
      out.emplace_back("--deep");
    return out;
  });
}

/// What is printed is what somebody pastes into a shell days later: it must forget no option.
TEST(sim_again, the_command_that_is_printed_makes_the_same_run_whatever_the_options) {
  EXPECT_TRUE(rc::check([] {
    words command = {"sim", "run", "--json"};
    const auto options = *any_options();
    command.insert(command.end(), options.begin(), options.end());
    const auto first = report_of(run_seedwalk(command));
    const auto again = first["again"].get<std::string>();
    RC_ASSERT(again.starts_with("seedwalk "));
    // As a shell takes it apart.
    const auto repeated = report_of(run_program_file(
        {"/bin/sh", "-c",
         SEEDWALK_COMMAND + again.substr(std::string{"seedwalk"}.size()) + " --json"}));
    for (const char* same : {"seed", "hash", "steps", "known", "good", "outcomes", "virtual_s"})
      RC_ASSERT(repeated[same] == first[same]);
    RC_ASSERT(repeated["again"] == again);
  }));
}

} // namespace
} // namespace seedwalk::tools
