#include <algorithm>

#include <fmt/format.h>

#include "actors/config/toml_text.hpp"
#include "sim/scenario/file/key_tree.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {

namespace {

using actors::value_kind;

/// Whether TOML can have a text as it stands between triple quotes.
bool is_plain(const std::string& text) {
  return text.find("\"\"\"") == std::string::npos && !text.ends_with('"') &&
         std::ranges::all_of(
             text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~' && c != '\\'); });
}

std::string value_text(const key_tree::leaf& leaf) {
  const auto& texts = *leaf.texts;
  // TOML has numbers of 64 bits with a sign.
  constexpr std::string_view largest = "9223372036854775807";
  const auto is_too_large = [&](const std::string& text) {
    return text.size() > largest.size() || (text.size() == largest.size() && text > largest);
  };
  if (leaf.kind == value_kind::integer && is_too_large(texts.at(0)))
    return actors::toml_string(texts.at(0));
  if (leaf.kind == value_kind::text && texts.at(0).find('\n') != std::string::npos &&
      is_plain(texts.at(0)))
    return "\"\"\"\n" + texts.at(0) + "\"\"\"";
  return actors::toml_value(leaf.kind, texts);
}

/// The lines of a table's own keys that say something else than the usual one.
std::string own_lines(const key_tree& tree, const key_tree& usual) {
  std::string out;
  for (const auto& leaf : tree.leaves) {
    if (!leaf.texts)
      continue;
    const auto* other = usual.find(leaf.name);
    if (leaf.must || other == nullptr || other->texts != leaf.texts)
      out += fmt::format("{} = {}\n", leaf.name, value_text(leaf));
  }
  return out;
}

std::string headed(const std::string& head, const std::string& lines) {
  return fmt::format("\n{}\n{}", head, lines);
}

/// The tables of a configuration file below `path`.
std::string config_lines(const std::string& path, const actors::crawl_config& config,
                         const actors::crawl_config& usual) {
  std::string out;
  std::string_view table;
  for (const auto& option : actors::config_table()) {
    const auto texts = option.get(config);
    if (texts == option.get(usual))
      continue;
    const auto dot = option.path.rfind('.');
    if (option.path.substr(0, dot) != table) {
      table = option.path.substr(0, dot);
      out += headed(fmt::format("[{}.{}]", path, table), {});
    }
    out += fmt::format("{} = {}\n", option.path.substr(dot + 1),
                       actors::toml_value(option.kind, texts));
  }
  return out;
}

/// All that is below a table: what it says beside its own keys.
std::string lower_lines(const key_tree& tree, const key_tree& usual, const std::string& prefix) {
  std::string out;
  for (std::size_t i = 0; i != tree.configs.size(); ++i)
    out += config_lines(prefix + tree.configs[i].first, tree.configs[i].second,
                        usual.configs[i].second);
  for (std::size_t i = 0; i != tree.tables.size(); ++i) {
    const auto& [name, inside] = tree.tables[i];
    const auto path = prefix + name;
    const auto lines = own_lines(inside, usual.tables[i].inside);
    if (!lines.empty())
      out += headed(fmt::format("[{}]", path), lines);
    out += lower_lines(inside, usual.tables[i].inside, path + ".");
  }
  for (std::size_t i = 0; i != tree.lists.size(); ++i) {
    const auto& list = tree.lists[i];
    const auto path = prefix + list.name;
    std::string elements;
    bool says_something = list.elements.size() != usual.lists[i].elements.size();
    for (const auto& element : list.elements) {
      const auto own = own_lines(element, list.usual);
      const auto lower = lower_lines(element, list.usual, path + ".");
      says_something = says_something || !own.empty() || !lower.empty();
      elements += headed(fmt::format("[[{}]]", path), own) + lower;
    }
    if (says_something)
      out += elements;
  }
  return out;
}

std::string comment_lines(std::string_view comment) {
  std::string out;
  while (!comment.empty()) {
    const auto end = std::min(comment.find('\n'), comment.size());
    out += fmt::format("#{}{}\n", end == 0 ? "" : " ", comment.substr(0, end));
    comment.remove_prefix(std::min(end + 1, comment.size()));
  }
  return out;
}

void name_keys(const key_tree& tree, const std::string& prefix, std::vector<std::string>& into) {
  for (const auto& leaf : tree.leaves)
    into.push_back(prefix + leaf.name);
  for (const auto& [name, config] : tree.configs)
    into.push_back(prefix + name);
  for (const auto& [name, inside] : tree.tables)
    name_keys(inside, prefix + name + ".", into);
  for (const auto& list : tree.lists)
    name_keys(list.usual, prefix + list.name + ".", into);
}

} // namespace

const key_tree& usual_tree() {
  static const auto usual = tree_of(usual_scenario());
  return usual;
}

std::string write_tree(const key_tree& tree, std::string_view comment) {
  return comment_lines(comment) + fmt::format("format = {}\n", scenario_format) +
         own_lines(tree, usual_tree()) + lower_lines(tree, usual_tree(), "");
}

std::string write_scenario(const crawl_scenario& s, std::string_view comment) {
  return write_tree(tree_of(s), comment);
}

std::vector<std::string> scenario_key_names() {
  std::vector<std::string> names = {"format"};
  name_keys(usual_tree(), "", names);
  return names;
}

} // namespace seedwalk::sim
