#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/db_writer.hpp"
#include "actors/crawl/environment.hpp"
#include "actors/runtime/hosted_actor.hpp"
#include "actors/runtime/no_state.hpp"
#include "actors/runtime/process.hpp"
#include "actors/runtime/world.hpp"
#include "tests/actors/runtime/memory_doors.hpp"

namespace seedwalk::actors {
namespace {

/// A disk that is as slow as the test wants it.
class held_storage final : public store::storage {
public:
  struct call {
    store::request_id id;
    net::owner owner;
    std::optional<store::batch> batch; ///< Nothing: a question.
  };

  store::request_id write(store::batch batch, net::owner owner) override {
    calls.push_back({{++last_}, owner, std::move(batch)});
    return {last_};
  }
  store::request_id query(store::query, net::owner owner) override {
    calls.push_back({{++last_}, owner, {}});
    return {last_};
  }

  std::vector<call> calls; ///< Not answered yet.

private:
  std::uint64_t last_ = 0;
};

/// What was heard by those who wait, in order.
struct heard {
  std::vector<std::uint64_t> tokens;
  std::string problem; ///< Of the last answer.
  std::size_t answers = 0;
};

class listener {
public:
  static constexpr std::string_view kind = "listener";
  static constexpr std::size_t mailbox_max = 0;
  using environment = heard;
  using state = net::no_state;

  listener(heard& out, net::actor_host&, state&) : out_(out) {}
  void start() {}
  caf::behavior make_behavior() {
    return {[this](operations_saved& m) {
              out_.problem = m.problem;
              out_.tokens.insert(out_.tokens.end(), m.tokens.begin(), m.tokens.end());
            },
            [this](storage_answer&) { ++out_.answers; }, [](storage_troubled&) {},
            [](announcements_added&) {}};
  }
  void on_exception(std::string_view) {}

private:
  heard& out_;
};

/// A DB writer, and somebody who has it write.
class writer_under_test {
public:
  explicit writer_under_test(std::uint32_t batch_operations)
      : network_(io_, inside_), log_(inside_, inside_, log_level::error),
        settings_(settings_with(batch_operations)), env_{inside_, network_,  disk, inside_,
                                                         log_,    settings_, {},   1,
                                                         {},      {},        {}} {
    sender_ = net::spawn<listener>(inside_, out, "sender");
    db_writer::state state;
    state.manager = state.crawler = sender_;
    writer_ = net::spawn<db_writer>(inside_, env_, "writer", std::move(state));
  }

  void save(std::uint64_t token, std::size_t operations) {
    save_operations m{sender_, token, {}};
    m.operations.resize(operations, store::forget_peer{});
    inside_.send(writer_, std::move(m));
    settle();
  }
  void ask() {
    inside_.send(writer_, storage_question{sender_, 1, store::stats_query{}});
    settle();
  }
  /// The disk answers the oldest call.
  void answer(store::error_code failure = store::error_code::none) {
    auto call = std::move(disk.calls.front());
    disk.calls.erase(disk.calls.begin());
    const store::error problem{failure,
                               failure == store::error_code::none ? "" : "as the test wants it"};
    if (!call.batch) {
      inside_.deliver(call.owner,
                      store::completion{store::answered{call.id, {}, store::stats_answer{}}});
    } else {
      store::written done{call.id, problem, {}, {}};
      if (failure == store::error_code::none)
        done.result.results.resize(call.batch->operations.size());
      else
        done.refused = std::move(*call.batch);
      inside_.deliver(call.owner, store::completion{std::move(done)});
    }
    settle();
  }
  std::size_t batches_waiting() const {
    std::size_t n = 0;
    for (const auto& c : disk.calls)
      n += c.batch ? 1 : 0;
    return n;
  }

  held_storage disk;
  heard out;

private:
  static std::shared_ptr<const settings> settings_with(std::uint32_t batch_operations) {
    crawl_config c;
    c.network.name = "regtest";
    c.storage.path = "somewhere";
    c.storage.batch_operations = batch_operations;
    return std::make_shared<settings>(c, 1, "build");
  }
  void settle() {
    while (world_.step()) {
    }
  }

  boost::asio::io_context io_;
  sim::world world_{{}};
  sim::process inside_{world_};
  test::memory_network network_;
  log log_;
  settings_shelf settings_;
  environment env_;
  net::owner sender_;
  net::owner writer_;
};

TEST(db_writer, writes_at_once_when_the_disk_is_idle) {
  writer_under_test w(256);
  w.save(1, 3);
  ASSERT_EQ(w.disk.calls.size(), 1u);
  EXPECT_EQ(w.disk.calls[0].batch->operations.size(), 3u);
  EXPECT_TRUE(w.out.tokens.empty());
  w.answer();
  EXPECT_EQ(w.out.tokens, std::vector<std::uint64_t>{1});
}

TEST(db_writer, gathers_what_comes_while_it_writes) {
  writer_under_test w(256);
  w.save(1, 1);
  w.save(2, 2);
  w.save(3, 4);
  ASSERT_EQ(w.disk.calls.size(), 1u);
  w.answer();
  ASSERT_EQ(w.disk.calls.size(), 1u);
  EXPECT_EQ(w.disk.calls[0].batch->operations.size(), 6u);
  w.answer();
  EXPECT_EQ(w.out.tokens, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(db_writer, a_question_is_asked_after_all_that_was_sent_before_it) {
  writer_under_test w(4);
  for (std::uint64_t token = 1; token != 6; ++token)
    w.save(token, 3);
  w.ask();
  w.save(6, 1);
  // Five batches of one request each, the question, and nothing yet of what came behind it.
  ASSERT_EQ(w.disk.calls.size(), 6u);
  EXPECT_FALSE(w.disk.calls.back().batch);
  while (!w.disk.calls.empty())
    w.answer();
  EXPECT_EQ(w.out.answers, 1u);
  EXPECT_EQ(w.out.tokens, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
}

TEST(db_writer, writes_one_batch_at_a_time_none_too_large_and_answers_everybody_in_order) {
  EXPECT_TRUE(rc::check([] {
    const auto most = *rc::gen::inRange<std::uint32_t>(1, 12);
    writer_under_test w(most);
    std::vector<std::uint64_t> sent;
    std::vector<std::size_t> sizes;
    const auto steps = *rc::gen::inRange(1, 60);
    const auto look = [&] {
      RC_ASSERT(w.batches_waiting() <= 1);
      for (const auto& c : w.disk.calls) {
        // Larger than a batch may be is only what was sent together.
        const auto size = c.batch->operations.size();
        RC_ASSERT(size <= most || size == sizes[w.out.tokens.size()]);
      }
    };
    for (int i = 0; i != steps; ++i) {
      if (*rc::gen::inRange(0, 3) != 0) {
        sent.push_back(sent.size());
        sizes.push_back(*rc::gen::inRange<std::size_t>(1, 16));
        w.save(sent.back(), sizes.back());
      } else if (!w.disk.calls.empty()) {
        w.answer();
      }
      look();
    }
    while (!w.disk.calls.empty()) {
      w.answer();
      look();
    }
    RC_ASSERT(w.out.tokens == sent);
  }));
}

TEST(db_writer, answers_everybody_unwritten_once_the_database_is_damaged) {
  writer_under_test w(2);
  for (std::uint64_t token = 1; token != 8; ++token)
    w.save(token, 1);
  w.answer(store::error_code::corrupt);
  EXPECT_TRUE(w.disk.calls.empty());
  EXPECT_EQ(w.out.tokens, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7}));
  w.save(8, 1);
  EXPECT_TRUE(w.disk.calls.empty());
  EXPECT_EQ(w.out.tokens.back(), 8u);
}

// An operator was told that a ban is done, and it was not in the database of a disk that stayed
// full.
TEST(db_writer, says_of_what_is_not_written_that_it_is_not) {
  writer_under_test w(2);
  w.save(1, 1);
  w.answer(store::error_code::none);
  EXPECT_EQ(w.out.problem, "");
  w.save(2, 1);
  w.answer(store::error_code::corrupt);
  EXPECT_NE(w.out.problem, "");
}

} // namespace
} // namespace seedwalk::actors
