#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "sim/scenario/replayed_storage.hpp"
#include "tests/conformance/broken_storage.hpp"
#include "tests/conformance/storage_checks.hpp"

namespace seedwalk::storage_conformance {

namespace {

using testing::PrintToString;

/// Each check, asked of each implementation.
class storage_door
    : public testing::TestWithParam<std::tuple<storage_implementation, storage_check>> {};

TEST_P(storage_door, keeps_its_contract) {
  const auto& [made, check] = GetParam();
  const auto complaints = check.run(made);
  EXPECT_TRUE(complaints.empty()) << PrintToString(complaints);
}

INSTANTIATE_TEST_SUITE_P(suite, storage_door,
                         testing::Combine(testing::ValuesIn(storage_implementations()),
                                          testing::ValuesIn(storage_checks())),
                         [](const auto& made) {
                           return std::get<0>(made.param).name + "__" +
                                  std::get<1>(made.param).name;
                         });

// -- drawn uses, with what fails made small

rc::Gen<storage_command> any_command() {
  return rc::gen::map(
      rc::gen::pair(rc::gen::inRange<int>(0, storage_command::kinds),
                    rc::gen::inRange<std::uint32_t>(0, 1'000'000)),
      [](const auto& drawn) {
        return storage_command{static_cast<storage_command::kind>(drawn.first), drawn.second};
      });
}

class storage_door_drawn : public testing::TestWithParam<storage_implementation> {};

TEST_P(storage_door_drawn, keeps_its_contract_however_it_is_used) {
  EXPECT_TRUE(rc::check([&] {
    const auto steps = *rc::gen::container<std::vector<storage_command>>(any_command());
    const auto complaints = play(GetParam(), steps);
    if (!complaints.empty())
      RC_FAIL(PrintToString(complaints));
  }));
}

INSTANTIATE_TEST_SUITE_P(suite, storage_door_drawn, testing::ValuesIn(storage_implementations()),
                         [](const auto& made) { return made.param.name; });

// -- doors that are broken on purpose

class storage_door_broken : public testing::TestWithParam<planted_fault> {};

TEST_P(storage_door_broken, is_caught) {
  const auto& planted = GetParam();
  std::string caught_by;
  bool as_meant = false;
  for (const auto& check : storage_checks()) {
    if (as_meant) // A door that is broken is as slow to look at as it likes.
      break;
    const auto complaints = check.run(broken(planted.kind));
    if (complaints.empty())
      continue;
    as_meant = check.name == planted.caught_by;
    caught_by += "\n  " + check.name + ": " + complaints.front();
  }
  EXPECT_TRUE(as_meant) << "expected of " << planted.caught_by << "; caught by:" << caught_by;
  RecordProperty("caught_by", caught_by);
}

INSTANTIATE_TEST_SUITE_P(suite, storage_door_broken, testing::ValuesIn(planted_faults()),
                         [](const auto& made) { return std::string{made.param.name}; });

TEST(storage_door_broken, in_no_way_is_found_whole) {
  for (const auto& check : storage_checks()) {
    const auto complaints = check.run(broken(fault::none));
    EXPECT_TRUE(complaints.empty()) << check.name << PrintToString(complaints);
  }
}

// -- the door of a replay, which only gives ids

TEST(storage_door_replayed, gives_the_ids_that_every_door_gives) {
  sim::replayed_storage door;
  for (std::uint64_t id = 1; id < 20; id += 2) {
    EXPECT_EQ(door.write({}, {1}).value, id);
    EXPECT_EQ(door.query(store::bans_query{}, {2}).value, id + 1);
  }
}

} // namespace

} // namespace seedwalk::storage_conformance
