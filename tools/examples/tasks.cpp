// A bounded task queue with a pool of workers: batch jobs, or files in parallel. Promise: each job
// is done and its result told, no matter who hangs up meanwhile, and no more than a bounded number
// waits.

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "net/base/random.hpp"
#include "tools/examples/client.hpp"
#include "tools/examples/example.hpp"
#include "tools/examples/input_text.hpp"
#include "tools/examples/pool.hpp"
#include "tools/examples/server.hpp"

namespace seedwalk::examples {

namespace {

/// The work: counts lines and bytes and makes a digest; waits as a batch job waits for its disk.
job_outcome look_at(std::string_view text) {
  const auto newlines = std::count(text.begin(), text.end(), '\n');
  return {fmt::format("{} lines, {} bytes, digest {:016x}", newlines, text.size(),
                      net::keyed_hash(0, "file", net::as_bytes(text))),
          std::chrono::milliseconds{1 + text.size() / 10'000}};
}

/// A job whose text has not come whole.
struct job_head {
  input_text input;
  std::optional<std::uint64_t> id;
  std::uint64_t size = 0;
  SEEDWALK_INSPECT(job_head, input, id, size)
};

/// "job ID SIZE" and so many bytes are answered, in any order, with "done ID RESULT" or "busy ID".
class task_connection final : public connection<job_head> {
public:
  static constexpr std::string_view kind = "task connection";
  using connection::connection;

private:
  std::uint32_t on_bytes(const net::buffer& data) override {
    if (!own().input.append(data.view()))
      abort();
    while (next()) {
    }
    return static_cast<std::uint32_t>(data.size());
  }
  bool next() {
    if (!own().id) {
      const auto line = own().input.line();
      if (!line)
        return false;
      std::string_view rest = *line;
      const auto verb = take_word(rest);
      own().id = take_number(rest);
      own().size = take_number(rest).value_or(input_text::bytes_max);
      if (verb != "job" || !own().id || own().size >= input_text::bytes_max) {
        abort();
        return false;
      }
    }
    auto text = own().input.take(own().size);
    if (!text)
      return false;
    env_.send(state_.service, job{host_.self(), *std::exchange(own().id, {}), std::move(*text)});
    return true;
  }
  void on_closed() override { env_.send(state_.service, asker_gone{host_.self()}); }
  caf::message_handler more_handlers() override {
    return {[this](const job_done& x) { write(fmt::format("done {} {}\n", x.id, x.result)); },
            [this](const job_refused& x) { write(fmt::format("busy {}\n", x.id)); }};
  }
};

struct batch {
  input_text input;
  std::map<std::uint64_t, std::string> results; ///< By job.
  std::uint64_t next = 0;                       ///< The first that was not asked for yet.
  SEEDWALK_INSPECT(batch, input, results, next)
};

/// Has three jobs under way at a time; one that is refused is asked for again.
class batch_client final : public client<batch> {
public:
  static constexpr std::string_view kind = "batch client";
  static constexpr std::uint32_t disturbing = 0;
  static constexpr std::uint64_t under_way_max = 3;
  static std::uint32_t members(const settings& config) { return config.clients; }
  using client::client;

private:
  std::string text_of(std::uint64_t id) const {
    if (!env_.config.texts.empty())
      return env_.config.texts[id];
    return std::string(id * 7'919 % 30'000, static_cast<char>('a' + state_.number % 26)) + '\n';
  }
  std::uint64_t jobs() const {
    return env_.config.texts.empty() ? env_.config.count : env_.config.texts.size();
  }

  void on_open() override {
    own().input = {};
    own().next = 0; // what has no result yet is asked for again
    if (jobs() == 0)
      return done(0);
    for (std::uint64_t i = 0; i != under_way_max; ++i)
      ask_next();
  }
  void on_bytes(const net::buffer& bytes) override {
    own().input.append(bytes.view());
    while (const auto line = own().input.line())
      on_line(*line);
  }
  void on_line(std::string_view line) {
    const auto verb = take_word(line);
    const auto id = take_number(line).value_or(jobs());
    if (verb == "busy")
      return ask(id); // it has waited a round trip already
    if (line != look_at(text_of(id)).result)
      throw std::runtime_error(fmt::format("job {} came to \"{}\"", id, line));
    own().results[id] = line;
    if (own().results.size() == jobs())
      return conclude();
    ask_next();
  }
  void ask_next() {
    while (own().next != jobs() && own().results.contains(own().next))
      ++own().next;
    if (own().next != jobs())
      ask(own().next++);
  }
  void ask(std::uint64_t id) {
    const auto text = text_of(id);
    write(fmt::format("job {} {}\n{}", id, text.size(), text));
  }
  /// All results, joined in the order of the jobs.
  void conclude() {
    std::string joined;
    for (const auto& [id, text] : own().results)
      joined += fmt::format("job {}: {}\n", id, text);
    done(net::keyed_hash(0, "results", net::as_bytes(joined)), joined);
  }
};

} // namespace

example tasks_example() {
  return {.name = "tasks",
          .purpose = "a bounded queue of jobs and a pool of workers; files in parallel",
          .bug = "a worker whose asker hung up is not given another job",
          .server = sim::program_with<settings>([](stage& on) {
            const auto service = on.spawn<pool<look_at>>("pool");
            return on.spawn<acceptor<task_connection>>("acceptor", {service, 1'000, {}});
          }),
          .clients = sim::program_with<settings>(
              [](stage& on) { return on.spawn<crew<batch_client>>("crew"); }),
          .members = batch_client::members,
          .usual = {.server = {}, .limit = 2},
          .server_may_crash = true};
}

} // namespace seedwalk::examples
