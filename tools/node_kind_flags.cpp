#include "tools/node_kind_flags.hpp"

#include <fmt/format.h>

#include "actors/config/config_text.hpp"
#include "net/base/closest_name.hpp"

namespace seedwalk::tools {

namespace {

/// More parts than nodes can be.
constexpr std::uint64_t parts_max = 1'000'000;

std::string known_kinds() {
  std::string known;
  for (std::size_t i = 0; i != sim::node_kind_count; ++i)
    known += fmt::format("{}{}", i == 0 ? "" : ", ", sim::name_of(static_cast<sim::node_kind>(i)));
  return known;
}

std::string unknown_kind(std::string_view name) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i != sim::node_kind_count; ++i)
    names.push_back(sim::name_of(static_cast<sim::node_kind>(i)));
  return fmt::format("--kind {}: unknown kind{}; there are {}", name,
                     net::did_you_mean(name, names), known_kinds());
}

} // namespace

void node_kind_flags::declare(CLI::App& app) {
  app.add_option("--kind", texts_,
                 fmt::format("parts of a kind of node; may be given more than once, a comma "
                             "separates several; a mixture unless given. NAME is one of {}",
                             known_kinds()))
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
      const auto split = text.find('=');
      const auto kind = sim::node_kind_named(text.substr(0, split));
      if (!kind)
        return tl::unexpected(unknown_kind(text.substr(0, split)));
      const auto parts = actors::parse_number(
          split == std::string::npos ? "1" : text.substr(split + 1), parts_max, 1);
      if (!parts)
        return tl::unexpected(
            fmt::format("--kind {}: PARTS of NAME=PARTS {}", text, parts.error()));
      result.emplace_back(*kind, static_cast<std::uint32_t>(*parts));
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
