#include "net/bitcoin/transport.hpp"

#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/framing.hpp"

namespace seedwalk::net {

shared_message::shared_message(const magic_bytes& magic, const message& m)
    : v1_frame_(encode(magic, m)) {}

std::string_view shared_message::command() const {
  if (empty())
    return {};
  const auto padded = as_text(v1_frame_.view().subspan(command_offset, command_bytes));
  return padded.substr(0, padded.find('\0'));
}

byte_view shared_message::payload() const {
  return empty() ? byte_view{} : v1_frame_.view().subspan(header_bytes);
}

void v1_transport::write(bytes& out, const message& m) {
  append_message(out, magic_, m);
}

} // namespace seedwalk::net
