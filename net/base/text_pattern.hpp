#pragma once

#include <string_view>

namespace seedwalk::net {

/// True if the whole of `text` matches `pattern`, in which `*` stands for any run of bytes, also
/// none, and `?` for any single one. Everything else stands for itself, case included.
///
/// Meant for user agents ("/Satoshi:0.1?.*", "*BSV*"), which a peer chooses: time is at most
/// proportional to the product of both lengths, memory is constant.
bool matches_pattern(std::string_view text, std::string_view pattern);

} // namespace seedwalk::net
