#include "tests/conformance/conformance_test.hpp"

#include <utility>

namespace seedwalk::conformance {

namespace {

struct told {
  std::uint64_t id;
  std::string text;
};

template <class Completion>
told tell(const Completion& x) {
  const auto id = id_of(x).value;
  if constexpr (std::is_same_v<Completion, net::connected>)
    return {id, "connected"};
  else if constexpr (std::is_same_v<Completion, net::connect_failed>)
    return {id, "connect_failed(" + std::string(name_of(x.reason)) + ")"};
  else if constexpr (std::is_same_v<Completion, net::received>)
    return {id, "received"};
  else if constexpr (std::is_same_v<Completion, net::drained>)
    return {id, "drained"};
  else if constexpr (std::is_same_v<Completion, net::input_ended>)
    return {id, "input_ended"};
  else if constexpr (std::is_same_v<Completion, net::closed>)
    return {id, "closed(" + std::string(name_of(x.reason)) + ")"};
  else if constexpr (std::is_same_v<Completion, net::listen_failed>)
    return {id, "listen_failed(" + std::string(name_of(x.reason)) + ")"};
  else if constexpr (std::is_same_v<Completion, net::accept_paused>)
    return {id, "accept_paused(" + std::string(name_of(x.reason)) + ")"};
  else if constexpr (std::is_same_v<Completion, net::accepted>)
    return {id, "accepted #" + std::to_string(x.connection.value)};
  else if constexpr (std::is_same_v<Completion, net::resolved>)
    return {id, "resolved(" + std::string(name_of(x.reason)) + ")"};
  else if constexpr (std::is_same_v<Completion, net::datagrams_opened>)
    return {id, "datagrams_opened(" + std::string(name_of(x.reason)) + ")"};
  else if constexpr (std::is_same_v<Completion, net::datagram_received>)
    return {id, "datagram_received"};
  else if constexpr (std::is_same_v<Completion, net::routes_found>)
    return {id, "routes_found"};
  else
    return {id, "listening"};
}

told tell_of(const heard& entry) {
  return std::visit([](const auto& x) { return tell(x); }, entry.completion);
}

} // namespace

conformance_test::conformance_test() : world_(GetParam().make(referee_)) {
  referee_.watch(world_->door(), world_->completions_are_immediate());
}

void conformance_test::TearDown() {
  EXPECT_TRUE(world_->run_until([this] { return referee_.debts().empty(); }))
      << "still owed: " << testing::PrintToString(referee_.debts());
  world_->settle();
  EXPECT_TRUE(referee_.violations().empty())
      << testing::PrintToString(referee_.violations()) << "\n in " << story();
}

net::bytes conformance_test::bytes_of(net::connection_id id) const {
  net::bytes joined;
  for (const auto& entry : referee_.log())
    if (auto x = std::get_if<net::received>(&entry.completion); x && x->connection == id)
      joined.insert(joined.end(), x->data.view().begin(), x->data.view().end());
  return joined;
}

std::size_t conformance_test::await_arrival(net::connection_id id, std::size_t count) {
  EXPECT_TRUE(world_->run_until([&] { return referee_.received_bytes(id) >= count; }))
      << referee_.received_bytes(id) << " of " << count << " bytes";
  return referee_.received_bytes(id);
}

net::bytes conformance_test::await_bytes(net::connection_id id, std::size_t count) {
  await_arrival(id, count);
  return bytes_of(id);
}

std::string conformance_test::story(net::connection_id id) const {
  std::string all;
  std::string last;
  for (const auto& entry : referee_.log()) {
    auto now = tell_of(entry);
    if (now.id != id.value || now.text == last)
      continue;
    all += (all.empty() ? "" : " ") + now.text;
    last = std::move(now.text);
  }
  return all;
}

std::string conformance_test::story() const {
  std::string all;
  for (const auto& entry : referee_.log()) {
    const auto now = tell_of(entry);
    all += std::to_string(now.id) + ":" + now.text + " ";
  }
  return all.size() < 4000 ? all : "... " + all.substr(all.size() - 4000);
}

conformance_test::listener conformance_test::listen(const net::address& local) {
  const auto id = door().listen(local, listener_owner);
  return {id, await<net::listening>(id).front().local};
}

conformance_test::pair conformance_test::dial(const listener& at) {
  const auto accepted_before = all<net::accepted>(at.id).size();
  door().accept(at.id, 1);
  const auto client = door().connect(at.local, generous, client_owner);
  await<net::connected>(client);
  return {client, await<net::accepted>(at.id, accepted_before + 1).back().connection};
}

conformance_test::pair conformance_test::open(const listener& at) {
  const auto both = dial(at);
  door().own(both.server, server_owner);
  return both;
}

void conformance_test::finish(const pair& both) {
  door().close(both.client, net::closing::abort);
  door().close(both.server, net::closing::abort);
  await<net::closed>(both.client);
  await<net::closed>(both.server);
}

net::bytes some_bytes(std::size_t count) {
  net::bytes made(count);
  std::uint32_t state = 1;
  for (auto& byte : made) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return made;
}

} // namespace seedwalk::conformance
