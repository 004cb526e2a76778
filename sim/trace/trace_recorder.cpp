#include "sim/trace/trace_recorder.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "net/base/archive.hpp"

namespace seedwalk::sim {

namespace {

/// "seedwalk::net::received" says more than a person wants to read a thousand times.
std::string_view without_our_name(std::string_view message) {
  constexpr std::string_view prefix = "seedwalk::";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : message;
}

} // namespace

trace_recorder::trace_recorder(sim::world& world, trace_header header, describer describe,
                               trace_bounds bounds)
    : world_(world), header_(std::move(header)), describe_(std::move(describe)), bounds_(bounds) {
  assert(bounds.frame > 0 && bounds.entries >= bounds.frame && bounds.lanes > 1 &&
         bounds.texts > 1);
  add_lane({trace_lane_kind::run, "the run", {}});
  add_text({});
  world_.listen(*this);
}

trace_recorder::~trace_recorder() {
  if (!finished_)
    world_.ignore(*this);
}

std::uint32_t trace_recorder::add_lane(trace_lane lane) {
  if (lanes_.size() + 1 >= bounds_.lanes)
    lane = {trace_lane_kind::actor, "(others)", {}};
  const auto [known, fresh] =
      lane_by_name_.try_emplace(lane.name, static_cast<std::uint32_t>(lanes_.size()));
  if (fresh)
    lanes_.push_back(std::move(lane));
  return known->second;
}

std::uint32_t trace_recorder::add_text(std::string_view text) {
  if (text.empty() && !texts_.empty())
    return 0;
  if (const auto known = text_by_value_.find(text); known != text_by_value_.end())
    return known->second;
  const auto [known, fresh] =
      text_by_value_.try_emplace(texts_.size() + 1 >= bounds_.texts ? "..." : std::string{text},
                                 static_cast<std::uint32_t>(texts_.size()));
  if (fresh)
    texts_.push_back(known->first);
  return known->second;
}

/// A message's name lies at the same place whenever such a message is taken.
std::uint32_t trace_recorder::message_text(std::string_view message) {
  auto& [known, text] = recent_messages_[reinterpret_cast<std::uintptr_t>(message.data()) / 8 %
                                         recent_messages_.size()];
  if (known != message.data()) {
    known = message.data();
    text = add_text(without_our_name(message));
  }
  return text;
}

std::uint32_t trace_recorder::add_actor(const step_view& step) {
  return add_lane({trace_lane_kind::actor, std::string{step.actor}, std::string{step.kind}});
}

std::uint32_t trace_recorder::lane_of(const step_view& step) {
  if (step.owner == net::nobody)
    return add_actor(step);
  auto lanes = std::find_if(processes_.begin(), processes_.end(),
                            [&](const process_lanes& one) { return one.of == &step.in; });
  if (lanes == processes_.end())
    lanes = processes_.insert(lanes, {&step.in, {}});
  if (lanes->by_owner.size() <= step.owner.id)
    lanes->by_owner.resize(std::max<std::size_t>(2 * lanes->by_owner.size(), step.owner.id + 1));
  auto& lane = lanes->by_owner[step.owner.id];
  if (lane == 0)
    lane = add_actor(step) + 1;
  return lane - 1;
}

trace_recorder::turn_entry& trace_recorder::turn_at(std::uint64_t turn) {
  auto& chunk = turns_[turn % turns_remembered / chunk_turns];
  if (!chunk)
    chunk = std::make_unique<turn_chunk>();
  return (*chunk)[turn % chunk_turns];
}

std::uint64_t trace_recorder::entry_of(std::uint64_t turn) const {
  const auto& chunk = turns_[turn % turns_remembered / chunk_turns];
  if (turn == 0 || !chunk)
    return 0;
  const auto& known = (*chunk)[turn % chunk_turns];
  return known.turn == turn ? known.entry : 0;
}

void trace_recorder::add(trace_entry e) {
  e.at = world_.now().steady;
  e.step = world_.steps();
  ++entries_;
  acting_lane_ = e.lane;
  frame_.add(e);
  turn_at(world_.events().turn_number()) = {world_.events().turn_number(), entries_};
  if (frame_.size() == bounds_.frame)
    close_frame();
}

void trace_recorder::close_frame() {
  frames_.emplace_back(frame_.size(), frame_.packed());
  frame_.begin(entries_ + 1);
  while (entries_ - dropped_ > bounds_.entries) {
    dropped_ += frames_.front().first;
    frames_.pop_front();
  }
}

void trace_recorder::on_event(std::uint64_t, std::uint64_t) {
  const auto turn = world_.events().turn_number();
  turn_at(turn) = {turn, entry_of(world_.events().turn_cause())};
}

void trace_recorder::before_step(const step_view& step) {
  trace_entry e;
  e.lane = lane_of(step);
  e.text = message_text(step.message);
  e.cause = entry_of(step.cause);
  if (describe_) {
    const auto more = describe_(step);
    e.bytes = more.bytes;
    e.detail = add_text(more.text);
  }
  add(e);
}

void trace_recorder::note(trace_kind kind, std::uint32_t lane, std::uint32_t text, led_by cause,
                          trace_detail more) {
  if (finished_)
    return;
  if (kind == trace_kind::broken)
    said_.insert(text);
  trace_entry e;
  e.kind = kind;
  e.lane = lane;
  e.text = text;
  e.detail = add_text(more.text);
  e.bytes = more.bytes;
  e.cause = entry_of(cause == led_by::cause_of_turn ? world_.events().turn_cause()
                                                    : world_.events().turn_number());
  add(e);
}

void trace_recorder::on_violation(const broken_rule& rule) {
  note(trace_kind::broken, acting_lane_, add_text(rule.text), led_by::entry_before,
       {fmt::format("{} ({})", rule.found_by, rule.place), 0});
}

void trace_recorder::finish(trace_end end) {
  if (std::exchange(finished_, true))
    return;
  world_.ignore(*this);
  end_ = std::move(end);
  for (const auto& one : end_.violations) {
    trace_entry e;
    e.kind = trace_kind::broken;
    e.text = add_text(one.text);
    e.detail = add_text(fmt::format("{} ({})", one.oracle, one.place));
    if (!said_.contains(e.text))
      add(e);
  }
  close_frame();
}

void trace_recorder::write(std::ostream& out) const {
  assert(finished_);
  const auto put = [&](const net::bytes& frame) {
    out.write(reinterpret_cast<const char*>(frame.data()),
              static_cast<std::streamsize>(frame.size()));
  };
  begin_trace(out);
  put(pack_frame(trace_frame::header, net::to_archive(header_)));
  net::bytes names;
  net::byte_writer{names}(lanes_, texts_, dropped_);
  put(pack_frame(trace_frame::names, names));
  for (const auto& [entries, frame] : frames_)
    put(frame);
  put(pack_frame(trace_frame::end, net::to_archive(end_)));
}

} // namespace seedwalk::sim
