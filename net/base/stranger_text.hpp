#pragma once

#include <string>
#include <string_view>

namespace seedwalk::net {

/// The text of a stranger (a user agent, a reason, a line of somebody else's file), for a person's
/// terminal, a log or a file of text: printable ASCII as it is, a backslash as `\x5c`, and every
/// other byte as `\xNN` in lower case.
///
/// So the result is ASCII, and thereby UTF-8, whatever bytes came; it holds no control character of
/// C0 or C1, no change of writing direction (U+202E), no invisible and no confusable character. And
/// it is reversible: each `\xNN` stands for one byte, and nothing else has a backslash in it.
std::string printable(std::string_view text);

/// The same, cut to so many characters with "..." behind them: for the middle of an error message.
std::string printable(std::string_view text, std::size_t longest);

} // namespace seedwalk::net
