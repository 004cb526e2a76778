#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace seedwalk::tools {

/// What a terminal shows of what is written to it, as far as this program writes: text, ends of
/// lines, returns to the first column, and the sequence that clears the rest of a line.
class screen {
public:
  void show(std::string_view output) {
    pending_ += output;
    std::size_t at = 0;
    for (; at < pending_.size(); ++at) {
      const char c = pending_[at];
      if (c == '\x1b') {
        constexpr std::string_view clear = "\x1b[K";
        const auto rest = std::string_view{pending_}.substr(at, clear.size());
        if (rest != clear && clear.starts_with(rest))
          break; // The rest of it comes later.
        if (rest != clear) {
          put('?');
          continue;
        }
        line_.resize(column_);
        at += clear.size() - 1;
      } else if (c == '\r') {
        column_ = 0;
      } else if (c == '\n') {
        ended_.push_back(line_);
        line_.clear();
        column_ = 0;
      } else {
        put(c);
      }
    }
    pending_.erase(0, at);
  }

  /// Lines that have ended, from the first.
  const std::vector<std::string>& ended_lines() const { return ended_; }
  /// The one that has not.
  const std::string& last_line() const { return line_; }
  /// The most bytes that a line without an end ever had.
  std::size_t widest() const { return widest_; }

private:
  void put(char c) {
    if (column_ == line_.size())
      line_ += c;
    else
      line_[column_] = c;
    ++column_;
    if (line_.size() > widest_)
      widest_ = line_.size();
  }

  std::string pending_;
  std::vector<std::string> ended_;
  std::string line_;
  std::size_t column_ = 0;
  std::size_t widest_ = 0;
};

} // namespace seedwalk::tools
