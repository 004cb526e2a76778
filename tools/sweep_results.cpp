#include "tools/sweep_results.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "actors/config/build_identity.hpp"
#include "net/base/output_file.hpp"
#include "net/base/whole_file.hpp"

namespace seedwalk::tools {

namespace {

using nlohmann::json;

constexpr std::size_t log_bytes_max = std::size_t{4} << 30;

/// What stands in the first line.
std::string header_of(const std::string& world) {
  return json{{"sweep_of", world}, {"build", actors::build_identity()}}.dump() + "\n";
}

std::string text_of(const json& of) {
  return of.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

sweep_failure read_failure(const json& of) {
  return {of.at("oracle").get<std::string>(), of.at("place").get<std::string>(),
          of.at("text").get<std::string>(), of.at("step").get<std::uint64_t>()};
}

} // namespace

seed_result result_of(const sim::crawl_verdict& verdict) {
  seed_result result;
  result.seed = verdict.seed;
  result.virtual_time = verdict.virtual_time;
  for (const auto& promise : verdict.broken)
    result.failures.push_back({promise.oracle, promise.place, promise.text, promise.step});
  result.probes = verdict.probes.by_name();
  return result;
}

std::string file_name_of_promise(const std::string& oracle, const std::string& place) {
  std::string name;
  for (const char c : oracle + "_" + place) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain)
      name += c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  constexpr std::size_t longest = 80;
  name.resize(std::min(name.size(), longest));
  return name;
}

std::string to_line(const seed_result& result) {
  json line = {{"seed", result.seed}, {"virtual_ns", result.virtual_time.count()}};
  for (const auto& one : result.failures)
    line["broken"].push_back(
        {{"oracle", one.oracle}, {"place", one.place}, {"text", one.text}, {"step", one.step}});
  if (!result.probes.empty())
    line["probes"] = result.probes;
  return text_of(line);
}

std::optional<seed_result> parse_seed_result(std::string_view line) {
  try {
    const auto read = json::parse(line);
    seed_result result;
    result.seed = read.at("seed").get<std::uint64_t>();
    result.virtual_time = std::chrono::nanoseconds{read.at("virtual_ns").get<std::int64_t>()};
    if (read.contains("broken"))
      for (const auto& one : read.at("broken"))
        result.failures.push_back(read_failure(one));
    if (read.contains("probes"))
      result.probes = read.at("probes").get<std::map<std::string, std::uint64_t>>();
    return result;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

tl::expected<std::unique_ptr<sweep_log>, std::string> sweep_log::open(const std::string& path,
                                                                      const std::string& world) {
  const auto descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return tl::unexpected(fmt::format("--resume {}: {}", path, std::strerror(errno)));
  std::unique_ptr<sweep_log> made{new sweep_log(descriptor)};
  // Two sweeps that write into one file would each take the other's seeds for undone.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return tl::unexpected(fmt::format("--resume {}: another sweep has it open", path));
  if (auto read = made->read(path, world); !read)
    return tl::unexpected(read.error());
  return made;
}

sweep_log::~sweep_log() {
  ::close(descriptor_);
}

tl::expected<void, std::string> sweep_log::read(const std::string& path, const std::string& world) {
  const auto refuse = [&](std::string_view reason) {
    return tl::unexpected(fmt::format("--resume {}: {}", path, reason));
  };
  const auto text = net::read_whole_file(path, {log_bytes_max});
  if (!text)
    return refuse(text.error().message);
  const auto header = header_of(world);
  const auto whole = text->rfind('\n');
  if (whole == std::string::npos) { // New, or killed before its first line was whole.
    if (!header.starts_with(*text))
      return refuse("is no file of a sweep");
    return ::ftruncate(descriptor_, 0) == 0 && write(header) ? tl::expected<void, std::string>{}
                                                             : refuse(std::strerror(errno));
  }
  if (!text->starts_with(header))
    return refuse("is no file of a sweep, or of another world or build: it begins otherwise than "
                  "with " +
                  header.substr(0, header.size() - 1));
  std::string_view rest{*text};
  rest = rest.substr(header.size(), whole + 1 - header.size());
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    auto result = parse_seed_result(rest.substr(0, end));
    if (!result)
      return refuse(fmt::format("has a line that is no result: {}", rest.substr(0, end)));
    known_.push_back(std::move(*result));
    rest.remove_prefix(end + 1);
  }
  if (::ftruncate(descriptor_, static_cast<off_t>(whole + 1)) != 0)
    return refuse(std::strerror(errno));
  return {};
}

bool sweep_log::add(const seed_result& result) {
  return write(to_line(result));
}

bool sweep_log::write(std::string_view text) const {
  return !net::write_all(descriptor_, net::as_bytes(text));
}

void sweep_report::add(const seed_result& result) {
  ++runs_;
  virtual_time_ += result.virtual_time;
  for (const auto& [name, count] : result.probes)
    probes_[name] += count;
  if (result.failures.empty())
    return;
  ++broken_runs_;
  std::vector<std::pair<std::string, std::string>> seen; // A run may break one promise twice.
  for (const auto& one : result.failures) {
    if (std::ranges::find(seen, one.key()) != seen.end())
      continue;
    seen.push_back(one.key());
    auto& known = distinct_[one.key()];
    if (known.seeds++ == 0 || result.seed < known.seed)
      known.first = one, known.seed = result.seed;
  }
}

} // namespace seedwalk::tools
