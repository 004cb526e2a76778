#include "store/user_agents.hpp"

namespace seedwalk::store {

std::optional<std::uint32_t> user_agents::intern(std::string_view text) {
  if (const auto found = numbers_.find(text); found != numbers_.end())
    return found->second;
  if (size() >= limit_ || text.size() > max_bytes)
    return std::nullopt;
  const auto number = size();
  texts_.push_back(numbers_.emplace(text, number).first);
  return number;
}

std::optional<std::string_view> user_agents::find(std::uint32_t number) const {
  if (number >= texts_.size())
    return std::nullopt;
  return texts_[number]->first;
}

bool user_agents::load(std::uint32_t number, std::string_view text) {
  if (number != size())
    return false;
  const auto [place, added] = numbers_.emplace(text, number);
  texts_.push_back(place);
  return added;
}

} // namespace seedwalk::store
