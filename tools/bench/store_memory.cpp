#include "tools/bench/store_memory.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <optional>

#include <sys/wait.h>
#include <unistd.h>

#include "store/database.hpp"
#include "tools/bench/store_workload.hpp"

namespace seedwalk::bench {

namespace {

/// Bytes of this process that are in memory.
std::uint64_t resident() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t pages = 0;
  in >> total >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// What `work` returns in a child process; nothing if that failed.
std::optional<std::uint64_t> in_child(const std::function<std::uint64_t()>& work) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0)
    return std::nullopt;
  const auto child = fork();
  if (child == 0) {
    const auto found = work();
    const bool told = write(ends[1], &found, sizeof found) == sizeof found;
    _exit(told ? 0 : 1);
  }
  close(ends[1]);
  std::uint64_t found = 0;
  const bool heard = child > 0 && read(ends[0], &found, sizeof found) == sizeof found;
  close(ends[0]);
  int status = 0;
  if (child > 0)
    waitpid(child, &status, 0);
  return heard && found != 0 ? std::optional(found) : std::nullopt;
}

store::database_options roomy() {
  store::database_options o;
  o.limits.known = 4'000'000;
  return o;
}

/// 0 if it fails.
std::uint64_t resident_after_writing(const std::string& path, std::uint64_t known) {
  store::database db(path, roomy());
  if (!db.open())
    return 0;
  for (std::uint64_t n = 0; n < known; n += per_batch)
    if (!db.apply(workload_announcements(n, std::min(per_batch, known - n))))
      return 0;
  return db.totals().known == known ? resident() : 0;
}

/// 0 if it fails.
std::uint64_t resident_after_opening(const std::string& path, std::uint64_t known) {
  store::database db(path, roomy());
  return db.open() && db.totals().known == known ? resident() : 0;
}

} // namespace

tl::expected<store_memory, std::string> measure_store_memory(const std::string& folder,
                                                             std::uint64_t known) {
  const auto path = folder + "/memory";
  const auto written = in_child([&] { return resident_after_writing(path, known); });
  const auto opened = in_child([&] { return resident_after_opening(path, known); });
  if (!written || !opened)
    return tl::unexpected("the memory of a database in " + path + " could not be measured");
  return store_memory{known, *written, *opened};
}

} // namespace seedwalk::bench
