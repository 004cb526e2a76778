#include <string>
#include <vector>

#include "tools/command.hpp"

int main(int count, char** values) {
  using namespace seedwalk::tools;
  hold_standard_descriptors();
  settle_signals();
  const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
  const auto env = process_environment();
  process_streams streams{env};
  const auto code = run_program(arguments, streams.terminal(), env);
  return streams.leave(static_cast<int>(code));
}
