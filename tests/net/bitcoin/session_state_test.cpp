#include <gtest/gtest.h>

#include "net/base/text_pattern.hpp"
#include "net/bitcoin/session_config.hpp"
#include "net/bitcoin/session_state.hpp"

namespace seedwalk::net {

namespace {

constexpr auto all_states = {session_state::dialling,        session_state::awaiting_version,
                             session_state::awaiting_verack, session_state::collecting,
                             session_state::probing,         session_state::held,
                             session_state::closing,         session_state::ended};

TEST(session_state, every_state_but_the_last_may_close_or_end) {
  for (auto s : all_states) {
    EXPECT_EQ(may_follow(s, session_state::ended), s != session_state::ended) << name_of(s);
    const bool over = s == session_state::closing || s == session_state::ended;
    EXPECT_EQ(may_follow(s, session_state::closing), !over) << name_of(s);
  }
}

TEST(session_state, no_state_follows_itself_or_an_earlier_one) {
  for (auto from : all_states)
    for (auto to : all_states)
      EXPECT_TRUE(to > from || !may_follow(from, to)) << name_of(from) << " -> " << name_of(to);
}

TEST(session_state, the_handshake_cannot_be_skipped) {
  EXPECT_FALSE(may_follow(session_state::dialling, session_state::awaiting_verack));
  EXPECT_FALSE(may_follow(session_state::awaiting_version, session_state::collecting));
  EXPECT_FALSE(may_follow(session_state::awaiting_version, session_state::held));
  EXPECT_FALSE(may_follow(session_state::collecting, session_state::probing));
}

TEST(session_state, numbers_that_are_no_state_follow_nothing) {
  EXPECT_FALSE(may_follow(static_cast<session_state>(8), session_state::ended));
  EXPECT_FALSE(may_follow(session_state::held, static_cast<session_state>(8)));
  EXPECT_EQ(name_of(static_cast<session_state>(200)), "unknown");
}

TEST(text_pattern, matches_whole_texts_with_stars_and_question_marks) {
  EXPECT_TRUE(matches_pattern("/Satoshi:28.0.0/", "/Satoshi:*"));
  EXPECT_TRUE(matches_pattern("/Satoshi:0.16.0/", "/Satoshi:0.1?.*"));
  EXPECT_TRUE(matches_pattern("", "*"));
  EXPECT_TRUE(matches_pattern("", ""));
  EXPECT_TRUE(matches_pattern("aXbXc", "*X*c"));
  EXPECT_TRUE(matches_pattern("aab", "*ab"));
  EXPECT_FALSE(matches_pattern("/Satoshi:28.0.0/", "Satoshi"));
  EXPECT_FALSE(matches_pattern("", "?"));
  EXPECT_FALSE(matches_pattern("abc", "ab"));
  EXPECT_FALSE(matches_pattern("abc", "*d"));
}

TEST(text_pattern, a_hostile_text_is_refused_soon) {
  const std::string text(256, 'a');
  std::string pattern;
  for (int i = 0; i != 100; ++i)
    pattern += "a*";
  EXPECT_FALSE(matches_pattern(text, pattern + "b"));
}

TEST(session_config, own_nonces_are_known_again_and_others_are_not) {
  for (std::uint32_t draw = 0; draw != 1000; ++draw) {
    const auto nonce = make_version_nonce(1, draw * 4'000'037u);
    EXPECT_TRUE(is_own_version_nonce(1, nonce));
    EXPECT_FALSE(is_own_version_nonce(2, nonce));
    EXPECT_FALSE(is_own_version_nonce(1, nonce ^ 1));
  }
}

TEST(session_config, the_defaults_have_no_problem_and_each_broken_one_is_named) {
  const session_config good;
  EXPECT_EQ(problem_in(good), std::nullopt);
  auto breaks = [&](auto change) {
    auto config = good;
    change(config);
    return problem_in(config).has_value();
  };
  EXPECT_TRUE(breaks([](auto& c) { c.user_agent.assign(257, 'x'); }));
  EXPECT_TRUE(breaks([](auto& c) { c.protocol_version = 31799; }));
  EXPECT_TRUE(breaks([](auto& c) { c.timers.tor.quiet_addresses = {}; }));
  EXPECT_TRUE(breaks([](auto& c) { c.timers.i2p.probe = {}; }));
  EXPECT_TRUE(breaks([](auto& c) { c.keep_alive.ping_timeout = {}; }));
  EXPECT_TRUE(breaks([](auto& c) { c.keep_alive.inactivity = c.keep_alive.ping_every; }));
  EXPECT_TRUE(breaks([](auto& c) { c.limits.receive_window = 0; }));
  EXPECT_TRUE(breaks([](auto& c) { c.limits.receive_window = (1u << 20) + 1; }));
  EXPECT_TRUE(breaks([](auto& c) { c.limits.gossip_interval = {}; }));
}

TEST(session_config, patterns_welcome_and_ban) {
  session_config config;
  EXPECT_TRUE(welcomes(config, "anything"));
  config.banned_user_agents = {"*BSV*", "*Cash*"};
  EXPECT_TRUE(welcomes(config, "/Satoshi:28.0.0/"));
  EXPECT_FALSE(welcomes(config, "/Bitcoin Cash Node:27/"));
  config.required_user_agents = {"/Satoshi:*", "/btcwire*"};
  EXPECT_TRUE(welcomes(config, "/btcwire:0.5/"));
  EXPECT_FALSE(welcomes(config, "/bcoin:1/"));
  EXPECT_FALSE(welcomes(config, "/Satoshi:BSV/"));
}

} // namespace

} // namespace seedwalk::net
