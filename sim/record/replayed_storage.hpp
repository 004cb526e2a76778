#pragma once

#include <cstdint>

#include "store/storage.hpp"

namespace seedwalk::sim {

/// The storage door of a replay: does nothing, and gives the numbers that every storage door gives:
/// 1, 2, ... for batches and queries together.
class replayed_storage final : public store::storage {
public:
  store::request_id write(store::batch, net::owner) override { return {++last_}; }
  store::request_id query(store::query, net::owner) override { return {++last_}; }

private:
  std::uint64_t last_ = 0;
};

} // namespace seedwalk::sim
