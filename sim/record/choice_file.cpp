#include "sim/record/choice_file.hpp"

#include <charconv>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace seedwalk::sim {

namespace {

using nlohmann::json;

std::string hexadecimal(std::uint64_t name) {
  return fmt::format("{:016x}", name);
}

std::optional<std::uint64_t> name_in(const json& line, const char* key) {
  const auto found = line.find(key);
  if (found == line.end() || !found->is_string())
    return std::nullopt;
  const auto& text = found->get_ref<const std::string&>();
  std::uint64_t name = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), name, 16);
  if (failed != std::errc{} || end != text.data() + text.size() || text.size() != 16)
    return std::nullopt;
  return name;
}

std::optional<std::uint64_t> number_in(const json& line, const char* key) {
  const auto found = line.find(key);
  if (found == line.end() || !found->is_number_unsigned())
    return std::nullopt;
  return found->get<std::uint64_t>();
}

/// The first key of a line that it may not have; empty if there is none.
std::string unknown_key(const json& line, const std::set<std::string>& known) {
  for (const auto& [key, value] : line.items())
    if (!known.contains(key))
      return key;
  return {};
}

tl::expected<void, std::string> read_head(const json& line, choice_file& into) {
  if (line.value("type", json{}) != "choices")
    return tl::unexpected(
        std::string{"the first line of a file of choices has \"type\": \"choices\""});
  const auto format = number_in(line, "format");
  if (format != choice_file::format)
    return tl::unexpected(
        fmt::format("\"format\" must be {}: this program reads no other", choice_file::format));
  if (const auto key = unknown_key(line, {"type", "format", "again", "steps"}); !key.empty())
    return tl::unexpected(fmt::format("unknown key \"{}\"", key));
  if (const auto again = line.find("again"); again != line.end() && again->is_string())
    into.again = again->get<std::string>();
  into.steps = number_in(line, "steps").value_or(0);
  return {};
}

tl::expected<departure, std::string> read_departure(const json& line) {
  if (const auto key = unknown_key(line, {"taken", "before", "after", "what", "instead_of"});
      !key.empty())
    return tl::unexpected(fmt::format("unknown key \"{}\"", key));
  const auto taken = name_in(line, "taken");
  const auto before = name_in(line, "before");
  if (!taken || !before)
    return tl::unexpected(std::string{
        "\"taken\" and \"before\" must be names of events: 16 hexadecimal digits each"});
  return departure{*taken, *before, number_in(line, "after").value_or(0)};
}

} // namespace

std::string to_text(const choice_file& head, const schedule& events) {
  auto text = json{{"type", "choices"},
                   {"format", choice_file::format},
                   {"again", head.again},
                   {"steps", head.steps}}
                  .dump() +
              "\n";
  for (const auto& one : events.departures())
    text += json{{"taken", hexadecimal(one.taken)},
                 {"before", hexadecimal(one.head)},
                 {"after", one.after},
                 {"what", events.text_of(one.taken)},
                 {"instead_of", events.text_of(one.head)}}
                .dump(-1, ' ', false, json::error_handler_t::replace) +
            "\n";
  return text;
}

tl::expected<choice_file, std::string> parse_choices(std::string_view text) {
  choice_file result;
  std::size_t number = 0;
  const auto wrong = [&](const std::string& problem) {
    return tl::unexpected(fmt::format("line {}: {}", number, problem));
  };
  bool has_head = false;
  while (!text.empty()) {
    ++number;
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos)
      continue;
    const auto parsed = json::parse(line, nullptr, false);
    if (!parsed.is_object())
      return wrong("this is no JSON object");
    if (!has_head) {
      if (const auto read = read_head(parsed, result); !read)
        return wrong(read.error());
      has_head = true;
      continue;
    }
    const auto read = read_departure(parsed);
    if (!read)
      return wrong(read.error());
    result.departures.push_back(*read);
  }
  if (!has_head)
    return tl::unexpected(std::string{"the file is empty: there is no first line"});
  return result;
}

} // namespace seedwalk::sim
