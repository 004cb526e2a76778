#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/storage_referee.hpp"
#include "tests/conformance/storage_under_test.hpp"

namespace seedwalk::storage_conformance {

/// One door of an implementation with a referee before it, for one check: what a check does to it
/// the referee hears of, and what both find wrong is in `complaints`.
class storage_bench {
public:
  explicit storage_bench(const storage_implementation& made);

  store::request_id write(store::batch batch, net::owner owner = {1});
  /// Asks for all bans: for everything that the checks store.
  store::request_id look(net::owner owner = {2});

  /// Runs until all calls have completed; a complaint if they do not.
  void hear_all();
  /// Runs until so many completions with this code were heard; a complaint if they are not.
  void hear(store::error_code code, std::size_t count);
  /// Looks, and hears all.
  void look_now();
  /// How many visits are stored.
  std::uint64_t visits_now();

  void settle() { world_->settle(); }
  void let_pass(std::uint64_t draw) { world_->let_pass(draw); }
  void hold();
  void release();
  /// Hears all first.
  void set_trouble(trouble kind);
  /// Stops, and hears what is owed then.
  void stop();
  void crash(std::uint64_t seed);
  /// A complaint if it does not open.
  void reopen();

  const storage_referee& judge() const { return referee_; }
  void require(bool holds, const std::string& otherwise);

  /// What was found; at the end, calls that have not completed are a complaint, too.
  std::vector<std::string> complaints();

private:
  storage_referee referee_;
  std::unique_ptr<storage_under_test> world_;
  std::vector<std::string> found_;
};

/// The nth of the bans that the checks add; its value is in the reason.
store::operation put(std::uint32_t n, std::uint64_t value);
store::operation lift(std::uint32_t n);
/// A visit to the same endpoint.
store::operation visit(std::uint32_t n);

} // namespace seedwalk::storage_conformance
