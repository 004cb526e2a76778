#include "tools/explain_report.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <ostream>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "net/base/stranger_text.hpp"

namespace seedwalk::tools {

namespace {

constexpr std::size_t curve_width = 60;
constexpr std::size_t text_max = 1'000;

std::string_view name_of(sim::finding found) {
  constexpr std::array<std::string_view, 5> names = {"jump", "gradual", "flat", "always",
                                                     "stopped"};
  return names.at(static_cast<std::size_t>(found));
}

std::string chance_text(const sim::failure_count& counted) {
  const auto band = sim::band_of(counted);
  return fmt::format("{:.2f} ({:.2f} to {:.2f})", counted.chance(), band.low, band.high);
}

nlohmann::json as_json(const sim::curve_point& point) {
  const auto band = sim::band_of(point.counted);
  return {{"step", point.step},
          {"runs", point.counted.runs},
          {"failures", point.counted.failures},
          {"chance", point.counted.chance()},
          {"low", band.low},
          {"high", band.high}};
}

nlohmann::json as_json(const sim::named_entry& e) {
  return {{"entry", e.number}, {"step", e.step},       {"virtual_ns", e.at.count()},
          {"who", e.lane},     {"message", e.message}, {"text", e.text}};
}

nlohmann::json as_json(const std::vector<sim::named_entry>& entries) {
  auto result = nlohmann::json::array();
  for (const auto& one : entries)
    result.push_back(as_json(one));
  return result;
}

nlohmann::json rise_as_json(const explain_report& report) {
  const auto& rise = *report.explained.rise;
  nlohmann::json result{{"before", as_json(rise.before)},
                        {"after", as_json(rise.after)},
                        {"one_step", rise.is_one_step()}};
  if (report.named) {
    result["steps"] = as_json(report.named->steps);
    result["events"] = as_json(report.named->events);
    result["causes"] = as_json(report.named->causes);
    result["path"] = as_json(report.named->path);
    result["path_length"] = report.named->path_length;
    result["path_from_step"] = report.named->is_path_from_step;
    result["faults"] = report.named->faults;
    result["drawn"] = report.named->drawn;
    result["cut"] = report.named->is_cut;
  }
  return result;
}

nlohmann::json neighbour_as_json(const explain_report& report) {
  nlohmann::json result{{"differs", report.neighbour->differs}, {"runs", report.neighbour->runs}};
  if (!report.parting)
    return result;
  const auto& parting = *report.parting;
  if (parting.fails)
    result["fails"] = as_json(*parting.fails);
  if (parting.passes)
    result["passes"] = as_json(*parting.passes);
  result["probes_only_where_it_fails"] = parting.probes_here;
  result["probes_only_where_it_passes"] = parting.probes_there;
  result["pairs_only_where_it_fails"] = parting.pairs_here;
  result["pairs_only_where_it_passes"] = parting.pairs_there;
  return result;
}

void print_lines(std::ostream& out, std::string_view head, const std::vector<std::string>& lines) {
  if (lines.empty())
    return;
  out << head << '\n';
  for (const auto& line : lines)
    out << "  " << net::printable(line, text_max) << '\n';
}

void print_entries(std::ostream& out, std::string_view head,
                   const std::vector<sim::named_entry>& entries) {
  std::vector<std::string> lines;
  lines.reserve(entries.size());
  for (const auto& one : entries)
    lines.push_back(one.text);
  print_lines(out, head, lines);
}

/// "jitter", "cut 3 times".
std::vector<std::string> drawn_texts(const std::map<std::string, std::uint64_t>& drawn) {
  std::vector<std::string> texts;
  texts.reserve(drawn.size());
  for (const auto& [purpose, count] : drawn)
    texts.push_back(count == 1 ? purpose : fmt::format("{} {} times", purpose, count));
  return texts;
}

/// What stands above the path to what broke.
std::string head_of_path(const sim::named_rise& named) {
  const std::string_view head =
      named.is_path_from_step ? "from there to what broke" : "what broke came of";
  return named.path_length == named.path.size()
             ? fmt::format("{}:", head)
             : fmt::format("{}, the last {} of {}:", head, named.path.size(), named.path_length);
}

void print_named(std::ostream& out, const sim::named_rise& named) {
  print_lines(out, "there begins, ends or is done:", named.faults);
  print_entries(out, named.steps.size() == 1 ? "the step:" : "the steps:", named.steps);
  print_entries(out, "nodes, since the step before:", named.events);
  if (named.is_cut)
    out << "  and more\n";
  if (!named.drawn.empty())
    out << fmt::format("drawn there: {}\n", fmt::join(drawn_texts(named.drawn), ", "));
  print_entries(out, "led to by:", named.causes);
  print_entries(out, head_of_path(named), named.path);
}

void print_parting(std::ostream& out, const sim::parting& parting) {
  if (parting.fails)
    print_entries(out, "there the runs part; where it fails:", {*parting.fails});
  if (parting.passes)
    print_entries(out, "where it passes:", {*parting.passes});
  print_lines(out, "reached only where it fails:", parting.probes_here);
  print_lines(out, "reached only where it passes:", parting.probes_there);
  print_lines(out, "one message after the other, only where it fails:", parting.pairs_here);
  print_lines(out, "only where it passes:", parting.pairs_there);
}

std::string sentence_of_rise(const explain_report& report) {
  const auto& rise = *report.explained.rise;
  auto text = fmt::format("The chance rises from {} to {} ", chance_text(rise.before.counted),
                          chance_text(rise.after.counted));
  if (!rise.is_one_step())
    text +=
        fmt::format("between step {} and step {}, {}", rise.before.step, rise.after.step,
                    report.explained.is_whole ? "where no single step could be told from the others"
                                              : "where runs or time were used up");
  else if (report.named && !report.named->steps.empty())
    text += fmt::format("in step {}: {} takes {}", rise.after.step, report.named->steps[0].lane,
                        report.named->steps[0].message);
  else
    text += fmt::format("in step {}", rise.after.step);
  if (report.named)
    for (const auto& fault : report.named->faults)
      text += fmt::format("; there: {}", fault);
  return text + ".";
}

} // namespace

std::string sentence_of(const explain_report& report) {
  const auto& e = report.explained;
  const auto first = e.curve.empty() ? sim::curve_point{} : e.curve.front();
  const auto last = e.curve.empty() ? sim::curve_point{} : e.curve.back();
  switch (e.found) {
  case sim::finding::jump:
    return sentence_of_rise(report);
  case sim::finding::gradual:
    return fmt::format("The chance rises from {} at the start to {} behind step {}, and nowhere at "
                       "once.",
                       chance_text(first.counted), chance_text(last.counted), last.step);
  case sim::finding::flat:
    return fmt::format("The chance is {} at the start and {} behind step {}: nothing that is drawn "
                       "between decides this failure.",
                       chance_text(first.counted), chance_text(last.counted), last.step);
  case sim::finding::always:
    return fmt::format("This world always fails: the chance is {} from the start{}.",
                       chance_text(first.counted),
                       report.neighbour ? "; a neighbouring world passes" : "");
  case sim::finding::stopped:
    break;
  }
  return "Ended before anything could be said.";
}

nlohmann::json as_json(const explain_report& report) {
  const auto& e = report.explained;
  auto curve = nlohmann::json::array();
  for (const auto& point : e.curve)
    curve.push_back(as_json(point));
  nlohmann::json result{{"again", report.again},
                        {"broken",
                         {{"oracle", report.broken.oracle},
                          {"place", report.broken.place},
                          {"text", report.broken.text},
                          {"actor", report.broken.actor},
                          {"step", report.broken.step}}},
                        {"steps", report.steps},
                        {"noticed", report.noticed},
                        {"found", name_of(e.found)},
                        {"sentence", sentence_of(report)},
                        {"curve", std::move(curve)},
                        {"runs", e.runs},
                        {"whole", e.is_whole}};
  if (e.rise)
    result["rise"] = rise_as_json(report);
  if (e.inevitable_from)
    result["inevitable_from"] = *e.inevitable_from;
  if (!report.again_redrawn.empty())
    result["again_redrawn"] = report.again_redrawn;
  if (report.neighbour)
    result["neighbour"] = neighbour_as_json(report);
  return result;
}

std::string curve_text(const std::vector<sim::curve_point>& curve, std::size_t width,
                       bool unicode) {
  constexpr std::array<std::string_view, 9> blocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string text;
  if (curve.empty())
    return text;
  const auto last = curve.back().step;
  for (std::size_t i = 0; i != width; ++i) {
    const auto step = width == 1 ? last : last * i / (width - 1);
    const auto behind = std::ranges::upper_bound(curve, step, {}, &sim::curve_point::step);
    const auto chance = (behind == curve.begin() ? behind : std::prev(behind))->counted.chance();
    if (unicode)
      text += blocks.at(static_cast<std::size_t>(chance * 8 + 0.5));
    else
      text += static_cast<char>('0' + std::min(static_cast<int>(chance * 10), 9));
  }
  return text;
}

void print(std::ostream& out, const explain_report& report, bool unicode) {
  const auto& e = report.explained;
  out << fmt::format("broken: {}\nfound by {} ({}){} of {}\n\n",
                     net::printable(report.broken.text, text_max), report.broken.oracle,
                     net::printable(report.broken.place, text_max),
                     report.noticed == report.steps ? std::string{", at the end"}
                                                    : fmt::format(", in step {}", report.noticed),
                     report.steps);
  if (!e.curve.empty())
    out << fmt::format("  chance {}\n  steps  0{:>{}}\n\n",
                       curve_text(e.curve, curve_width, unicode), e.curve.back().step,
                       curve_width - 1);
  out << net::printable(sentence_of(report), text_max) << '\n';
  if (report.named)
    print_named(out, *report.named);
  if (e.inevitable_from && e.found != sim::finding::always)
    out << fmt::format("above 0.9 at all moments from step {} on\n", *e.inevitable_from);
  if (report.neighbour)
    print_lines(out, "the world that passes differs in:", report.neighbour->differs);
  if (report.parting)
    print_parting(out, *report.parting);
  if (!e.is_whole)
    out << "runs or time were used up: more of them may say it more exactly\n";
  if (!report.again_redrawn.empty())
    out << fmt::format("one future from there: {}\n", report.again_redrawn);
}

} // namespace seedwalk::tools
