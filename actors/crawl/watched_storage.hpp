#pragma once

#include <cstdint>
#include <utility>

#include "actors/runtime/process.hpp"
#include "store/storage.hpp"

namespace seedwalk::sim {

/// Stands between the actors and a storage door, and adds every batch and query, as archived, to
/// the process's chain, with the id that the inner door gave. See `watched_network`.
class watched_storage final : public store::storage {
public:
  watched_storage(sim::process& process, store::storage& inner)
      : process_(process), inner_(inner) {}

  store::request_id write(store::batch batch, net::owner owner) override {
    process_.note_archived(effect_kind::store_write, batch, owner);
    return given(effect_kind::store_write, inner_.write(std::move(batch), owner));
  }

  store::request_id query(store::query query, net::owner owner) override {
    process_.note_archived(effect_kind::store_query, query, owner);
    return given(effect_kind::store_query, inner_.query(std::move(query), owner));
  }

  /// The last id that the inner door gave: what its ids go on from.
  std::uint64_t last_asked() const { return last_asked_; }
  /// What it was, where the inner door goes on from there.
  void resume(std::uint64_t last_asked) { last_asked_ = last_asked; }

private:
  store::request_id given(effect_kind kind, store::request_id id) {
    process_.note_effect(kind, id.value);
    last_asked_ = id.value;
    return id;
  }

  process& process_;
  store::storage& inner_;
  std::uint64_t last_asked_ = 0;
};

} // namespace seedwalk::sim
