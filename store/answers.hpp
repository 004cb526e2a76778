#pragma once

#include <functional>
#include <string_view>

#include <tl/expected.hpp>

#include "store/error.hpp"
#include "store/key_values.hpp"
#include "store/known_state.hpp"
#include "store/query.hpp"
#include "store/schedule.hpp"

namespace seedwalk::store {

/// Answers queries from the database as it is. Every answer is bounded, and costs what it returns:
/// none but `list` reads records that it does not give.
class answers {
public:
  answers(key_values& disk, known_state& memory, const schedule_options& schedule)
      : disk_(disk), memory_(memory), schedule_(schedule) {}

  tl::expected<store::answer, error> to(const query& q);

private:
  using result = tl::expected<store::answer, error>;

  result reply(const due_query& q);
  result reply(const get_query& q);
  result reply(const list_query& q);
  result reply(const visits_query& q);
  result reply(const stats_query& q);
  result reply(const censuses_query& q);
  result reply(const bans_query& q);
  result reply(const inbound_query& q);

  /// Visits the index of a class behind `after`, in order, until `visit` returns false, and notes
  /// where nobody is.
  tl::expected<void, error> scan_queue(dial_class queue, const net::bytes& after,
                                       const std::function<bool(std::string_view key)>& visit);
  tl::expected<void, error> due_of(dial_class queue, const due_query& q, due_answer& out);
  bool surely_fresh(const net::endpoint& peer, timestamp now) const;

  key_values& disk_;
  known_state& memory_;
  const schedule_options& schedule_;
};

} // namespace seedwalk::store
