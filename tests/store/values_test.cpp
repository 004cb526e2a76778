#include <gtest/gtest.h>

#include "draw.hpp"
#include "net/base/archive.hpp"
#include "store/values.hpp"

namespace seedwalk::store {
namespace {

using namespace test;

/// Whatever is drawn comes back; and no prefix, extension or flipped bit crashes.
template <class Record>
void round_trip(rc::Gen<Record> gen, std::uint32_t agent_limit) {
  user_agents agents(agent_limit);
  EXPECT_TRUE(rc::check([&] {
    const auto value = *gen;
    const auto encoded = encode(value, agents);
    std::string bytes(net::as_text(encoded));
    Record read;
    RC_ASSERT(decode(bytes, read, agents));
    RC_ASSERT(read == value);
    for (std::size_t size = 0; size != bytes.size(); ++size)
      RC_ASSERT(!decode(std::string_view(bytes).substr(0, size), read, agents));
    RC_ASSERT(!decode(bytes + '\0', read, agents));
    bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] ^=
        static_cast<char>(1 << *rc::gen::inRange(0, 8));
    (void)decode(bytes, read, agents);
  }));
}

TEST(store_values, peer_records_come_back_and_damage_is_refused) {
  round_trip(any_peer_record(), user_agents::max_count);
}

TEST(store_values, visits_come_back_and_damage_is_refused) {
  round_trip(any_visit_record(), user_agents::max_count);
}

// Visits did not keep from the first what ended a collection: those from before are read.
TEST(store_values, visits_that_do_not_tell_what_ended_their_collection_are_read) {
  user_agents agents;
  visit_record v;
  v.started = v.ended = start;
  v.addresses.answer = net::addr_answer::complete;
  v.addresses.messages = 1;
  v.addresses.entries[1] = 1000;
  v.addresses.digest = 7;
  // Then: a one, the answer, messages, entries of eight networks, how many were new, the digest.
  const std::string then("\1\2\1\0\xe8\7\0\0\0\0\0\0\0\7", 14);
  std::string bytes(net::as_text(encode(v, agents)));
  ASSERT_GT(bytes.size(), then.size() + 1);
  bytes.resize(bytes.size() - then.size() - 1);
  visit_record read;
  ASSERT_TRUE(decode(bytes + then, read, agents));
  EXPECT_EQ(read, v);
  EXPECT_FALSE(decode(bytes + then + '\1', read, agents));
  EXPECT_FALSE(decode(bytes + '\3' + then.substr(1) + '\1', read, agents));
  EXPECT_FALSE(decode(bytes + '\2' + then.substr(1) + '\6', read, agents));
}

TEST(store_values, user_agents_beyond_the_table_are_written_out) {
  round_trip(any_peer_record(), 3);
}

TEST(store_values, inbound_sightings_come_back_and_damage_is_refused) {
  round_trip(rc::gen::exec([] {
               inbound_sighting s;
               s.from = *any_endpoint();
               s.local = *any_endpoint();
               s.at = *any_time();
               s.ended = *any_time();
               s.outcome = *any_outcome();
               s.stage = *any_stage();
               s.blame = *any_blame();
               s.version = *maybe(any_version());
               return s;
             }),
             user_agents::max_count);
}

TEST(store_values, random_bytes_never_crash) {
  user_agents agents;
  EXPECT_TRUE(rc::check([&](const std::string& bytes) {
    peer_record r;
    visit_record v;
    inbound_sighting s;
    (void)decode(bytes, r, agents);
    (void)decode(bytes, v, agents);
    (void)decode(bytes, s, agents);
  }));
}

TEST(store_values, a_never_tried_record_is_small) {
  user_agents agents;
  peer_record r;
  r.first_heard = r.last_heard = r.due = start;
  r.announced_time = start - std::chrono::hours{20};
  r.announced_raw = static_cast<std::uint32_t>(r.announced_time.count());
  r.announced_services = 1033;
  r.first_source = peer(1);
  EXPECT_LE(encode(r, agents).size(), 32u);
}

} // namespace
} // namespace seedwalk::store
