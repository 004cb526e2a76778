#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/base/random.hpp"
#include "sim/disk/disk.hpp"

namespace seedwalk::sim {
namespace {

using namespace std::chrono_literals;
using failure = disk::failure;

loss_model loss(loss_model::bytes b, loss_model::names n, std::uint64_t seed = 1) {
  return {b, n, seed};
}
const auto power_cut = loss(loss_model::bytes::lose, loss_model::names::lose);
const auto process_died = loss(loss_model::bytes::keep, loss_model::names::keep);

disk::file_ref make(disk& d, const std::string& name, const std::string& data) {
  disk::file_ref f;
  EXPECT_EQ(d.create(name, f), failure::none);
  EXPECT_EQ(d.append(f, data), failure::none);
  return f;
}

std::string content(const disk& d, const std::string& name) {
  const auto f = d.find(name);
  return f ? f->data : "(none)";
}

TEST(disk, a_crash_loses_what_was_not_synced) {
  disk d({});
  const auto f = make(d, "/a", "safe");
  d.sync(f);
  d.append(f, " lost");
  EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/a"), "safe");
  EXPECT_EQ(content(*d.after_crash(d.now(), process_died), "/a"), "safe lost");
}

TEST(disk, a_name_is_durable_once_its_folder_is) {
  for (const bool commits : {false, true}) {
    disk::options o;
    o.sync_commits_names = commits;
    disk d(o);
    d.sync(make(d, "/new", "x"));
    EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/new"), commits ? "x" : "(none)");
    d.sync_folder();
    EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/new"), "x");
    d.rename("/new", "/old");
    EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/new"), "x");
    EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/old"), "(none)");
    d.sync_folder();
    EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/old"), "x");
    d.remove("/old");
    EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/old"), "x");
  }
}

TEST(disk, a_crash_in_a_call_finds_it_as_far_as_it_had_come) {
  using part = call_progress::part;
  disk d({});
  std::vector<disk_call> heard;
  d.on_change([&](std::uint64_t nth, const disk::entry& call) {
    heard.push_back(call.call);
    EXPECT_EQ(nth, heard.size());
  });
  const auto f = make(d, "/a", std::string(5'000, 'x')); // calls 1 and 2
  d.sync(f);                                             // 3
  EXPECT_EQ(heard, (std::vector{disk_call::create, disk_call::append, disk_call::sync}));
  const auto size_after = [&](std::uint64_t nth, call_progress progress, const loss_model& l) {
    return content(*d.after_crash_in(nth, progress, l), "/a").size();
  };
  EXPECT_EQ(size_after(2, {part::nothing}, process_died), 0u);
  EXPECT_EQ(size_after(2, {part::first_byte}, process_died), 1u);
  EXPECT_EQ(size_after(2, {part::page_border}, process_died), 4'096u);
  EXPECT_EQ(size_after(2, {part::all_but_one_byte}, process_died), 4'999u);
  EXPECT_EQ(size_after(2, {part::bytes, 17}, process_died), 17u);
  EXPECT_EQ(size_after(2, {part::bytes, 9'999}, process_died), 5'000u);
  EXPECT_EQ(size_after(2, {part::all}, process_died), 5'000u);
  EXPECT_EQ(
      size_after(3, {part::all_but_one_byte}, {loss_model::bytes::lose, loss_model::names::keep}),
      0u);
  EXPECT_EQ(size_after(3, {part::all}, power_cut), 5'000u);
  const auto& call = d.journal()[1];
  EXPECT_EQ(disk::moment_of({part::nothing}, call), call.begins);
  EXPECT_GT(disk::moment_of({part::first_byte}, call), call.begins);
  EXPECT_LT(disk::moment_of({part::all_but_one_byte}, call), call.ends);
  EXPECT_EQ(disk::moment_of({part::all}, call), call.ends);
}

/// Also where what is behind it was forgotten; calls are counted on from there on the next disk.
TEST(disk, changes_are_counted_on_over_a_crash) {
  disk d({});
  const auto f = make(d, "/a", "x");
  d.sync(f);
  d.append(f, "y"); // 4
  d.forget(d.now());
  d.append(f, "z"); // 5
  d.sync(f);
  const auto left = d.after_crash_in(5, {call_progress::part::all}, process_died);
  EXPECT_EQ(content(*left, "/a"), "xyz");
  EXPECT_EQ(left->changes(), 5u);
  EXPECT_EQ(d.after_crash_in(5, {}, process_died)->changes(), 4u);
  EXPECT_EQ(content(*d.after_crash_in(2, {}, process_died), "/a"), "xy") << "forgotten: it is done";
  disk::file_ref more;
  left->create("/b", more);
  EXPECT_EQ(left->changes(), 6u);
}

TEST(disk, a_copy_holds_the_same_and_changes_nothing) {
  disk d({});
  const auto f = make(d, "/a", "x");
  d.make_folder("/db");
  const auto calls = d.calls(disk_call::append);
  const auto now = d.now();
  const auto copied = d.copy();
  EXPECT_EQ(content(*copied, "/a"), "x");
  EXPECT_TRUE(copied->has_folder("/db"));
  EXPECT_EQ(copied->append(copied->find("/a"), "y"), failure::none);
  EXPECT_EQ(content(d, "/a"), "x");
  EXPECT_EQ(d.calls(disk_call::append), calls);
  EXPECT_EQ(d.now(), now);
}

TEST(disk, the_last_write_is_torn_at_every_byte) {
  disk d({});
  const auto f = make(d, "/a", "");
  d.sync(f);
  d.sync_folder();
  const auto before = d.journal().size();
  d.append(f, "0123456789");
  for (std::uint64_t torn = 0; torn <= 10; ++torn)
    EXPECT_EQ(content(*d.after_crash(before, torn, process_died), "/a"),
              std::string("0123456789").substr(0, torn));
}

TEST(disk, a_crash_lands_inside_a_call) {
  disk d({});
  const auto f = make(d, "/a", "");
  const auto begins = d.now();
  d.append(f, std::string(100'000, 'x'));
  const auto half = begins + (d.now() - begins) / 2;
  const auto left = content(*d.after_crash(half, process_died), "/a").size();
  EXPECT_GT(left, 49'000u);
  EXPECT_LT(left, 51'000u);
}

TEST(disk, a_sync_that_lies_makes_nothing_durable) {
  disk d({});
  d.add_fault({disk_call::sync, 1, 1, disk_fault::effect::lie, {}});
  const auto f = make(d, "/a", "gone");
  EXPECT_EQ(d.sync(f), failure::none);
  EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/a"), "(none)");
  EXPECT_EQ(d.sync(f), failure::none);
  EXPECT_EQ(content(*d.after_crash(d.now(), power_cut), "/a"), "gone");
}

TEST(disk, faults_hit_the_calls_they_name) {
  disk d({});
  const auto f = make(d, "/a", "1");
  d.add_fault({disk_call::append, 3, 2, disk_fault::effect::io_error, {}});
  d.add_fault({disk_call::append, 5, 1, disk_fault::effect::slow, 1s});
  EXPECT_EQ(d.append(f, "2"), failure::none);
  EXPECT_EQ(d.append(f, "3"), failure::io_error);
  EXPECT_EQ(d.append(f, "4"), failure::io_error);
  const auto before = d.now();
  EXPECT_EQ(d.append(f, "5"), failure::none);
  EXPECT_GE(d.now() - before, 1s);
  EXPECT_EQ(f->data, "125");
}

TEST(disk, a_full_disk_takes_what_fits) {
  disk::options o;
  o.capacity_bytes = 10;
  disk d(o);
  const auto f = make(d, "/a", "12345678");
  EXPECT_EQ(d.append(f, "90abc"), failure::no_space);
  EXPECT_EQ(f->data, "1234567890");
  EXPECT_EQ(d.append(f, "x"), failure::no_space);
  EXPECT_EQ(d.remove("/a"), failure::none);
  EXPECT_EQ(d.used_bytes(), 0u);
  make(d, "/b", "room");
}

TEST(disk, a_frozen_disk_changes_nothing) {
  disk d({});
  const auto f = make(d, "/a", "1");
  d.freeze();
  EXPECT_EQ(d.append(f, "2"), failure::frozen);
  EXPECT_EQ(d.remove("/a"), failure::frozen);
  EXPECT_EQ(content(d, "/a"), "1");
}

/// Draws calls on a handful of files.
void use(disk& d, std::uint64_t seed) {
  net::random_stream draws(seed, "calls");
  const auto name = [&] { return "/f" + std::to_string(draws.below(5)); };
  for (int i = 0; i != 60; ++i) {
    disk::file_ref f = d.find(name());
    const auto operation = draws.below(10);
    if (!f || operation == 0)
      d.create(name(), f);
    else if (operation < 5)
      d.append(f, std::string(1 + draws.below(9'000), static_cast<char>('a' + draws.below(26))));
    else if (operation < 7)
      d.sync(f);
    else if (operation == 7)
      d.sync_folder();
    else if (operation == 8)
      d.rename(name(), name());
    else
      d.remove(name());
  }
}

std::map<std::string, std::string> all_of(const disk& d) {
  std::map<std::string, std::string> result;
  for (const auto& name : d.list(""))
    result[name] = content(d, "/" + name);
  return result;
}

TEST(disk, forgetting_the_past_changes_no_crash) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    disk whole({}), trimmed({});
    use(whole, seed);
    use(trimmed, seed);
    const auto& journal = whole.journal();
    const auto forgotten = seed % journal.size();
    trimmed.forget(journal[forgotten].ends);
    for (auto at = forgotten + 1; at != journal.size(); ++at)
      for (const auto b : {loss_model::bytes::keep, loss_model::bytes::lose,
                           loss_model::bytes::tear, loss_model::bytes::pages}) {
        const auto t = (journal[at].begins + journal[at].ends) / 2;
        const auto l = loss(b, loss_model::names::prefix, seed);
        RC_ASSERT(all_of(*whole.after_crash(t, l)) == all_of(*trimmed.after_crash(t, l)));
      }
  }));
}

TEST(disk, if_only_the_process_dies_nothing_is_lost) {
  EXPECT_TRUE(rc::check([](std::uint64_t seed) {
    disk d({});
    use(d, seed);
    const auto left = d.after_crash(d.now(), process_died);
    RC_ASSERT(all_of(*left) == all_of(d));
    RC_ASSERT(left->used_bytes() == d.used_bytes());
  }));
}

// -- what draws are keyed by

const std::vector<std::string> three_files = {"/a", "/b", "/c"};

/// How long each sync of each file takes, when all are synced in turn and one may be missing.
std::map<std::string, std::vector<net::steady_time>> sync_costs(const std::string& without) {
  disk d({});
  std::map<std::string, disk::file_ref> files;
  for (const auto& name : three_files)
    if (name != without)
      files[name] = make(d, name, "x");
  std::map<std::string, std::vector<net::steady_time>> result;
  for (int nth = 0; nth != 5; ++nth)
    for (const auto& [name, f] : files) {
      const auto before = d.now();
      d.sync(f);
      result[name].push_back(d.now() - before);
    }
  return result;
}

TEST(disk, syncs_of_a_file_take_as_long_whatever_is_done_to_others) {
  const auto all = sync_costs("");
  for (const auto& without : three_files)
    for (const auto& [name, costs] : sync_costs(without))
      EXPECT_EQ(costs, all.at(name)) << name << " without " << without;
  EXPECT_NE(all.at("/a"), all.at("/b"));
  EXPECT_NE(all.at("/a")[0], all.at("/a")[1]);
}

TEST(disk, syncs_of_a_folder_take_as_long_whatever_is_done_to_others) {
  const auto costs_of = [](bool crowded) {
    disk d({});
    std::vector<net::steady_time> result;
    for (int nth = 0; nth != 5; ++nth) {
      if (crowded)
        d.sync_folder("/other/");
      const auto before = d.now();
      d.sync_folder("/db/");
      result.push_back(d.now() - before);
    }
    return result;
  };
  EXPECT_EQ(costs_of(true), costs_of(false));
}

/// What a crash leaves of files of which nothing was synced, and one may be missing.
std::map<std::string, std::string> torn_files(const std::string& without, loss_model::bytes b,
                                              std::uint64_t seed) {
  disk d({});
  for (const auto& name : three_files)
    if (name != without)
      make(d, name, std::string(50'000, 'x'));
  return all_of(*d.after_crash(d.now(), loss(b, loss_model::names::keep, seed)));
}

TEST(disk, a_crash_tears_a_file_where_it_does_whatever_is_done_to_others) {
  for (std::uint64_t seed = 1; seed != 10; ++seed)
    for (const auto b : {loss_model::bytes::tear, loss_model::bytes::pages}) {
      const auto all = torn_files("", b, seed);
      ASSERT_EQ(all.size(), three_files.size());
      for (const auto& without : three_files)
        for (const auto& [name, left] : torn_files(without, b, seed))
          EXPECT_EQ(left, all.at(name)) << name << " without " << without;
    }
}

/// The first of ten new names that a crash takes; 10: none.
int first_name_lost(int without, std::uint64_t seed) {
  disk d({});
  for (int i = 0; i != 10; ++i)
    if (i != without)
      make(d, "/" + std::to_string(i), "");
  const auto left =
      d.after_crash(d.now(), loss(loss_model::bytes::keep, loss_model::names::prefix, seed));
  for (int i = 0; i != 10; ++i)
    if (i != without && !left->find("/" + std::to_string(i)))
      return i;
  return 10;
}

TEST(disk, a_crash_takes_names_from_the_same_one_on_whatever_is_done_to_others) {
  std::map<int, int> times;
  for (std::uint64_t seed = 1; seed != 200; ++seed) {
    const auto lost = first_name_lost(-1, seed);
    ++times[lost];
    for (int without = 0; without != 10; ++without)
      if (without != lost) {
        EXPECT_EQ(first_name_lost(without, seed), lost) << "without " << without;
      }
  }
  EXPECT_EQ(times.size(), 11u) << "each number of them is lost now and then";
}

} // namespace
} // namespace seedwalk::sim
