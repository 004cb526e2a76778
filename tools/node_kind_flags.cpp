#include "tools/node_kind_flags.hpp"

#include <fmt/format.h>

namespace seedwalk::tools {

void node_kind_flags::declare(CLI::App& app) {
  app.add_option("--kind", texts_,
                 "parts of a kind of node, NAME=PARTS; repeatable; a mixture unless given");
}

tl::expected<node_kind_flags::shares, std::string>
node_kind_flags::read(const shares& unless_given) const {
  if (texts_.empty())
    return unless_given;
  shares result;
  for (const auto& text : texts_) {
    const auto split = text.find('=');
    const auto kind = sim::node_kind_named(text.substr(0, split));
    const auto parts = split == std::string::npos ? std::string{"1"} : text.substr(split + 1);
    if (!kind) {
      std::string known;
      for (std::size_t i = 0; i != sim::node_kind_count; ++i)
        known +=
            fmt::format("{}{}", i == 0 ? "" : ", ", sim::name_of(static_cast<sim::node_kind>(i)));
      return tl::unexpected(fmt::format("--kind {}: unknown kind; there are {}", text, known));
    }
    if (parts.empty() || parts.size() > 6 ||
        parts.find_first_not_of("0123456789") != std::string::npos)
      return tl::unexpected(fmt::format("--kind {}: must be NAME=PARTS, such as honest=8", text));
    result.emplace_back(*kind, static_cast<std::uint32_t>(std::stoul(parts)));
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
