#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/scenario/crawl_scenario.hpp"
#include "sim/scenario/file/key_tree.hpp"
#include "sim/scenario/shrink/reduction.hpp"

// What can be left out of a scenario's file, by its keys alone: a key that is added to files is
// shrunk with the others.

namespace seedwalk::sim {

/// What can go by itself.
enum class edit_kind : std::uint8_t {
  element, ///< One table of a list: a fault.
  key,     ///< What is said of a key: it is as usual then.
  item,    ///< One entry of a list of values: a step of a model, an address that is told of.
};

/// Which of them are meant: `path` is as in a file, "fault.since", "crawler.config.limits.x".
using edit_filter = std::function<bool(edit_kind kind, std::string_view path)>;

/// Those parts, for `without_parts`. A file that could not be read any more is none.
scenario_parts parts_in_file(edit_filter filter);

/// Times, numbers and bytes of a file, for `with_simpler`: towards 0 and towards round ones.
/// `filter` is asked for keys and items.
scenario_choices texts_in_file(edit_filter filter);

/// How many single texts of a file `filter` lets through: times, numbers, names, entries of lists.
std::size_t texts_in(const crawl_scenario& s, const edit_filter& filter);

/// The scenario with the nth of them put as `another` makes it of what it says. Nothing: that is
/// none that can be read, or the same.
std::optional<crawl_scenario>
with_other_text(const crawl_scenario& s, const edit_filter& filter, std::size_t nth,
                const std::function<std::string(const std::string&)>& another);

} // namespace seedwalk::sim
