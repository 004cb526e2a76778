#pragma once

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
    const auto id = inner_.write(std::move(batch), owner);
    process_.note_effect(effect_kind::store_write, id.value);
    return id;
  }

  store::request_id query(store::query query, net::owner owner) override {
    process_.note_archived(effect_kind::store_query, query, owner);
    const auto id = inner_.query(std::move(query), owner);
    process_.note_effect(effect_kind::store_query, id.value);
    return id;
  }

private:
  process& process_;
  store::storage& inner_;
};

} // namespace seedwalk::sim
