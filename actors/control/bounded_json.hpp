#pragma once

#include <cstddef>
#include <string_view>

#include <nlohmann/json.hpp>

namespace seedwalk::actors {

/// How deep objects and arrays may lie in each other in JSON that comes from outside. Nothing that
/// this program reads needs more than six.
constexpr std::size_t json_depth_max = 32;

/// True if brackets lie deeper in each other than `most`. Of a text that is no JSON the answer
/// holds for as far as a parser would read it.
bool nested_deeper(std::string_view json, std::size_t most);

/// The JSON value in a text from outside; a discarded one where it is none, or nested too deep:
/// copying and printing values recurse, and each level of a line of brackets takes memory.
template <class Json = nlohmann::json>
Json parse_json(std::string_view text) {
  if (nested_deeper(text, json_depth_max))
    return Json(nlohmann::detail::value_t::discarded);
  return Json::parse(text, nullptr, false);
}

} // namespace seedwalk::actors
