#include "sim/trace/trace_diff.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace seedwalk::sim {

namespace {

bool same(const trace& a, const trace_entry& x, const trace& b, const trace_entry& y) {
  return x.kind == y.kind && x.at == y.at && x.step == y.step && x.bytes == y.bytes &&
         x.cause == y.cause && a.lane_of(x) == b.lane_of(y) && a.texts[x.text] == b.texts[y.text] &&
         a.texts[x.detail] == b.texts[y.detail];
}

} // namespace

std::string text_of(const trace& in, const trace_entry& e) {
  constexpr std::int64_t second = 1'000'000'000;
  auto result = fmt::format("{}.{:09} s, step {}: {}", e.at.count() / second, e.at.count() % second,
                            e.step, in.lane_of(e));
  if (e.kind == trace_kind::broken)
    return result + " BROKEN: " + in.texts[e.text];
  result += (e.kind == trace_kind::step ? " takes " : " ") + in.texts[e.text];
  if (!in.texts[e.detail].empty())
    result += ": " + in.texts[e.detail];
  if (e.bytes != 0)
    result += fmt::format(" ({} bytes)", e.bytes);
  return result;
}

std::optional<std::uint64_t> first_difference(const trace& a, const trace& b) {
  const auto end = [](const trace& t) { return t.dropped + t.entries.size() + 1; };
  const auto both = std::min(end(a), end(b));
  for (auto number = std::max(a.dropped, b.dropped) + 1; number < both; ++number)
    if (!same(a, *a.find(number), b, *b.find(number)))
      return number;
  return end(a) == end(b) ? std::nullopt : std::optional{both};
}

} // namespace seedwalk::sim
