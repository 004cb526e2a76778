#include "tests/conformance/network_under_test.hpp"

#include <algorithm>

namespace seedwalk::conformance {

namespace {

std::vector<implementation>& all() {
  static std::vector<implementation> value;
  return value;
}

} // namespace

const std::vector<implementation>& implementations() {
  return all();
}

bool add_implementation(implementation added) {
  const auto after = std::find_if(all().begin(), all().end(),
                                  [&](const auto& other) { return other.name > added.name; });
  all().insert(after, std::move(added));
  return true;
}

} // namespace seedwalk::conformance
