#include <iostream>
#include <string>
#include <vector>

#include <malloc.h>

#include "tools/command.hpp"

namespace {

/// The addresses of a batch are freed once they are written, and the next visits take as much
/// memory again. By default the C library gives it back to the system in between, and each page of
/// it is faulted in and cleared anew. So 64 MiB that are free stay with us; what is in use at the
/// peak does not change.
void keep_freed_memory() {
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
}

} // namespace

int main(int count, char** values) {
  keep_freed_memory();
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
