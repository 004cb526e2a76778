#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "net/base/owner.hpp"
#include "sim/scenario/chaos/feature.hpp"
#include "sim/scenario/oracles/oracle.hpp"

namespace seedwalk::sim {

class reference_model;

/// Notes the features of a run: an oracle that finds nothing to be broken.
///
/// States of the reference model are noted where the scenario has that oracle, which is added
/// before this one. All that it keeps is bounded by the kinds of actors and messages, by the coarse
/// states, and by the actors of the run.
class coverage final : public oracle {
public:
  coverage() : oracle("coverage") {}

  void begin(crawl_world& of) override;
  void on_crash(const watched_crawler& crawler) override;
  void on_step(const watched_crawler& of, const step_view& step, bool is_of_manager) override;

  /// All that the run has reached, sorted; each once.
  std::vector<feature> features() const;

private:
  using name_id = std::uint32_t;

  name_id id_of(std::string_view name);

  crawl_world* world_ = nullptr;
  reference_model* model_ = nullptr; ///< Null: the scenario has none.
  std::map<std::string, name_id, std::less<>> ids_;
  std::vector<std::string> names_; ///< By id.
  /// The last message of each actor: by the number of its crawler and its owner.
  std::map<std::pair<std::size_t, net::owner>, name_id> last_messages_;
  std::set<std::tuple<name_id, name_id, name_id>> pairs_; ///< Kind of actor, before, now.
  std::set<std::uint32_t> states_;
};

} // namespace seedwalk::sim
