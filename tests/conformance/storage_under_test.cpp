#include "tests/conformance/storage_under_test.hpp"

#include <algorithm>

namespace seedwalk::storage_conformance {

namespace {

std::vector<storage_implementation>& all() {
  static std::vector<storage_implementation> value;
  return value;
}

} // namespace

const std::vector<storage_implementation>& storage_implementations() {
  return all();
}

bool add_storage_implementation(storage_implementation added) {
  const auto after = std::find_if(all().begin(), all().end(),
                                  [&](const auto& other) { return other.name > added.name; });
  all().insert(after, std::move(added));
  return true;
}

} // namespace seedwalk::storage_conformance
