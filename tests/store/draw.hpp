#pragma once

#include <memory>
#include <string>

#include <leveldb/env.h>
#include <leveldb/helpers/memenv.h>
#include <rapidcheck.h>

#include "store/database.hpp"

namespace seedwalk::store::test {

/// A disk in memory.
inline std::unique_ptr<leveldb::Env> memory_disk() {
  return std::unique_ptr<leveldb::Env>(leveldb::NewMemEnv(leveldb::Env::Default()));
}

/// Options for a small database on `env`.
inline database_options options_on(leveldb::Env* env) {
  database_options o;
  o.disk.env = env;
  o.disk.write_buffer_bytes = 64u << 10;
  o.disk.block_cache_bytes = 1u << 20;
  o.record_cache_bytes = 4u << 10; // So small that records come from the disk, too.
  o.disk.max_file_bytes = 1u << 20;
  o.chain = "regtest";
  o.seed = 7;
  return o;
}

/// 1.2.a.b:port from a small number: the tests' everyday endpoint.
inline net::endpoint peer(std::uint32_t number) {
  return net::ipv4_endpoint(0x01020000u + number, 8333);
}

inline constexpr timestamp start{1'800'000'000};

/// A visit that ended at `at` as told.
inline visit_record visit_at(timestamp at, net::outcome outcome, net::stage stage,
                             net::blame blame = net::blame::peer) {
  visit_record v;
  v.started = v.ended = at;
  v.outcome = outcome;
  v.stage = stage;
  v.blame = blame;
  return v;
}

template <class Operation>
batch_result must(database& db, Operation op) {
  auto done = db.apply(batch{{std::move(op)}});
  if (!done)
    throw std::runtime_error(done.error().message);
  return *done;
}

template <class Answer, class Query>
Answer ask(database& db, Query q) {
  auto done = db.answer(q);
  if (!done)
    throw std::runtime_error(done.error().message);
  return std::get<Answer>(std::move(*done));
}

// Drawn values, with what is rare in the world made frequent.

rc::Gen<net::endpoint> any_endpoint();
rc::Gen<timestamp> any_time();
rc::Gen<version_record> any_version();
rc::Gen<net::outcome> any_outcome();
rc::Gen<net::stage> any_stage();
rc::Gen<net::blame> any_blame();
rc::Gen<transport> any_transport();
rc::Gen<header_chain> any_chain();
rc::Gen<peer_record> any_peer_record();
rc::Gen<visit_record> any_visit_record();

template <class T>
rc::Gen<std::optional<T>> maybe(rc::Gen<T> gen) {
  return rc::gen::exec([gen] {
    std::optional<T> out;
    if (*rc::gen::arbitrary<bool>())
      out = *gen;
    return out;
  });
}

} // namespace seedwalk::store::test
