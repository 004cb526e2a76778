#include "net/base/archive.hpp"

namespace seedwalk::net {

// Not in the header: where a compiler knows the vector, it warns of a growth that it cannot follow.
void byte_writer::append(const std::uint8_t* data, std::size_t size) {
  out_.insert(out_.end(), data, data + size);
}

} // namespace seedwalk::net
