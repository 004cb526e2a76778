#pragma once

#include <string>

#include "sim/network/fault_rules.hpp"

namespace seedwalk::sim {

/// A rule as people read it: "fault 2: from 1.250 s to 9.000 s, 1 of 3 connections of anybody to
/// 198.51.100.7:7, both directions: reset after 311 bytes".
std::string to_string(const fault_rule& rule);

} // namespace seedwalk::sim
