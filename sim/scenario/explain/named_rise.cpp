#include "sim/scenario/explain/named_rise.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sim/scenario/crawl_trace.hpp"
#include "sim/trace/trace_diff.hpp"

namespace seedwalk::sim {

namespace {

void add_named(const trace& of, const trace_entry& e, std::vector<named_entry>& to, bool& is_cut) {
  if (to.size() == named_max)
    is_cut = true;
  else
    to.push_back(name_entry(of, e));
}

/// What begins or ends in (from, to].
void add_faults(const trace& of, net::steady_time from, net::steady_time to, named_rise& result) {
  const auto is_in = [&](net::steady_time moment) { return moment > from && moment <= to; };
  for (const auto& band : of.header.bands)
    if (result.faults.size() != named_max && (is_in(band.since) || is_in(band.until)))
      result.faults.push_back(
          fmt::format("{} ({})", band.text, is_in(band.since) ? "begins" : "ends"));
}

/// What operators and time did there.
void add_operations(const chance_rise& rise, const crawl_scenario& s, net::steady_time from,
                    net::steady_time to, named_rise& result) {
  for (const auto& one : s.operations) {
    if (one.at_disk_call || result.faults.size() == named_max)
      continue;
    if (one.at_step ? *one.at_step >= rise.before.step && *one.at_step < rise.after.step
                    : one.at > from && one.at <= to)
      result.faults.push_back(text_of(one));
  }
}

/// From what broke back to the step of the rise, or to where nothing is known to have led there.
void add_path(const trace& of, const trace_entry& step, std::uint64_t noticed, named_rise& result) {
  const auto* one = entry_of_step(of, noticed);
  if (one == nullptr || one->step != noticed)
    return;
  for (; one != nullptr && one > &step; one = of.find(one->cause)) {
    if (result.path.size() != named_max)
      result.path.push_back(name_entry(of, *one));
    ++result.path_length;
  }
  result.is_path_from_step = one == &step;
  std::ranges::reverse(result.path);
}

} // namespace

named_entry name_entry(const trace& of, const trace_entry& e) {
  return {of.dropped + static_cast<std::uint64_t>(&e - of.entries.data()) + 1,
          e.step,
          e.at,
          of.lane_of(e),
          of.texts[e.text],
          text_of(of, e)};
}

const trace_entry* entry_of_step(const trace& of, std::uint64_t step) {
  auto one = std::ranges::lower_bound(of.entries, step, {}, &trace_entry::step);
  while (one != of.entries.end() && one->kind != trace_kind::step)
    ++one;
  return one == of.entries.end() ? nullptr : &*one;
}

named_rise name_rise(const chance_rise& rise, const trace& of, const crawl_scenario& s,
                     std::uint64_t noticed) {
  named_rise result;
  // What follows the first step, and all of it up to the last one.
  const auto* const end = of.entries.data() + of.entries.size();
  const auto* const before = rise.before.step == 0 ? nullptr : entry_of_step(of, rise.before.step);
  const auto* const last = entry_of_step(of, rise.after.step);
  const bool has_last = last != nullptr && last->step == rise.after.step;
  net::steady_time from{-1};
  if (before != nullptr && before->step == rise.before.step)
    from = before->at;
  for (const auto* e = before == nullptr ? of.entries.data() : before; e != end; ++e) {
    if (e->step > rise.after.step || (has_last && e > last))
      break;
    if (e->kind == trace_kind::step && e->step > rise.before.step)
      add_named(of, *e, result.steps, result.is_cut);
    else if (e->kind == trace_kind::node)
      add_named(of, *e, result.events, result.is_cut);
  }
  const auto until = has_last ? last->at : of.end.at;
  add_faults(of, from, until, result);
  add_operations(rise, s, from, until, result);
  if (!has_last)
    return result;
  for (const auto* cause = of.find(last->cause);
       cause != nullptr && result.causes.size() != named_max; cause = of.find(cause->cause))
    result.causes.push_back(name_entry(of, *cause));
  add_path(of, *last, noticed, result);
  return result;
}

} // namespace seedwalk::sim
