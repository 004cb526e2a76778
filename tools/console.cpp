#include "tools/console.hpp"

#include <cstdlib>
#include <iostream>

#include <unistd.h>

namespace seedwalk::tools {

environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr)
      return std::nullopt;
    return std::string{value};
  };
}

std::vector<std::string> process_variables(std::string_view beginning) {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    if (text.starts_with(beginning))
      names.emplace_back(text.substr(0, text.find('=')));
  }
  return names;
}

console process_console(const environment& env) {
  const bool out_is_terminal = isatty(STDOUT_FILENO) == 1;
  const bool err_is_terminal = isatty(STDERR_FILENO) == 1;
  const bool unwanted = !env("NO_COLOR").value_or("").empty() || env("TERM").value_or("") == "dumb";
  return {std::cout, std::cerr, out_is_terminal, err_is_terminal, err_is_terminal && !unwanted};
}

std::string bold(const console& c, const std::string& text) {
  return c.colour ? "\x1b[1m" + text + "\x1b[0m" : text;
}

} // namespace seedwalk::tools
