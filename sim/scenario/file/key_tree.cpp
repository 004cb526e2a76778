#include "sim/scenario/file/key_tree.hpp"

#include <algorithm>

namespace seedwalk::sim {

namespace {

class tree_maker final : public key_visitor {
public:
  explicit tree_maker(key_tree& into) : tree_(into) {}

  void key(scenario_key k) override {
    auto texts = k.get ? k.get() : std::nullopt;
    tree_.leaves.push_back({std::string{k.name}, k.kind, k.must, std::move(texts)});
  }

  void table(std::string_view name, const std::function<void(key_visitor&)>& inside) override {
    auto& made = tree_.tables.emplace_back(key_tree::table{std::string{name}, {}}).inside;
    tree_maker maker{made};
    inside(maker);
  }

  void tables(std::string_view name, const table_list& list) override {
    auto& made = tree_.lists.emplace_back();
    made.name = name;
    made.elements.resize(list.size);
    for (std::size_t i = 0; i != list.size; ++i) {
      tree_maker maker{made.elements[i]};
      list.visit(maker, i);
    }
    tree_maker maker{made.usual};
    list.visit_usual(maker);
  }

  void config(std::string_view name, actors::crawl_config& of) override {
    tree_.configs.emplace_back(std::string{name}, of);
  }

private:
  key_tree& tree_;
};

} // namespace

const key_tree::leaf* key_tree::find(std::string_view name) const {
  const auto found = std::ranges::find(leaves, name, &leaf::name);
  return found == leaves.end() ? nullptr : &*found;
}

key_tree tree_of(crawl_scenario s) {
  key_tree tree;
  tree_maker maker{tree};
  visit_scenario(maker, s);
  return tree;
}

} // namespace seedwalk::sim
