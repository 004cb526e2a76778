#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "actors/runtime/strategies/strategy_text.hpp"
#include "sim/record/choice_file.hpp"
#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::tools {

/// The options that say who goes next in a simulated world.
class sim_schedule_flags {
public:
  void declare(CLI::App& app);

  /// Reads the file of choices, if one was given, and looks at the options as a whole. The error is
  /// one line.
  tl::expected<void, std::string> read();

  /// Puts them into a scenario. Precondition: `read` found nothing wrong.
  void apply(sim::crawl_scenario& s) const;

  /// The same options, for a command that does a run again; begins with a space unless empty.
  std::string again() const;

  /// Of the file of choices; empty where none was given.
  const std::string& choices_path() const { return choices_path_; }
  bool has_choices() const { return choices_.has_value(); }
  std::size_t choices_given() const { return choices_ ? choices_->departures.size() : 0; }

private:
  std::string schedule_text_ = "uniform";
  sim::strategy_text schedule_{sim::strategy::uniform};
  CLI::Option* schedule_option_ = nullptr;
  std::chrono::nanoseconds ahead_ = sim::crawl_scenario::near_events().ahead;
  std::chrono::nanoseconds behind_ = sim::crawl_scenario::near_events().behind;
  bool unbounded_ = false;
  std::string choices_path_;
  std::optional<sim::choice_file> choices_;
  std::string then_text_;
  std::optional<sim::crawl_scenario::another_order> then_;
  std::vector<std::string> redraw_texts_;
  std::vector<sim::crawl_scenario::another_seed> redraws_;
  std::vector<std::string> reseed_texts_;
  std::vector<sim::crawl_scenario::another_seed> reseeds_;
};

} // namespace seedwalk::tools
