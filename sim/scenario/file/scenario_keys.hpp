#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "actors/config/config_table.hpp"
#include "sim/scenario/crawl_scenario.hpp"

namespace seedwalk::sim {

/// One key of a scenario file, bound to a scenario in memory.
struct scenario_key {
  std::string_view name;
  actors::value_kind kind = actors::value_kind::text;
  bool or_text = false; ///< A number beyond 2^63 is none in TOML: it is written as a text.
  bool must = false;    ///< A table without it means nothing.
  /// Puts what the texts say into the scenario, or says what is wrong: half a sentence. Empty: the
  /// key does not belong here, because `needs`.
  std::function<tl::expected<void, std::string>(const actors::option_texts&)> set;
  std::function<std::optional<actors::option_texts>()> get; ///< Nothing: it is not said.
  std::string_view needs; ///< "does = delay": where the key belongs.
};

class key_visitor;

/// A list of tables: [[fault]].
struct table_list {
  std::size_t size = 0;
  std::function<void(std::size_t)> resize;
  std::function<void(key_visitor&, std::size_t)> visit;
  std::function<void(key_visitor&)> visit_usual; ///< One with everything at its default.
};

/// Is shown all keys of a scenario, table by table. What reads, writes or lists files is one:
/// `visit_scenario` is the only place where keys are named.
class key_visitor {
public:
  virtual ~key_visitor() = default;
  virtual void key(scenario_key k) = 0;
  virtual void table(std::string_view name, const std::function<void(key_visitor&)>& inside) = 0;
  virtual void tables(std::string_view name, const table_list& list) = 0;
  /// A table that is a configuration file.
  virtual void config(std::string_view name, actors::crawl_config& of) = 0;
};

/// Shows a scenario's keys in the order of a file. The scenario outlives what the keys are used
/// for.
void visit_scenario(key_visitor& v, crawl_scenario& s);

} // namespace seedwalk::sim
