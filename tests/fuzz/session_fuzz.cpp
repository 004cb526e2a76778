// A session under any order of events that the network door allows, and any messages: it never
// takes a step that its states do not know, and ends with exactly one summary.

#include <algorithm>
#include <utility>
#include <vector>

#include "net/base/archive.hpp"
#include "net/bitcoin/session.hpp"
#include "tests/fuzz/fuzz_input.hpp"

using namespace seedwalk;
using namespace seedwalk::net;

namespace {

constexpr magic_bytes magic = {0xfa, 0xbf, 0xb5, 0xda};

/// A session, and the door as far as it matters: who may say what when.
class visit {
public:
  explicit visit(test::fuzz_input& input) : input_(input) {
    const auto choice = input.u8();
    config_.magic = magic;
    config_.nonce_key = 0x5eed;
    config_.limits.receive_window = 1u + input.u16();
    if ((choice & 4) != 0)
      config_.banned_user_agents = {"*x*"};
    direction_ = static_cast<direction>(choice % 3);
    const visit_plan plan{.ask_addresses = (choice & 8) == 0, .hold = (choice & 16) != 0};
    session_ = session{direction_, ipv4_endpoint(0x7f010001, 18444), 7, now_.steady, plan};
  }

  void run() {
    if (direction_ == direction::outbound && input_.u8() % 16 == 0)
      session_.on_connect_failed(step(), error::refused);
    else
      session_.on_connected(step());
    collect();
    // More than this and one input takes long; libFuzzer learns nothing more from it.
    for (int i = 0; i != 500 && !input_.empty() && summaries_ == 0; ++i)
      event(input_.u8());
    if (summaries_ == 0) {
      session_.on_closed(step(), error::reset);
      collect();
    }
    test::require(summaries_ == 1, "exactly one summary");
    test::require(session_.state() == session_state::ended, "and the end");
  }

private:
  session_step step() { return {config_, now_, out_}; }

  void hear(byte_view data) {
    for (; !data.empty() && allowance_ != 0 && summaries_ == 0;) {
      const auto piece = data.first(std::min<std::size_t>(data.size(), allowance_));
      allowance_ -= piece.size();
      session_.on_received(step(), piece);
      data = data.subspan(piece.size());
      collect();
    }
  }

  void hear_message() {
    bytes data;
    input_.append_message(data, magic);
    hear(data);
  }

  /// The last ping, or any before it: the marker behind getaddr comes after a round trip's.
  void answer_ping() {
    if (pings_.empty())
      return;
    bytes data;
    append_message(data, magic, msg::pong{pings_[pings_.size() - 1 - input_.u8() % pings_.size()]});
    hear(data);
  }

  void tick() {
    if (const auto due = session_.deadline(config_))
      now_.steady = std::max(now_.steady, *due);
    session_.on_tick(step());
    collect();
  }

  void restore() {
    session restored;
    test::require(from_archive(to_archive(session_), restored),
                  "what was captured can be restored");
    session_ = std::move(restored);
  }

  void event(std::uint8_t kind) {
    switch (kind % 16) {
    default:
      return hear_message();
    case 7:
      return hear(input_.take(input_.u8()));
    case 8:
      now_.steady += std::chrono::milliseconds{input_.u16()};
      return session_.on_tick(step()), collect();
    case 9:
      return tick();
    case 10:
      taken_ = true;
      return session_.addresses_taken(step()), collect();
    case 11:
      return answer_ping();
    case 12:
      return restore();
    case 13:
      return session_.ping(step()), collect();
    case 14:
      config_.banned_user_agents = {"*"};
      return session_.on_config_changed(step()), collect();
    case 15:
      switch (kind / 16) {
      case 0:
        return session_.on_input_ended(step()), collect();
      case 1:
        return session_.disconnect(step()), collect();
      case 2:
        return session_.abandon(step(), outcome::internal_error), collect();
      default:
        return session_.on_closed(step(), error::none), collect();
      }
    }
  }

  void collect() {
    byte_view said = out_.output;
    decoder reader{{.magic = magic}};
    for (;;) {
      auto event = reader.next(said);
      if (std::holds_alternative<need_more>(event))
        break;
      const auto whole = std::get_if<decoded_message>(&event);
      test::require(whole != nullptr, "all that we say is well-formed");
      if (const auto ping = std::get_if<msg::ping>(&whole->value); ping && ping->nonce)
        pings_.push_back(*ping->nonce);
    }
    test::require(!reader.in_progress(), "and whole");
    const bool ends = out_.close || out_.summary || session_.state() >= session_state::closing;
    test::require(out_.addresses.empty() || taken_ || ends, "one block at a time");
    taken_ = taken_ && out_.addresses.empty();
    allowance_ += out_.want;
    summaries_ += out_.summary.has_value();
    out_.clear();
  }

  test::fuzz_input& input_;
  session_config config_;
  net::direction direction_ = direction::outbound;
  instant now_{steady_time{0}, std::chrono::seconds{1'700'000'000}};
  session session_;
  session_effects out_;
  std::size_t allowance_ = 0;
  int summaries_ = 0;
  std::vector<std::uint64_t> pings_;
  bool taken_ = true; ///< What was handed on.
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::fuzz_input input{data, size};
  visit{input}.run();
  return 0;
}
