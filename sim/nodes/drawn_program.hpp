#pragma once

#include <chrono>

#include "net/base/random.hpp"
#include "sim/nodes/node_program.hpp"

namespace seedwalk::sim {

/// Any step that a program can have. It waits for less than `longest`, and so does each of its
/// pieces. Precondition: `longest` is not 0.
program_step draw_step(net::random_stream& draw, std::chrono::nanoseconds longest);

} // namespace seedwalk::sim
