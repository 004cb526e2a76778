#include "tools/console.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <unistd.h>

namespace seedwalk::tools {

namespace {

bool draws_in_place(const environment& env) {
  const auto term = env("TERM").value_or("");
  return isatty(STDERR_FILENO) == 1 && !term.empty() && term != "dumb";
}

/// By the variables that decide it, the first that is set. Where block elements may be two columns
/// wide, in East Asian locales, ASCII is shown.
bool shows_unicode(const environment& env) {
  std::string locale;
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (locale.empty())
      locale = env(name).value_or("");
  for (const auto* wide : {"zh", "ja", "ko"})
    if (locale.starts_with(wide))
      return false;
  std::ranges::transform(locale, locale.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return locale.ends_with(".utf-8") || locale.ends_with(".utf8");
}

} // namespace

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

process_streams::process_streams(const environment& env)
    : out_buffer_(STDOUT_FILENO), out_(&out_buffer_),
      writer_({.descriptor = STDERR_FILENO, .in_place = draws_in_place(env)}), err_buffer_(writer_),
      err_(&err_buffer_), console_{out_, err_} {
  out_.exceptions(std::ios::badbit);
  console_.out_is_terminal = isatty(STDOUT_FILENO) == 1;
  console_.err_is_terminal = isatty(STDERR_FILENO) == 1;
  console_.in_place = draws_in_place(env);
  console_.colour = console_.in_place && env("NO_COLOR").value_or("").empty();
  console_.unicode = console_.in_place && shows_unicode(env);
  console_.writer = &writer_;
  console_.out_buffer = &out_buffer_;
}

int process_streams::leave(int code) {
  err_.flush();
  if (!writer_.finish() || console_.abandoned)
    ::_exit(code);
  return code;
}

std::string bold(const console& c, const std::string& text) {
  return c.colour ? "\x1b[1m" + text + "\x1b[0m" : text;
}

} // namespace seedwalk::tools
