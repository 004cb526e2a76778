#include "tools/bench/figure.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/text_table.hpp"

namespace seedwalk::bench {

namespace {

/// Four digits that matter, and no exponent.
std::string short_number(double x) {
  const auto size = std::abs(x);
  return fmt::format("{:.{}f}", x, size >= 1'000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

std::string goal_text(const figure& f) {
  if (!f.target)
    return "";
  const auto sign = f.target->of_share || f.direction == better::more ? ">=" : "<=";
  return fmt::format("{} {}{}", sign, short_number(f.target->value),
                     f.target->of_share ? " of it" : "");
}

} // namespace

std::optional<double> figure::share() const {
  if (!baseline || value == 0 || *baseline == 0)
    return std::nullopt;
  return direction == better::more ? value / *baseline : *baseline / value;
}

std::optional<bool> figure::reached() const {
  if (!target)
    return std::nullopt;
  if (target->of_share)
    return share() && *share() >= target->value;
  return direction == better::more ? value >= target->value : value <= target->value;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void print(std::ostream& out, std::span<const figure> all) {
  using tools::text_table;
  constexpr auto right = text_table::align::right;
  text_table table({{"figure"},
                    {"value", right},
                    {"unit"},
                    {"baseline", right},
                    {"share", right},
                    {"goal"},
                    {""},
                    {"the baseline is"}});
  for (const auto& f : all) {
    const auto share = f.share();
    const auto reached = f.reached();
    table.add({f.name, short_number(f.value), f.unit, f.baseline ? short_number(*f.baseline) : "",
               share ? fmt::format("{:.2f}", *share) : "", goal_text(f),
               !reached   ? ""
               : *reached ? "reached"
                          : "missed",
               f.against});
  }
  table.print(out);
}

std::string to_json(const std::string& benchmark, std::span<const figure> all) {
  auto list = nlohmann::json::array();
  for (const auto& f : all) {
    nlohmann::json one{{"name", f.name}, {"value", f.value}, {"unit", f.unit}};
    if (f.baseline) {
      one["baseline"] = *f.baseline;
      one["against"] = f.against;
    }
    if (const auto share = f.share())
      one["share"] = *share;
    if (const auto reached = f.reached()) {
      one["goal"] = f.target->value;
      one["goal_of"] = f.target->of_share ? "share" : "value";
      one["reached"] = *reached;
    }
    list.push_back(std::move(one));
  }
  return nlohmann::json{{"benchmark", benchmark}, {"figures", std::move(list)}}.dump(2);
}

} // namespace seedwalk::bench
