#pragma once

#include <chrono>
#include <optional>

#include "net/base/inspect.hpp"
#include "store/batch.hpp"

namespace seedwalk::actors {

/// Passes over the database that mend what another wall clock wrote, a page at a time and one pass
/// at a time.
///
/// Due times are mended at the start, and whenever the clock was set back. What is changed for good
/// is mended in a pass of its own, once the clock is believed (clock_check.hpp).
///
///     begin -> page -> page_is_mended -> page ... -> the pass that was put off, if one was
///
/// What these return is the operation to write now. A value. Bounded: one pass, and the sum of
/// those that were put off. Threads: one at a time.
class time_mender {
public:
  /// A pass that is not for good. Nothing: another is under way, and this one comes behind it.
  std::optional<store::mend_times> begin(store::timestamp now, std::chrono::seconds set_back);

  /// The clock was set, or the crawl begins: once it is believed, mend for good.
  void mend_once_believed() { for_good_ = true; }

  /// That pass, unless there is none to make or another is under way. Precondition: the clock is
  /// believed now.
  std::optional<store::mend_times> begin_for_good(store::timestamp now);

  /// A page is written. `begin` may be called between this and `page_is_mended`.
  void page_is_written() { under_way_ = false; }

  /// What the page brought, which `asked` for it. `believed`: the clock is, now.
  std::optional<store::mend_times> page_is_mended(const store::times_mended& page,
                                                  const store::mend_times& asked,
                                                  store::timestamp now, bool believed);

  bool under_way() const { return under_way_; }

  SEEDWALK_INSPECT(time_mender, under_way_, put_off_, for_good_)

private:
  bool under_way_ = false;          ///< A page is being written.
  std::chrono::seconds put_off_{0}; ///< By how much the clock was set back meanwhile.
  bool for_good_ = false;           ///< A pass for good is to be made.
};

} // namespace seedwalk::actors
