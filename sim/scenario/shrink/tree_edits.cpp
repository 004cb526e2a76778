#include "sim/scenario/shrink/tree_edits.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "sim/scenario/file/scenario_file.hpp"

namespace seedwalk::sim {

namespace {

using actors::value_kind;

bool is_list(value_kind kind) {
  return kind == value_kind::list || kind == value_kind::numbers;
}

/// Shows what can go, in the order of a file, and takes out what `goes` says.
class tree_walk {
public:
  using decision = std::function<bool(edit_kind kind, const std::string& path)>;

  explicit tree_walk(decision goes) : goes_(std::move(goes)) {}

  void walk(key_tree& tree, const key_tree& usual, const std::string& prefix) {
    for (auto& leaf : tree.leaves)
      look_at(leaf, usual.find(leaf.name), prefix + leaf.name);
    for (std::size_t i = 0; i != tree.configs.size(); ++i)
      look_at(tree.configs[i].second, usual.configs[i].second, prefix + tree.configs[i].first);
    for (std::size_t i = 0; i != tree.tables.size(); ++i)
      walk(tree.tables[i].inside, usual.tables[i].inside, prefix + tree.tables[i].name + ".");
    for (auto& list : tree.lists) {
      std::vector<key_tree> kept;
      for (auto& element : list.elements) {
        // Of one that goes, too: parts keep their numbers.
        const bool stays = !goes_(edit_kind::element, prefix + list.name);
        walk(element, list.usual, prefix + list.name + ".");
        if (stays)
          kept.push_back(std::move(element));
      }
      list.elements = std::move(kept);
    }
  }

private:
  void look_at(key_tree::leaf& leaf, const key_tree::leaf* usual, const std::string& path) {
    const auto usual_texts = usual == nullptr ? std::nullopt : usual->texts;
    if (!leaf.texts || (!leaf.must && leaf.texts == usual_texts))
      return;
    if (!leaf.must && goes_(edit_kind::key, path)) {
      leaf.texts = usual_texts;
      return;
    }
    if (is_list(leaf.kind))
      std::erase_if(*leaf.texts, [&](const auto&) { return goes_(edit_kind::item, path); });
  }

  void look_at(actors::crawl_config& config, const actors::crawl_config& usual,
               const std::string& path) {
    for (const auto& option : actors::config_table()) {
      const auto texts = option.get(usual);
      if (option.get(config) != texts &&
          goes_(edit_kind::key, fmt::format("{}.{}", path, option.path)))
        static_cast<void>(option.set(config, texts));
    }
  }

  decision goes_;
};

/// A text of a tree that can be another one.
struct text_place {
  edit_kind kind = edit_kind::key;
  std::string path;
  std::string* text = nullptr;
};

void find_texts(key_tree& tree, const key_tree& usual, const std::string& prefix,
                const edit_filter& filter, std::vector<text_place>& into) {
  for (auto& leaf : tree.leaves) {
    const auto* other = usual.find(leaf.name);
    const auto path = prefix + leaf.name;
    if (!leaf.texts || (!leaf.must && other != nullptr && leaf.texts == other->texts))
      continue;
    const auto kind = is_list(leaf.kind) ? edit_kind::item : edit_kind::key;
    if (filter(kind, path))
      for (auto& text : *leaf.texts)
        into.push_back({kind, path, &text});
  }
  for (std::size_t i = 0; i != tree.tables.size(); ++i)
    find_texts(tree.tables[i].inside, usual.tables[i].inside, prefix + tree.tables[i].name + ".",
               filter, into);
  for (auto& list : tree.lists)
    for (auto& element : list.elements)
      find_texts(element, list.usual, prefix + list.name + ".", filter, into);
}

/// With its first digit alone: 13,371 is 10,000.
std::uint64_t rounded(std::uint64_t value) {
  std::uint64_t unit = 1;
  while (value / unit >= 10)
    unit *= 10;
  return value / unit * unit;
}

/// Smaller numbers, the smallest first, and a rounder one.
std::vector<std::uint64_t> smaller(std::uint64_t value) {
  std::vector<std::uint64_t> all;
  for (const auto one : {std::uint64_t{0}, std::uint64_t{1}, rounded(value / 10),
                         rounded(value / 2), rounded(value)})
    if (one < value && std::ranges::find(all, one) == all.end())
      all.push_back(one);
  return all;
}

bool is_bytes(const std::string& word) {
  return word.size() >= 4 && word.size() % 2 == 0 &&
         word.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// What a word may be instead, the simplest first.
std::vector<std::string> simpler_words(const std::string& word, bool may_be_bytes) {
  std::vector<std::string> all;
  if (may_be_bytes && is_bytes(word)) {
    const auto half = word.size() / 4 * 2;
    return {word.substr(0, half), word.substr(half), word.substr(0, word.size() - 2)};
  }
  if (const auto number = actors::parse_number(word, UINT64_MAX)) {
    for (const auto one : smaller(*number))
      all.push_back(fmt::format("{}", one));
    return all;
  }
  const auto time = actors::parse_fine_duration(word);
  if (!time)
    return all;
  constexpr std::uint64_t one_ns = 1;
  for (const auto one : smaller(static_cast<std::uint64_t>(time->count())))
    if (one != one_ns)
      all.push_back(actors::print_fine_duration(std::chrono::nanoseconds{one}));
  return all;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words(1);
  for (const char c : text)
    if (c == ' ')
      words.emplace_back();
    else
      words.back() += c;
  return words;
}

/// What a text may be instead, the simplest first: with a word less, or a simpler one.
std::vector<std::string> simpler_texts(const std::string& text) {
  std::vector<std::string> all;
  const auto words = split(text);
  for (std::size_t i = 2; i < words.size(); ++i) {
    auto fewer = words;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    all.push_back(fmt::format("{}", fmt::join(fewer, " ")));
  }
  for (std::size_t i = 0; i != words.size(); ++i)
    for (const auto& simpler : simpler_words(words[i], words.front() == "send_bytes")) {
      auto other = words;
      other[i] = simpler;
      all.push_back(fmt::format("{}", fmt::join(other, " ")));
    }
  return all;
}

/// Reads a tree back; nothing where its parts do not fit together, or nothing is another than in
/// `before`.
std::optional<crawl_scenario> changed(const crawl_scenario& before, const key_tree& tree) {
  const auto text = write_tree(tree);
  if (text == write_scenario(before))
    return std::nullopt;
  auto read = parse_scenario(text, "shrunk");
  if (!read)
    return std::nullopt;
  return std::move(*read);
}

} // namespace

scenario_parts parts_in_file(edit_filter filter) {
  scenario_parts parts;
  parts.count = [filter](const crawl_scenario& s) {
    std::size_t count = 0;
    auto tree = tree_of(s);
    tree_walk walk([&](edit_kind kind, const std::string& path) {
      count += filter(kind, path) ? 1 : 0;
      return false;
    });
    walk.walk(tree, usual_tree(), "");
    return count;
  };
  parts.without = [filter](const crawl_scenario& s, std::size_t begin, std::size_t end) {
    std::size_t nth = 0;
    auto tree = tree_of(s);
    tree_walk walk([&](edit_kind kind, const std::string& path) {
      if (!filter(kind, path))
        return false;
      ++nth;
      return begin < nth && nth <= end;
    });
    walk.walk(tree, usual_tree(), "");
    return changed(s, tree);
  };
  return parts;
}

scenario_choices texts_in_file(edit_filter filter) {
  scenario_choices choices;
  choices.simpler = [filter](const crawl_scenario& s,
                             std::size_t nth) -> std::optional<std::vector<crawl_scenario>> {
    auto tree = tree_of(s);
    std::vector<text_place> places;
    find_texts(tree, usual_tree(), "", filter, places);
    if (nth >= places.size())
      return std::nullopt;
    auto& text = *places[nth].text;
    const auto said = text;
    std::vector<crawl_scenario> all;
    for (const auto& simpler : simpler_texts(said)) {
      text = simpler;
      if (auto candidate = changed(s, tree))
        all.push_back(std::move(*candidate));
    }
    return all;
  };
  return choices;
}

std::size_t texts_in(const crawl_scenario& s, const edit_filter& filter) {
  auto tree = tree_of(s);
  std::vector<text_place> places;
  find_texts(tree, usual_tree(), "", filter, places);
  return places.size();
}

std::optional<crawl_scenario>
with_other_text(const crawl_scenario& s, const edit_filter& filter, std::size_t nth,
                const std::function<std::string(const std::string&)>& another) {
  auto tree = tree_of(s);
  std::vector<text_place> places;
  find_texts(tree, usual_tree(), "", filter, places);
  auto& text = *places.at(nth).text;
  text = another(text);
  return changed(s, tree);
}

} // namespace seedwalk::sim
