#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <tl/expected.hpp>

#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::tools {

/// An option of simulated worlds, and the key of a scenario file that says the same.
struct scenario_option {
  std::string_view option;
  std::string_view key;
};

/// All options that vary a world. What is no world's, such as where a recording goes, is not here.
std::span<const scenario_option> scenario_options();

/// A whole scenario, from a file or drawn, and changes of single keys, for commands that simulate
/// crawls.
class sim_scenario_flags {
public:
  /// Declared last: options that were declared before and vary the world are refused beside a file.
  void declare(CLI::App& app);

  /// Reads the file, if one was given. The error is one line.
  tl::expected<void, std::string> read();

  /// Of the file; empty where none was given.
  const std::string& path() const { return path_; }
  bool has_file() const { return file_.has_value(); }
  /// What the file says. Precondition: there is one.
  const sim::crawl_scenario& file() const { return *file_; }

  /// True where a file or `--swarm` says all, and no other option has a say.
  bool is_whole() const { return has_file() || swarm_; }
  /// The scenario of a seed. Precondition: `is_whole`.
  sim::crawl_scenario of_seed(std::uint64_t seed) const;

  /// Makes the changes that `--set` names. The error is one line.
  tl::expected<void, std::string> change(sim::crawl_scenario& s) const;

  /// The same options, for a command that does a run again; begins with a space unless empty.
  std::string again() const;

private:
  std::string path_;
  bool swarm_ = false;
  std::string without_;
  std::vector<std::string> left_out_;
  std::vector<std::string> changes_;
  std::optional<sim::crawl_scenario> file_;
  CLI::App* app_ = nullptr;
};

/// A text as a POSIX shell takes it for one word: as it is where that is enough.
std::string shell_word(const std::string& text);

} // namespace seedwalk::tools
