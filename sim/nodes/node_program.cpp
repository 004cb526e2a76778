#include "sim/nodes/node_program.hpp"

namespace seedwalk::sim {

namespace {

bool may_be_taken(const step::send& s) {
  return s.times != 0 && !s.bad_checksum && !s.bad_magic;
}

} // namespace

bool may_shake_hands(const node_program& program) {
  bool has_version = false;
  bool has_verack = false;
  for (const auto& one : program.steps) {
    if (std::holds_alternative<step::send_bytes>(one))
      return true;
    if (std::holds_alternative<step::close>(one) || std::holds_alternative<step::reset>(one))
      break;
    if (const auto* said = std::get_if<step::send>(&one); said != nullptr && may_be_taken(*said)) {
      has_version |= said->kind == net::message_kind::version;
      has_verack |= said->kind == net::message_kind::verack;
    }
  }
  return has_version && has_verack;
}

} // namespace seedwalk::sim
