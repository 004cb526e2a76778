#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "sim/scenario/crawl_world.hpp"

namespace seedwalk::tools {

/// A promise that a run of a sweep broke. What is equal in oracle and place is taken for one bug.
struct sweep_failure {
  std::string oracle; ///< "process" where the run's process died.
  std::string place;
  std::string text;
  std::uint64_t step = 0; ///< When it was noticed; 0: nobody knows.

  std::pair<std::string, std::string> key() const { return {oracle, place}; }
  friend bool operator==(const sweep_failure&, const sweep_failure&) = default;
};

/// What a sweep knows of one seed.
struct seed_result {
  std::uint64_t seed = 0;
  std::chrono::nanoseconds virtual_time{0};
  std::vector<sweep_failure> failures;
  std::map<std::string, std::uint64_t> probes; ///< Those that were reached, and how often.

  friend bool operator==(const seed_result&, const seed_result&) = default;
};

seed_result result_of(const sim::crawl_verdict& verdict);

/// The beginning of a file's name that says what a scenario breaks, in letters and digits.
std::string file_name_of_promise(const std::string& oracle, const std::string& place);

/// One line of JSON, with its end: what a worker says on its pipe, and a sweep keeps in its file.
std::string to_line(const seed_result& result);
/// Nothing: it is no such line.
std::optional<seed_result> parse_seed_result(std::string_view line);

/// The file of `--resume`: what became of each seed so far, written as it is known, so that a sweep
/// that was killed at any moment goes on from there.
class sweep_log {
public:
  /// Opens or makes the file. `world` says what is swept; results of another world, or of another
  /// build, are refused. A last line that was not written whole is cut off. The error is one line.
  static tl::expected<std::unique_ptr<sweep_log>, std::string> open(const std::string& path,
                                                                    const std::string& world);
  ~sweep_log();
  sweep_log(const sweep_log&) = delete;
  sweep_log& operator=(const sweep_log&) = delete;

  /// What the file held when it was opened. Leaves nothing.
  std::vector<seed_result> take_known() { return std::move(known_); }

  /// Appends one. False if it could not be written.
  bool add(const seed_result& result);

private:
  explicit sweep_log(int descriptor) : descriptor_(descriptor) {}
  tl::expected<void, std::string> read(const std::string& path, const std::string& world);
  bool write(std::string_view text) const;

  int descriptor_;
  std::vector<seed_result> known_;
};

/// One bug, as far as a sweep can tell: the lowest seed that met it so far.
struct distinct_failure {
  sweep_failure first;
  std::uint64_t seed = 0;
  std::uint64_t seeds = 0; ///< How many met it.
  std::string file;        ///< Its scenario; empty: none is written.
};

/// All results of a sweep together. The same in whatever order they come.
class sweep_report {
public:
  void add(const seed_result& result);

  std::uint64_t runs() const { return runs_; }
  std::chrono::nanoseconds virtual_time() const { return virtual_time_; }
  std::uint64_t broken_runs() const { return broken_runs_; }
  /// By oracle and place.
  const std::map<std::pair<std::string, std::string>, distinct_failure>& distinct() const {
    return distinct_;
  }
  std::map<std::pair<std::string, std::string>, distinct_failure>& distinct() { return distinct_; }
  const std::map<std::string, std::uint64_t>& probes() const { return probes_; }

private:
  std::uint64_t runs_ = 0;
  std::uint64_t broken_runs_ = 0;
  std::chrono::nanoseconds virtual_time_{0};
  std::map<std::pair<std::string, std::string>, distinct_failure> distinct_;
  std::map<std::string, std::uint64_t> probes_;
};

} // namespace seedwalk::tools
