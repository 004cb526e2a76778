#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/wait.h>

#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::tools {

/// What a program left behind.
struct finished_program {
  int code = 0; ///< 128 and the signal, if it died of one.
  std::string out;
  std::string err;
};

inline std::string quoted_for_shell(const std::string& text) {
  std::string out = "'";
  for (const char c : text)
    out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return out + "'";
}

inline std::string text_of_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

/// Runs a program to its end with an environment of PATH and `variables` ("NAME=value") alone.
inline finished_program run_program_file(const std::vector<std::string>& command,
                                         const std::vector<std::string>& variables = {}) {
  const temporary_folder folder;
  std::string line = "env -i PATH=\"$PATH\"";
  for (const auto& variable : variables)
    line += fmt::format(" {}", quoted_for_shell(variable));
  for (const auto& argument : command)
    line += fmt::format(" {}", quoted_for_shell(argument));
  line += " > " + quoted_for_shell(folder / "out") + " 2> " + quoted_for_shell(folder / "err") +
          " < /dev/null";
  const int status = std::system(line.c_str());
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          text_of_file(folder / "out"), text_of_file(folder / "err")};
}

/// Runs the command `seedwalk` that was built together with the tests.
inline finished_program run_seedwalk(std::vector<std::string> arguments,
                                     const std::vector<std::string>& variables = {}) {
  arguments.insert(arguments.begin(), SEEDWALK_COMMAND);
  return run_program_file(arguments, variables);
}

} // namespace seedwalk::tools
