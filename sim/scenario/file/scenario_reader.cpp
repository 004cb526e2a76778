#include <map>
#include <set>

#include <fmt/format.h>

#include "actors/config/toml_values.hpp"
#include "net/base/closest_name.hpp"
#include "net/base/stranger_text.hpp"
#include "sim/scenario/file/scenario_file.hpp"
#include "sim/scenario/file/scenario_keys.hpp"

namespace seedwalk::sim {

namespace {

using actors::value_kind;

constexpr std::size_t quoted_bytes = 80;

/// What all tables of a file share: its name, where its keys stand, and the first error.
struct reading {
  std::string name;
  std::string error;
  std::map<std::string, std::size_t> lines; ///< By path.

  void fail(std::size_t line, const std::string& text) {
    if (error.empty())
      error = fmt::format("{}:{}: {}", name, line, text);
  }
};

class table_reader final : public key_visitor {
public:
  /// `path` is that of the table with a dot behind it, `shown` the same without numbers.
  table_reader(reading& all, const toml::table& table, std::string path, std::string shown,
               std::size_t line)
      : all_(all), table_(table), path_(std::move(path)), shown_(std::move(shown)), line_(line) {}

  void key(scenario_key k) override {
    const auto* value = look_up(k.name);
    if (value == nullptr) {
      if (k.must)
        all_.fail(line_, fmt::format("{}{} is missing", shown_, k.name));
      return;
    }
    const auto line = value->source().begin.line;
    if (!k.set)
      return all_.fail(line, fmt::format("{}{} belongs to {}", shown_, k.name, k.needs));
    auto texts = actors::texts_of(*value, k.kind);
    if (!texts && k.or_text)
      texts = actors::texts_of(*value, value_kind::text);
    if (!texts)
      return all_.fail(line,
                       fmt::format("{}{} must be {}", shown_, k.name, actors::kind_name(k.kind)));
    if (const auto set = k.set(*texts); !set)
      all_.fail(line, fmt::format("{}{} {}", shown_, k.name,
                                  net::printable(set.error(), longest_reason)));
  }

  void table(std::string_view name, const std::function<void(key_visitor&)>& inside) override {
    const auto* value = look_up(name);
    if (value == nullptr)
      return;
    if (const auto* of = table_in(name, *value)) {
      table_reader reader{all_, *of, fmt::format("{}{}.", path_, name),
                          fmt::format("{}{}.", shown_, name), value->source().begin.line};
      inside(reader);
      reader.finish();
    }
  }

  void tables(std::string_view name, const table_list& list) override {
    const auto* value = look_up(name);
    if (value == nullptr)
      return;
    const auto* items = value->as_array();
    if (items == nullptr)
      return all_.fail(
          value->source().begin.line,
          fmt::format("{}{} must be a list of tables: [[{}{}]]", shown_, name, shown_, name));
    list.resize(items->size());
    for (std::size_t i = 0; i != items->size() && all_.error.empty(); ++i) {
      const auto* of = (*items)[i].as_table();
      const auto line = (*items)[i].source().begin.line;
      const auto path = fmt::format("{}{}[{}]", path_, name, i);
      if (of == nullptr)
        return all_.fail(line, fmt::format("{}{} must be a list of tables: [[{}{}]]", shown_, name,
                                           shown_, name));
      all_.lines[path] = line;
      table_reader reader{all_, *of, path + ".", fmt::format("{}{}.", shown_, name), line};
      list.visit(reader, i);
      reader.finish();
    }
  }

  void config(std::string_view name, actors::crawl_config& of) override {
    const auto* value = look_up(name);
    const auto* inside = value == nullptr ? nullptr : table_in(name, *value);
    if (inside == nullptr)
      return;
    const auto layer = actors::read_config_table(*inside, all_.name);
    if (!layer) {
      if (all_.error.empty())
        all_.error = layer.error();
      return;
    }
    for (const auto& option : actors::config_table()) {
      const auto said = layer->find(option.path);
      if (said == layer->end())
        continue;
      all_.lines[fmt::format("{}{}.{}", path_, name, option.path)] =
          std::stoul(said->second.place.substr(said->second.place.rfind(':') + 1));
      if (const auto set = option.set(of, said->second.texts); !set && all_.error.empty())
        all_.error = fmt::format("{}: {}{}.{} {}", said->second.place, shown_, name, option.path,
                                 net::printable(set.error(), longest_reason));
    }
  }

  /// Behind the last key: what is left is unknown.
  void finish() {
    for (const auto& [key, value] : table_) {
      const std::string_view name = key.str();
      if (names_.contains(std::string{name}))
        continue;
      std::vector<std::string_view> known(names_.begin(), names_.end());
      return all_.fail(key.source().begin.line,
                       fmt::format("unknown key \"{}\"{}; {} has {}",
                                   net::printable(shown_ + std::string{name}, quoted_bytes),
                                   net::did_you_mean(name, known),
                                   shown_.empty() ? "a file" : shown_.substr(0, shown_.size() - 1),
                                   fmt::join(known, ", ")));
    }
  }

  void know(std::string name) { names_.insert(std::move(name)); }

private:
  static constexpr std::size_t longest_reason = 1'000;

  /// What is said of a key; null: nothing, or an error came before.
  const toml::node* look_up(std::string_view name) {
    know(std::string{name});
    if (!all_.error.empty())
      return nullptr;
    const auto* value = table_.get(name);
    if (value != nullptr)
      all_.lines[path_ + std::string{name}] = value->source().begin.line;
    return value;
  }

  const toml::table* table_in(std::string_view name, const toml::node& value) {
    const auto* of = value.as_table();
    if (of == nullptr)
      all_.fail(value.source().begin.line,
                fmt::format("{}{} must be a table: [{}{}]", shown_, name, shown_, name));
    return of;
  }

  reading& all_;
  const toml::table& table_;
  std::string path_;
  std::string shown_;
  std::size_t line_;
  std::set<std::string> names_; ///< That are keys here.
};

/// Where a key stands, or the nearest table around it that is there.
std::size_t line_of(const reading& all, std::string path) {
  while (!path.empty()) {
    if (const auto found = all.lines.find(path); found != all.lines.end())
      return found->second;
    path.resize(path.find_last_of(".[") == std::string::npos ? 0 : path.find_last_of(".["));
  }
  return 1;
}

std::string without_numbers(std::string_view path) {
  std::string out;
  bool inside = false;
  for (const char c : path) {
    inside = inside || c == '[';
    if (!inside)
      out += c;
    inside = inside && c != ']';
  }
  return out;
}

tl::expected<void, std::string> read_into(crawl_scenario& s, const toml::table& table,
                                          std::string_view name) {
  reading all{std::string{name}, {}, {}};
  table_reader reader{all, table, "", "", 1};
  reader.know("format");
  visit_scenario(reader, s);
  reader.finish();
  if (!all.error.empty())
    return tl::unexpected(all.error);
  if (const auto valid = validate(s); !valid)
    return tl::unexpected(fmt::format("{}:{}: {} {}", name, line_of(all, valid.error().path),
                                      without_numbers(valid.error().path), valid.error().message));
  return {};
}

} // namespace

tl::expected<crawl_scenario, std::string> parse_scenario(std::string_view text,
                                                         std::string_view name) {
  const auto table = actors::parse_toml(text, name);
  if (!table)
    return tl::unexpected(table.error());
  const auto* format = table->get("format");
  if (format == nullptr)
    return tl::unexpected(fmt::format("{}:1: format is missing: a scenario begins with format = {}",
                                      name, scenario_format));
  if (format->value<std::int64_t>() != static_cast<std::int64_t>(scenario_format))
    return tl::unexpected(fmt::format("{}:{}: format must be {}: this program reads no other", name,
                                      format->source().begin.line, scenario_format));
  auto s = usual_scenario();
  if (const auto read = read_into(s, *table, name); !read)
    return tl::unexpected(read.error());
  return s;
}

tl::expected<void, std::string> change_scenario(crawl_scenario& s, std::string_view text,
                                                std::string_view name) {
  const auto table = actors::parse_toml(text, name);
  if (!table)
    return tl::unexpected(table.error());
  return read_into(s, *table, name);
}

} // namespace seedwalk::sim
