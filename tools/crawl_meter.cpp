#include "tools/crawl_meter.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "net/address/endpoint.hpp"
#include "tools/seconds.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::chrono::seconds rate_window{10};
constexpr std::size_t bar_columns_min = 10;
constexpr std::size_t bar_columns_max = 30;
constexpr std::string_view gap = "  ";

/// Left of the first, one to seven eighths of a column are filled.
constexpr std::array<std::string_view, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

std::string bar(std::size_t columns, std::uint32_t permille, bool unicode) {
  std::string out;
  std::size_t drawn = 0;
  if (unicode) {
    const auto filled = columns * 8 * permille / 1000;
    for (; drawn != filled / 8; ++drawn)
      out += "█";
    if (filled % 8 != 0) {
      out += eighths.at(filled % 8);
      ++drawn;
    }
    for (; drawn < columns; ++drawn)
      out += "░";
    return out;
  }
  const auto inside = columns - 2;
  const auto filled = inside * permille / 1000;
  out.append(1, '[').append(filled, '#').append(inside - filled, '-').append(1, ']');
  return out;
}

/// In steps, so that the bar does not change its width with each digit beside it.
std::size_t bar_columns(std::size_t room) {
  constexpr std::size_t step = 5;
  return std::min(room / step * step, bar_columns_max);
}

std::string rate_text(double rate) {
  return rate < 10 ? fmt::format("{:.1f}/s", rate) : fmt::format("{:.0f}/s", rate);
}

} // namespace

std::string duration_text(std::chrono::seconds t) {
  const auto s = std::max<std::int64_t>(t.count(), 0);
  if (s < 60)
    return fmt::format("{}s", s);
  if (s < 3'600)
    return fmt::format("{}m {:02}s", s / 60, s % 60);
  if (s < 86'400)
    return fmt::format("{}h {:02}m", s / 3'600, s / 60 % 60);
  return fmt::format("{}d {:02}h", s / 86'400, s / 3'600 % 24);
}

std::size_t columns_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

void crawl_meter::note(net::steady_time now, const actors::crawl_progress& p) {
  now_ = now;
  last_ = p;
  // Of a census that goes on, the visits of before are nobody's rate.
  window_.emplace_back(now, p.counters.tried);
  while (window_.size() > 2 && now - window_.front().first > rate_window)
    window_.pop_front();
}

double crawl_meter::nodes_per_second() const {
  if (window_.size() < 2)
    return 0;
  const auto& [from, before] = window_.front();
  const auto& [to, after] = window_.back();
  return to > from && after > before ? static_cast<double>(after - before) / seconds_of(to - from)
                                     : 0;
}

std::uint64_t crawl_meter::due() const {
  const auto fetched = std::uint64_t{last_.connections} + last_.waiting;
  if (!last_.more_due)
    return fetched;
  const auto tried = last_.counters.tried;
  return std::max(fetched, last_.known > tried ? last_.known - tried : 0);
}

std::optional<std::uint32_t> crawl_meter::permille() const {
  std::optional<std::uint32_t> result;
  if (goal_.once && all() > 0)
    result = static_cast<std::uint32_t>(last_.counters.tried * 1000 / all());
  if (goal_.limit.count() > 0) {
    const auto share = std::clamp(seconds_of(now_ - begun_) / seconds_of(goal_.limit), 0.0, 1.0);
    result = std::max(result.value_or(0), static_cast<std::uint32_t>(share * 1000));
  }
  return result;
}

std::optional<std::chrono::seconds> crawl_meter::left() const {
  constexpr double longest = 365.0 * 86'400;
  std::optional<double> result;
  const auto rate = nodes_per_second();
  if (goal_.once && rate > 0)
    result = static_cast<double>(due()) / rate;
  if (goal_.limit.count() > 0) {
    const auto until_limit = seconds_of(goal_.limit - (now_ - begun_));
    result = std::min(result.value_or(until_limit), until_limit);
  }
  if (!result || *result > longest)
    return std::nullopt;
  return std::chrono::seconds{static_cast<std::int64_t>(std::max(*result, 0.0))};
}

std::string crawl_meter::visited_text() const {
  return goal_.once ? fmt::format("visited {} of {}", last_.counters.tried, all())
                    : fmt::format("visited {}", last_.counters.tried);
}

std::string crawl_meter::networks_text() const {
  std::string out;
  for (std::size_t i = 0; i != last_.good_by_network.size(); ++i)
    if (const auto n = last_.good_by_network[i]; n > 0)
      out += fmt::format("{}{} {}", out.empty() ? "" : gap,
                         net::name_of(static_cast<net::network_id>(i)), n);
  return out;
}

std::string crawl_meter::line(std::size_t columns, bool unicode) const {
  const auto share = permille();
  const auto time = left();
  // As they stand in the line; `rank`: what is left out last has the lowest.
  struct part {
    int rank;
    std::string text;
    bool shown = false;
  };
  std::vector<part> parts = {
      {1, share ? fmt::format("{:>3}%", *share / 10) : ""},
      {0, visited_text()},
      {2, rate_text(nodes_per_second())},
      {3, time ? duration_text(*time) + " left" : ""},
      {4, fmt::format("good {}", last_.counters.good)},
      {5, fmt::format("connected {}", last_.connections)},
      {6, networks_text()},
  };
  std::size_t used = 0;
  for (int rank = 0; rank != static_cast<int>(parts.size()); ++rank) {
    auto& next = *std::ranges::find(parts, rank, &part::rank);
    const auto width = next.text.size() + (used > 0 ? gap.size() : 0);
    next.shown = !next.text.empty() && used + width <= columns;
    used += next.shown ? width : 0;
  }
  std::string out;
  if (share && columns >= used + bar_columns_min + gap.size())
    out = bar(bar_columns(columns - used - gap.size()), *share, unicode);
  for (const auto& p : parts)
    if (p.shown)
      out += fmt::format("{}{}", out.empty() ? "" : gap, p.text);
  return out;
}

std::string crawl_meter::plain() const {
  auto out = fmt::format("{}  good {}  connected {}  waiting {}  addresses {}  {}", visited_text(),
                         last_.counters.good, last_.connections, last_.waiting,
                         last_.counters.addresses, rate_text(nodes_per_second()));
  if (const auto time = left())
    out += fmt::format("  {} left", duration_text(*time));
  if (const auto networks = networks_text(); !networks.empty())
    out += fmt::format("  ({})", networks);
  return out;
}

} // namespace seedwalk::tools
