#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "actors/crawl/pool_messages.hpp"

namespace seedwalk::test {

/// Judges the events of a pool: each connection's come in the order that pool_messages.hpp draws,
/// and none is missing.
class event_referee {
public:
  void hear(const actors::pool_event& event) {
    seen_.insert(event.index());
    std::visit([this](const auto& e) { judge(e); }, event);
  }

  /// Connections that are over.
  std::uint64_t ended() const { return ended_; }
  /// Connections that are not.
  std::size_t open() const { return open_.size(); }
  /// How many ended with each outcome.
  const std::map<net::outcome, std::uint64_t>& outcomes() const { return outcomes_; }
  /// Kinds of event, by index.
  const std::set<std::size_t>& seen() const { return seen_; }
  const std::vector<std::string>& problems() const { return problems_; }

private:
  enum class stage { connected, shaken };

  void judge(const actors::connection_is_established& e) {
    expect(open_.emplace(e.peer, stage::connected).second, "connected twice", e.peer);
  }
  void judge(const actors::handshake_is_complete& e) {
    const auto i = open_.find(e.peer);
    expect(i != open_.end() && i->second == stage::connected, "shook hands unconnected", e.peer);
    expect(e.version.protocol >= 31'800, "says nothing of itself", e.peer);
    open_[e.peer] = stage::shaken;
  }
  void judge(const actors::peer_has_failed& e) {
    const auto i = open_.find(e.peer);
    expect(i == open_.end() || i->second == stage::connected, "failed after its handshake", e.peer);
    end(e.peer, e.outcome);
  }
  void judge(const actors::peer_is_lost& e) {
    const auto i = open_.find(e.peer);
    expect(i != open_.end() && i->second == stage::shaken, "lost and never had", e.peer);
    end(e.peer, e.outcome);
  }
  void judge(const actors::peer_is_banned& e) {
    if (e.ban.reason.empty())
      problems_.emplace_back("banned without a reason");
  }
  void judge(const actors::addresses_were_found& e) {
    expect(open_.contains(e.source) && e.entries > 0, "addresses from nowhere", e.source);
  }
  void judge(const actors::messages_were_received& e) {
    expect(open_.contains(e.peer) && !e.counts.empty(), "messages from nowhere", e.peer);
  }
  void judge(const actors::subscription_ended&) {
    problems_.emplace_back("cut off, though it has credit");
  }

  void end(const net::endpoint& peer, net::outcome outcome) {
    ++outcomes_[outcome];
    open_.erase(peer);
    ++ended_;
  }
  void expect(bool holds, const char* text, const net::endpoint& peer) {
    if (!holds && problems_.size() < 10)
      problems_.push_back(fmt::format("{}: {}", net::to_string(peer), text));
  }

  std::map<net::endpoint, stage> open_;
  std::map<net::outcome, std::uint64_t> outcomes_;
  std::set<std::size_t> seen_;
  std::uint64_t ended_ = 0;
  std::vector<std::string> problems_;
};

} // namespace seedwalk::test
