#include "tools/examples/input_text.hpp"

#include <algorithm>
#include <charconv>

namespace seedwalk::examples {

bool input_text::append(net::byte_view data) {
  if (text_.size() + data.size() > bytes_max)
    return false;
  text_.append(net::as_text(data));
  return true;
}

std::optional<std::string> input_text::line() {
  const auto end = text_.find('\n');
  if (end == std::string::npos)
    return std::nullopt;
  auto result = text_.substr(0, end);
  text_.erase(0, end + 1);
  return result;
}

std::optional<std::string> input_text::take(std::size_t size) {
  if (text_.size() < size)
    return std::nullopt;
  auto result = text_.substr(0, size);
  text_.erase(0, size);
  return result;
}

std::string_view take_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<std::uint64_t> take_number(std::string_view& line) {
  const auto word = take_word(line);
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (failed != std::errc{} || end != word.data() + word.size())
    return std::nullopt;
  return number;
}

} // namespace seedwalk::examples
