#include "sim/scenario/crawl_trace.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "actors/config/build_identity.hpp"
#include "actors/runtime/strategies/strategy_text.hpp"
#include "net/bitcoin/framing.hpp"
#include "net/door/completion.hpp"
#include "sim/network/fault_text.hpp"

namespace seedwalk::sim {

namespace {

constexpr auto cause_of_turn = trace_recorder::led_by::cause_of_turn;

/// So many names of messages say what some bytes are.
constexpr std::size_t names_max = 8;

std::string time_text(net::steady_time t) {
  if (t == net::steady_time::max())
    return "unbounded";
  return fmt::format("{} us", t.count() / 1000);
}

/// "honest 93, silent 7".
std::string kinds_text(const topology& nodes) {
  std::array<std::uint64_t, node_kind_count> counts{};
  for (const auto& node : nodes.nodes())
    ++counts[static_cast<std::size_t>(node.kind)];
  std::string result;
  for (std::size_t i = 0; i != counts.size(); ++i)
    if (counts[i] != 0)
      result += fmt::format("{}{} {}", result.empty() ? "" : ", ",
                            name_of(static_cast<node_kind>(i)), counts[i]);
  return result;
}

std::string_view name_of(const operation_action& action) {
  constexpr std::array<std::string_view, 9> names = {
      "reload", "stop", "crash", "address", "proxy", "disk room", "name", "flip bit", "control"};
  static_assert(names.size() == std::variant_size_v<operation_action>);
  return names.at(action.index());
}

/// When, and to which crawler.
std::string moment_text(const planned_operation& one) {
  const auto to = one.crawler ? ", crawler " + crawler_name(*one.crawler) : std::string{};
  if (one.at_step)
    return fmt::format("at step {}{}", *one.at_step, to);
  if (one.at_disk_call)
    return fmt::format("at disk call {}{}", *one.at_disk_call, to);
  return fmt::format("at {:.3f} s{}", std::chrono::duration<double>(one.at).count(), to);
}

trace_header header_of(crawl_world& world, std::string again) {
  const auto& s = world.scenario(); // With all that was drawn.
  trace_header header;
  header.build = actors::build_identity();
  header.seed = s.seed;
  header.again = std::move(again);
  header.wall = s.wall;
  const auto add = [&](std::string name, std::string value) {
    header.scenario.emplace_back(std::move(name), std::move(value));
  };
  add("nodes", fmt::format("{}", world.nodes().nodes().size()));
  add("kinds of nodes", kinds_text(world.nodes()));
  add("crawlers", fmt::format("{}", world.crawlers().size()));
  add("schedule", strategy_text{s.schedule, s.order.depth}.to_string());
  add("ahead, behind", fmt::format("{}, {}", time_text(s.order.ahead), time_text(s.order.behind)));
  if (s.then)
    add("then", fmt::format("{}:{} from step {}",
                            strategy_text{s.then->strategy, s.then->depth}.to_string(),
                            s.then->seed, s.then->from_step));
  for (const auto& one : s.reseeds)
    add("reseed", fmt::format("{} from step {}", one.seed, one.from_step));
  for (const auto& one : s.redraws)
    add("redrawn", fmt::format("with {} from step {}", one.seed, one.from_step));
  for (const auto& one : s.operations)
    add(std::string{name_of(one.action)}, moment_text(one));
  for (const auto& one : s.wall_steps)
    add("clock is set",
        fmt::format("at {:.3f} s, by {} s{}", std::chrono::duration<double>(one.at).count(),
                    one.by.count(),
                    one.rate ? fmt::format(", to run at {} millionths", *one.rate) : ""));
  for (const auto& rule : s.faults)
    header.bands.push_back({to_string(rule), rule.since, rule.until});
  add("faults", fmt::format("{}", s.faults.size()));
  return header;
}

bool names_a_command(net::byte_view header) {
  const auto name = header.subspan(net::command_offset, net::command_bytes);
  return name[0] != 0 && std::all_of(name.begin(), name.end(), [](std::uint8_t c) {
           return c == 0 || (c >= 0x20 && c < 0x7f);
         });
}

} // namespace

void name_messages(const net::magic_bytes& magic, net::byte_view data, std::string& to) {
  std::size_t names = 0;
  while (data.size() >= net::header_bytes) {
    const auto at = static_cast<const std::uint8_t*>(
        memmem(data.data(), data.size(), magic.data(), magic.size()));
    if (at == nullptr || data.data() + data.size() - at < std::ptrdiff_t{net::header_bytes})
      return;
    data = data.subspan(static_cast<std::size_t>(at - data.data()));
    if (!names_a_command(data)) {
      data = data.subspan(magic.size());
      continue;
    }
    if (!to.empty())
      to += ", ";
    if (++names > names_max) {
      to += "...";
      return;
    }
    const auto* command = reinterpret_cast<const char*>(data.data()) + net::command_offset;
    to.append(command, strnlen(command, net::command_bytes));
    std::uint32_t payload = 0;
    for (std::size_t i = 4; i-- != 0;)
      payload = payload << 8 | data[net::length_offset + i];
    data = data.subspan(std::min<std::size_t>(data.size(), net::header_bytes + payload));
  }
}

trace_detail detail_of(const step_view& step, const net::magic_bytes& magic, std::string& text) {
  if (const auto* m = step.message_as<net::received>()) {
    text.clear();
    name_messages(magic, m->data.view(), text);
    return {text, m->data.size()};
  }
  if (const auto* m = step.message_as<net::closed>(); m && m->reason != net::error::none)
    return {net::name_of(m->reason), 0};
  if (const auto* m = step.message_as<net::connect_failed>())
    return {net::name_of(m->reason), 0};
  return {};
}

std::string text_of(const planned_operation& one) {
  return fmt::format("{} {}", name_of(one.action), moment_text(one));
}

crawl_trace::crawl_trace(crawl_world& world, std::string again, trace_bounds bounds)
    : world_(world), magic_(world.scenario().nodes.magic), lanes_(world.nodes().nodes().size()),
      recorder_(
          world.inner(), header_of(world, std::move(again)),
          [this](const step_view& step) { return detail_of(step, magic_, text_); }, bounds),
      accepts_(recorder_.add_text("accepts")), hears_(recorder_.add_text("hears")),
      says_(recorder_.add_text("says")), hears_end_(recorder_.add_text("hears the end")),
      is_closed_(recorder_.add_text("is closed")) {
  world_.hosts().listen(*this);
}

crawl_trace::~crawl_trace() {
  world_.hosts().ignore(*this);
}

void crawl_trace::finish(const crawl_verdict& verdict) {
  world_.hosts().ignore(*this);
  std::vector<trace_violation> broken;
  for (const auto& promise : verdict.broken)
    broken.push_back({promise.oracle, promise.place, promise.text});
  recorder_.finish({verdict.steps, verdict.virtual_time, verdict.hash, std::move(broken)});
}

std::uint32_t crawl_trace::lane_of(std::uint32_t node) {
  auto& lane = lanes_[node];
  if (lane == 0) {
    const auto& one = world_.nodes().nodes()[node];
    lane = recorder_.add_lane(
        {trace_lane_kind::node, net::to_string(one.at), std::string{name_of(one.kind)}});
  }
  return lane;
}

void crawl_trace::on_accepted(std::uint32_t node, const net::endpoint&) {
  recorder_.note(trace_kind::node, lane_of(node), accepts_, cause_of_turn);
}

void crawl_trace::on_heard(std::uint32_t node, net::byte_view data) {
  text_.clear();
  name_messages(magic_, data, text_);
  recorder_.note(trace_kind::node, lane_of(node), hears_, cause_of_turn, {text_, data.size()});
}

void crawl_trace::on_said(std::uint32_t, net::byte_view data) {
  said_bytes_ += data.size();
  name_messages(magic_, data, said_);
}

void crawl_trace::on_said_all(std::uint32_t node) {
  if (said_bytes_ == 0)
    return;
  recorder_.note(trace_kind::node, lane_of(node), says_, trace_recorder::led_by::entry_before,
                 {said_, said_bytes_});
  said_.clear();
  said_bytes_ = 0;
}

void crawl_trace::on_input_ended(std::uint32_t node) {
  recorder_.note(trace_kind::node, lane_of(node), hears_end_, cause_of_turn);
}

void crawl_trace::on_closed(std::uint32_t node, net::error reason) {
  recorder_.note(trace_kind::node, lane_of(node), is_closed_, cause_of_turn,
                 {reason == net::error::none ? "" : net::name_of(reason), 0});
}

void crawl_trace::on_violation(std::uint32_t node, const node_violation& v) {
  recorder_.note(trace_kind::broken, lane_of(node), recorder_.add_text(to_string(v)),
                 trace_recorder::led_by::entry_before,
                 {fmt::format("referee ({})", without_numbers(v.rule)), 0});
}

} // namespace seedwalk::sim
