#include "sim/nodes/node_host.hpp"

#include <fmt/format.h>

namespace seedwalk::sim {

namespace {

/// A node's door asks for so much at a time.
constexpr std::uint32_t window_bytes = 64u << 10;

/// A guest owns a stream in the name of some owner: any will do.
constexpr net::owner somebody{1};

} // namespace

std::string to_string(const node_violation& v) {
  return fmt::format("{} heard us break the protocol: {}", net::to_string(v.node), v.rule);
}

struct node_host::acceptor final : stream_acceptor {
  acceptor(node_host& h, std::uint32_t n) : host(h), node(n) {}
  bool has_room() const override { return true; }
  void on_established(stream_ref at, const route& route) override { host.welcome(node, at, route); }
  node_host& host;
  std::uint32_t node;
};

class node_host::io final : public node_io {
public:
  io(node_host& host, stream_ref at, std::uint64_t guest) : host_(host), at_(at), guest_(guest) {}

  net::instant now() const override { return host_.internet_.now(); }
  void send(net::buffer data) override {
    host_.tell([&](node_listener& listener) {
      listener.on_said(host_.guests_[guest_].node, data.view());
    });
    host_.internet_.streams().write(at_, std::move(data));
  }
  void close() override { host_.internet_.streams().close(at_, net::closing::graceful); }
  void reset() override { host_.internet_.streams().close(at_, net::closing::abort); }
  void stop_reading() override { host_.guests_[guest_].reads = false; }
  void start_timer(std::chrono::nanoseconds delay, std::uint8_t kind) override {
    host_.internet_.streams().start_timer(at_, delay, kind);
  }
  void violation(std::string_view rule) override {
    ++host_.violation_count_;
    const auto node = host_.guests_[guest_].node;
    if (host_.violations_.size() == violations_max)
      return;
    host_.violations_.push_back({host_.nodes_.nodes()[node].at, now().steady, std::string(rule)});
    host_.tell(
        [&](node_listener& listener) { listener.on_violation(node, host_.violations_.back()); });
  }

private:
  node_host& host_;
  stream_ref at_;
  std::size_t guest_;
};

node_host::node_host(sim::internet& internet, const topology& nodes, node_population& models)
    : internet_(internet), nodes_(nodes), models_(models), accepted_by_(nodes.nodes().size()) {
  for (std::uint32_t i = 0; i != nodes.nodes().size(); ++i) {
    const auto& node = nodes.nodes()[i];
    if (node.kind == node_kind::absent) {
      internet_.answer(node.at, {dial_answer::kind::silent, nullptr, {}});
    } else if (truth_of(node.kind).listens) {
      acceptors_.push_back(std::make_unique<acceptor>(*this, i));
      internet_.add_host(node.at);
      internet_.answer(node.at, {dial_answer::kind::accepts, acceptors_.back().get(), {}});
    } else {
      internet_.add_host(node.at);
    }
  }
}

node_host::~node_host() {
  for (const auto& node : nodes_.nodes())
    internet_.forget(node.at);
}

/// Lets a session do what it does on one connection.
template <class Call>
void node_host::act(stream_ref at, std::uint64_t number, Call&& call) {
  io doing(*this, at, number);
  call(*guests_[number].session, doing);
  tell([&](node_listener& listener) { listener.on_said_all(guests_[number].node); });
}

void node_host::welcome(std::uint32_t node, stream_ref at, const route& route) {
  if (free_guests_.empty()) {
    free_guests_.push_back(static_cast<std::uint32_t>(guests_.size()));
    guests_.emplace_back();
  }
  const auto number = free_guests_.back();
  free_guests_.pop_back();
  guests_[number] = {node, true, models_.open(node, route.from)};
  if (heard_)
    heard_(nodes_.nodes()[node].at);
  ++accepted_;
  ++accepted_by_[node];
  ++open_;
  internet_.streams().own(at, *this, {{number}, somebody});
  internet_.streams().want(at, window_bytes);
  tell([&](node_listener& listener) { listener.on_accepted(node, route.from); });
  act(at, number, [](node_session& session, io& doing) { session.on_open(doing); });
}

void node_host::on_received(stream_ref at, const stream_tag& tag, net::buffer&& data) {
  tell(
      [&](node_listener& listener) { listener.on_heard(guests_[tag.id.value].node, data.view()); });
  act(at, tag.id.value,
      [&](node_session& session, io& doing) { session.on_bytes(doing, data.view()); });
  if (guests_[tag.id.value].reads)
    internet_.streams().want(at, static_cast<std::uint32_t>(data.size()));
}

void node_host::on_input_ended(stream_ref at, const stream_tag& tag) {
  tell([&](node_listener& listener) { listener.on_input_ended(guests_[tag.id.value].node); });
  act(at, tag.id.value, [](node_session& session, io& doing) { session.on_end(doing); });
}

void node_host::on_timer(stream_ref at, const stream_tag& tag, std::uint8_t kind) {
  act(at, tag.id.value, [&](node_session& session, io& doing) { session.on_timer(doing, kind); });
}

void node_host::on_closed(stream_ref, const stream_tag& tag, net::error reason) {
  tell([&](node_listener& listener) { listener.on_closed(guests_[tag.id.value].node, reason); });
  guests_[tag.id.value].session.reset();
  free_guests_.push_back(static_cast<std::uint32_t>(tag.id.value));
  --open_;
}

void node_host::on_connected(stream_ref, const stream_tag&, const net::endpoint&) {}
void node_host::on_connect_failed(stream_ref, const stream_tag&, net::error) {}
void node_host::on_drained(stream_ref, const stream_tag&) {}

} // namespace seedwalk::sim
