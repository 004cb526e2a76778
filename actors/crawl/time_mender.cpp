#include "actors/crawl/time_mender.hpp"

#include <utility>

namespace seedwalk::actors {

std::optional<store::mend_times> time_mender::begin(store::timestamp now,
                                                    std::chrono::seconds set_back) {
  if (under_way_) {
    put_off_ += set_back;
    return std::nullopt;
  }
  under_way_ = true;
  return store::mend_times{now, set_back};
}

std::optional<store::mend_times> time_mender::begin_for_good(store::timestamp now) {
  if (!for_good_ || under_way_)
    return std::nullopt;
  for_good_ = false;
  under_way_ = true;
  return store::mend_times{now, {}, true};
}

std::optional<store::mend_times> time_mender::page_is_mended(const store::times_mended& page,
                                                             const store::mend_times& asked,
                                                             store::timestamp now, bool believed) {
  const bool doubted = asked.believed && !believed;
  if (doubted)
    for_good_ = true;
  // A clock that was set meanwhile has begun a pass of its own.
  if (under_way_)
    return std::nullopt;
  if (page.more && !doubted) {
    under_way_ = true;
    return store::mend_times{now, asked.set_back, asked.believed, page.part, page.after};
  }
  const auto set_back = std::exchange(put_off_, std::chrono::seconds{0});
  return set_back.count() > 0 ? begin(now, set_back) : std::nullopt;
}

} // namespace seedwalk::actors
