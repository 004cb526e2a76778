#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "sim/scenario/crawl_scenario.hpp"

// A simulated crawl as a file: TOML, `format = 1`. sim/scenario/README.md has the keys.
//
// What a file does not say is as in `usual_scenario`, so a file holds what matters and no more.
// Whatever `write_scenario` writes, `parse_scenario` reads back as an equal scenario.

namespace seedwalk::sim {

inline constexpr std::uint64_t scenario_format = 1;
/// Longer files are refused. One with all choices of a long run is as long as that.
inline constexpr std::size_t scenario_bytes_max = std::size_t{256} << 20;

/// What an empty file means: a hundred honest nodes, and one crawler that visits all of them once.
crawl_scenario usual_scenario();

/// Reads a file that is called `name` in errors. Nothing is passed over: an unknown key, a value of
/// another type or out of its range, parts that do not fit together and broken TOML are errors,
/// each one line that begins with the file's name and the number of the line.
tl::expected<crawl_scenario, std::string> parse_scenario(std::string_view text,
                                                         std::string_view name);

/// Changes what the TOML `text` says in a scenario: for options of the command line. Lists of
/// tables are replaced whole. Errors as of `parse_scenario`; then the scenario is undefined.
tl::expected<void, std::string> change_scenario(crawl_scenario& s, std::string_view text,
                                                std::string_view name);

/// The file of a scenario: what differs from the usual one, behind `comment`, lines without `#`.
std::string write_scenario(const crawl_scenario& s, std::string_view comment = {});

/// Parts of a scenario that do not fit together: the key that is wrong, and one line about it.
/// Nothing: it can run.
struct scenario_problem {
  std::string path; ///< "fault[1].name": of the second one.
  std::string message;
};
tl::expected<void, scenario_problem> validate(const crawl_scenario& s);

/// All keys as a file has them: "nodes.count", "fault.does"; "crawler.config" is a configuration
/// file.
std::vector<std::string> scenario_key_names();

} // namespace seedwalk::sim
