#pragma once

#include <cstdint>

#include "actors/crawl/watched_storage.hpp"
#include "sim/record/replay.hpp"
#include "store/storage.hpp"

namespace seedwalk::sim {

/// The storage door of a replay: does nothing, and gives the numbers that every storage door gives:
/// 1, 2, ... for batches and queries together.
class replayed_storage final : public store::storage {
public:
  store::request_id write(store::batch, net::owner) override { return {++last_}; }
  store::request_id query(store::query, net::owner) override { return {++last_}; }

  /// Goes on behind this id.
  void resume(std::uint64_t last) { last_ = last; }

private:
  std::uint64_t last_ = 0;
};

/// The same as part of a replayed program's chain, as a recorded one's was: for a `replay_builder`,
/// which keeps it as long as its actors.
struct replayed_store {
  explicit replayed_store(const replay_ground& ground) : watched(ground.process, nothing) {
    ground.doors.add<store::completion>();
    ground.parts.add_number(
        "storage", [this] { return watched.last_asked(); },
        [this](std::uint64_t last) {
          nothing.resume(last);
          watched.resume(last);
        });
  }

  replayed_storage nothing;
  watched_storage watched;
};

} // namespace seedwalk::sim
