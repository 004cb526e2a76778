#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/file/scenario_keys.hpp"

namespace seedwalk::sim {

/// What the keys of a scenario say, as texts: a copy that outlives the visit. Where two such trees
/// differ is what a file has to say.
struct key_tree {
  struct leaf {
    std::string name;
    actors::value_kind kind = actors::value_kind::text;
    bool must = false;
    std::optional<actors::option_texts> texts; ///< Nothing: not said, or does not belong here.
  };
  struct table;
  struct list;

  std::vector<leaf> leaves;
  std::vector<table> tables;
  std::vector<list> lists;
  std::vector<std::pair<std::string, actors::crawl_config>> configs;

  const leaf* find(std::string_view name) const;
};

/// A table of a file, and its name.
struct key_tree::table {
  std::string name;
  key_tree inside;
};

/// A list of tables: its elements, and what one is where nothing is said of it.
struct key_tree::list {
  std::string name;
  std::vector<key_tree> elements;
  key_tree usual;
};

/// A copy of what its keys say.
key_tree tree_of(crawl_scenario s);

/// The file of such a tree: what differs from the usual scenario's, behind `comment`.
std::string write_tree(const key_tree& tree, std::string_view comment = {});

/// What an empty file means, as a tree: made once.
const key_tree& usual_tree();

} // namespace seedwalk::sim
