#pragma once

#include <utility>

#include "actors/runtime/process.hpp"
#include "store/storage.hpp"

namespace seedwalk::sim {

/// Stands between the actors and a storage door, and adds every batch and query, as archived, to
/// the process's chain, with the id that the inner door gave. See `watched_network`.
class watched_storage final : public store::storage {
public:
  watched_storage(process& home, store::storage& inner) : home_(home), inner_(inner) {}

  store::request_id write(store::batch what, net::owner who) override {
    home_.note_archived(effect_kind::store_write, what, who);
    const auto id = inner_.write(std::move(what), who);
    home_.note_effect(effect_kind::store_write, id.value);
    return id;
  }

  store::request_id query(store::query what, net::owner who) override {
    home_.note_archived(effect_kind::store_query, what, who);
    const auto id = inner_.query(std::move(what), who);
    home_.note_effect(effect_kind::store_query, id.value);
    return id;
  }

private:
  process& home_;
  store::storage& inner_;
};

} // namespace seedwalk::sim
