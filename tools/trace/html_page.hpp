#pragma once

#include <ostream>

#include <nlohmann/json.hpp>

#include "sim/trace/trace.hpp"

namespace seedwalk::tools {

/// Writes a trace as one page that needs nothing else: no request leaves it, which its
/// Content-Security-Policy makes sure of. For browsers of 2023 and later.
///
/// The trace is in it as deflated bytes in base64. They hold blocks, each a length of four bytes
/// (little-endian) and so many bytes:
///
///     page  := meta kind:u8* column{7}     ; meta: JSON
///     column := leb128*                    ; a number an entry
///
/// The columns are: time since the entry before in ns; lane; text; detail; bytes; steps since the
/// entry before; entries back to the cause, or 0.
void write_html(const sim::trace& trace, std::ostream& out);

/// The same with the curve of `sim explain` above the lanes, and the step that it names in them.
/// `explanation` is the document of `sim explain --json`.
void write_explained_html(const sim::trace& trace, const nlohmann::json& explanation,
                          std::ostream& out);

} // namespace seedwalk::tools
