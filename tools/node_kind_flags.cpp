#include "tools/node_kind_flags.hpp"

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "sim/scenario/file/value_texts.hpp"

namespace seedwalk::tools {

void node_kind_flags::declare(CLI::App& app) {
  app.add_option("--kind", texts_,
                 fmt::format("parts of a kind of node; may be given more than once, a comma "
                             "separates several; a mixture unless given. NAME is one of {}",
                             sim::known_kinds()))
      ->type_name("NAME=PARTS")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

tl::expected<node_kind_flags::shares, std::string>
node_kind_flags::read(const shares& unless_given) const {
  if (texts_.empty())
    return unless_given;
  shares result;
  for (const auto& list : texts_)
    for (const auto& text : actors::split_list(list)) {
      const auto share = sim::parse_kind_share(text);
      if (!share)
        return tl::unexpected(fmt::format("--kind {}: {}", text, share.error()));
      result.push_back(*share);
    }
  return result;
}

node_kind_flags::shares mixed_kinds(bool simulated) {
  using sim::node_kind;
  node_kind_flags::shares kinds = {{node_kind::honest, 8},
                                   {node_kind::pruned, 2},
                                   {node_kind::slow, 1},
                                   {node_kind::silent, 1},
                                   {node_kind::closes_at_accept, 1},
                                   {node_kind::closes_after_version, 1},
                                   {node_kind::refused, 1}};
  if (simulated)
    kinds.emplace_back(node_kind::absent, 1);
  return kinds;
}

} // namespace seedwalk::tools
