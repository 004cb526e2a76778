#include <string>
#include <vector>

#include <malloc.h>

#include "tools/command.hpp"

namespace {

/// The addresses of a batch are freed once they are written, and the next visits take as much
/// memory again. By default the C library gives it back to the system in between, and each page of
/// it is faulted in and cleared anew. So up to 64 MiB that are free stay with us.
void keep_freed_memory() {
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
}

} // namespace

int main(int count, char** values) {
  using namespace seedwalk::tools;
  hold_standard_descriptors();
  settle_signals();
  keep_freed_memory();
  const std::vector<std::string> arguments(values + (count > 0 ? 1 : 0), values + count);
  const auto env = process_environment();
  process_streams streams{env};
  const auto code = run_program(arguments, streams.terminal(), env);
  return streams.leave(static_cast<int>(code));
}
