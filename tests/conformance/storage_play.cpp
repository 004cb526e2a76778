#include <array>
#include <string_view>

#include "tests/conformance/storage_bench.hpp"
#include "tests/conformance/storage_checks.hpp"

namespace seedwalk::storage_conformance {

namespace {

/// Plays steps on a bench, and keeps to its preconditions.
class player {
public:
  explicit player(const storage_implementation& made) : bench_(made) {}

  void play(const storage_command& step) {
    using kind = storage_command::kind;
    switch (step.type) {
    case kind::write:
      write(step.draw);
      break;
    case kind::look:
      bench_.look({step.draw % 4});
      break;
    case kind::let_pass:
      bench_.let_pass(step.draw);
      break;
    case kind::crash:
      bench_.crash(step.draw);
      reopen();
      break;
    case kind::stop:
      stop(step.draw);
      break;
    case kind::break_disk:
      break_disk(step.draw);
      break;
    case kind::hold:
      hold(step.draw);
      break;
    case kind::hear_all:
      release();
      bench_.hear_all();
      break;
    }
  }

  std::vector<std::string> end() {
    release();
    mend();
    bench_.look_now();
    return bench_.complaints();
  }

private:
  /// Some of ten bans are added or lifted; the value says which batch it was. A disk that fails is
  /// not asked too often: each batch doubles what may be stored.
  void write(std::uint32_t draw) {
    if (is_broken_ && ++failing_ > failing_max)
      return;
    store::batch batch;
    ++batches_;
    for (std::uint32_t i = 0; i != draw % 7; ++i) {
      const auto n = (draw / 7 + i * 3) % 10;
      batch.operations.push_back((draw >> i) % 4 == 3 ? lift(n) : put(n, batches_));
    }
    bench_.write(std::move(batch), {draw % 3});
  }

  void release() {
    if (is_held_)
      bench_.release();
    is_held_ = false;
  }

  void mend() {
    if (is_broken_)
      bench_.set_trouble(trouble::none);
    is_broken_ = false;
  }

  void hold(std::uint32_t draw) {
    if (is_held_ || is_broken_)
      return;
    bench_.hold();
    is_held_ = true;
    bench_.write({{put(draw % 10, ++batches_)}});
  }

  void break_disk(std::uint32_t draw) {
    constexpr std::array kinds = {trouble::full, trouble::failing, trouble::unsynced};
    release();
    if (is_broken_) {
      mend();
      return bench_.look_now();
    }
    is_broken_ = true;
    failing_ = 0;
    bench_.set_trouble(kinds[draw % kinds.size()]);
  }

  void stop(std::uint32_t draw) {
    release();
    bench_.stop();
    write(draw);
    bench_.look();
    bench_.hear_all();
    mend();
    reopen();
  }

  void reopen() {
    is_held_ = is_broken_ = false;
    bench_.reopen();
    bench_.look_now();
  }

  storage_bench bench_;
  bool is_held_ = false;
  bool is_broken_ = false;
  static constexpr std::uint32_t failing_max = 6;
  std::uint32_t failing_ = 0; ///< Batches since the disk was broken.
  std::uint64_t batches_ = 0;
};

} // namespace

std::ostream& operator<<(std::ostream& out, const storage_command& x) {
  constexpr std::array<std::string_view, storage_command::kinds> names = {
      "write", "look", "let_pass", "crash", "stop", "break_disk", "hold", "hear_all"};
  return out << names[static_cast<std::size_t>(x.type)] << ' ' << x.draw;
}

std::vector<std::string> play(const storage_implementation& made,
                              const std::vector<storage_command>& steps) {
  player one(made);
  for (const auto& step : steps)
    one.play(step);
  return one.end();
}

} // namespace seedwalk::storage_conformance
