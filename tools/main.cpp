#include <iostream>
#include <string>
#include <vector>

#include "tools/command.hpp"

int main(int count, char** values) {
  const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
  const auto env = seedwalk::tools::process_environment();
  auto terminal = seedwalk::tools::process_console(env);
  const auto code = seedwalk::tools::run_program(arguments, terminal, env);
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "seedwalk: standard output cannot be written to\n";
    return static_cast<int>(seedwalk::tools::exit_code::failed);
  }
  return static_cast<int>(code);
}
