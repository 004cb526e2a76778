#include <array>

#include "store/census_record.hpp"
#include "store/error.hpp"
#include "store/network_reach.hpp"
#include "store/peer_record.hpp"
#include "store/visit_record.hpp"

namespace seedwalk::store {

namespace {

template <std::size_t N, class Enum>
std::string_view lookup(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "unknown";
}

constexpr std::array<std::string_view, dial_class_count> class_names = {"live", "fresh", "rest",
                                                                        "dormant"};
constexpr std::array<std::string_view, 4> census_names = {"open", "finished", "stopped", "crashed"};
constexpr std::array<std::string_view, transport_count> transport_names = {"tcp", "socks", "sam"};
constexpr std::array<std::string_view, 4> offer_names = {"none", "gossip", "version", "spoken"};
constexpr std::array<std::string_view, network_reach_count> reach_names = {
    "unknown", "dialled", "not_asked_for", "no_proxy", "no_sam", "no_route", "not_supported"};
constexpr std::array<std::string_view, 15> error_names = {
    "none",         "newer_schema", "other_chain",   "locked",  "not_found",
    "not_a_folder", "not_writable", "disk_full",     "corrupt", "io",
    "stopped",      "overloaded",   "foreign_files", "gone",    "older_schema"};

} // namespace

std::string_view name_of(dial_class c) {
  return lookup(class_names, c);
}
std::string_view name_of(transport t) {
  return lookup(transport_names, t);
}
std::string_view name_of(v2_offer o) {
  return lookup(offer_names, o);
}
std::string_view name_of(network_reach r) {
  return lookup(reach_names, r);
}
std::string_view name_of(census_state s) {
  return lookup(census_names, s);
}
std::string_view name_of(error_code c) {
  return lookup(error_names, c);
}

} // namespace seedwalk::store
