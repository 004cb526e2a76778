#pragma once

#include <string>
#include <string_view>

#include "actors/config/config_text.hpp"
#include "sim/nodes/node_program.hpp"

namespace seedwalk::sim {

// Steps of a node's program as text, one line each:
//
//     expect MESSAGE
//     send MESSAGE [times=3] [protocol=70016] [agent=/x/] [clock=-1h] [nonce=echoed|wrong|none]
//          [fake=10] [checksum=wrong] [magic=wrong] [length=4000001] [cut=10]
//     send_bytes 00ff
//     wait 3s
//     pieces 1 50ms
//     close | reset | stop_reading
//
// What `print_step` writes, `parse_step` reads back as the same step.

actors::parsed<program_step> parse_step(std::string_view text);
std::string print_step(const program_step& s);

} // namespace seedwalk::sim
