#include "actors/logging/log_sink.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "actors/logging/log_file.hpp"
#include "net/base/output_file.hpp"
#include "store/folder_contents.hpp"

namespace seedwalk::actors {

namespace {

/// Whole seconds, as the wall clock of a step has them: a fraction from the steady clock would
/// pretend to a precision that is not there.
std::string time_text(const log_line& line) {
  const std::time_t seconds = line.at.wall.count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

bool is_plain(const std::string& text) {
  for (const unsigned char c : text)
    if (c <= 0x20 || c == '"' || c == '=' || c == '\\' || c >= 0x7f)
      return false;
  return !text.empty();
}

std::string quoted(const std::string& text) {
  if (is_plain(text))
    return text;
  std::string out = "\"";
  for (const unsigned char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', static_cast<char>(c)};
    else if (c == '\n')
      out += "\\n";
    else if (c < 0x20 || c >= 0x7f)
      out += fmt::format("\\x{:02x}", c);
    else
      out += static_cast<char>(c);
  }
  return out + '"';
}

std::string as_logfmt(const log_line& line) {
  auto out = fmt::format("time={} level={} actor={} msg={}", time_text(line), name_of(line.level),
                         quoted(line.actor), quoted(line.text));
  for (const auto& [key, value] : line.details)
    out += fmt::format(" {}={}", key, quoted(value));
  return out;
}

std::string as_json(const log_line& line) {
  nlohmann::ordered_json out{{"time", time_text(line)},
                             {"level", std::string{name_of(line.level)}},
                             {"actor", line.actor},
                             {"msg", line.text}};
  for (const auto& [key, value] : line.details)
    out[key] = value;
  // Whatever bytes a peer put into its user agent: what is not UTF-8 is replaced, and what is not
  // ASCII is escaped, so that a terminal shows the line as it is.
  return out.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

} // namespace

std::string format_line(const log_line& line, log_format format) {
  return format == log_format::json ? as_json(line) : as_logfmt(line);
}

/// Shared with the thread, which outlives the sink if the output never comes back.
struct queued_log_sink::core {
  core(const log_options& o, line_output w) : options(o), output(std::move(w)) {}

  void run();
  void put_out(std::unique_lock<std::mutex>& lock, const log_line& line);
  void open_anew(std::unique_lock<std::mutex>& lock);
  void lose(std::string cause) {
    ++dropped;
    ++lost;
    reason = std::move(cause);
  }

  const log_options options;
  const line_output output;
  mutable std::mutex mutex;
  std::condition_variable filled;
  std::condition_variable moved;
  // All that follows is guarded by the mutex.
  std::deque<log_line> queue;
  std::uint64_t dropped = 0; ///< Since the last report.
  std::uint64_t lost = 0;    ///< Ever.
  std::uint64_t done = 0;    ///< Lines that were written or refused.
  std::string reason;        ///< Of the last loss.
  bool reopening = false;
  bool ending = false;
  bool over = false;
};

void queued_log_sink::core::run() {
  std::unique_lock lock{mutex};
  for (;;) {
    filled.wait(lock, [this] { return ending || reopening || !queue.empty(); });
    if (std::exchange(reopening, false) && output.reopen)
      open_anew(lock);
    if (!queue.empty()) {
      const auto line = std::move(queue.front());
      queue.pop_front();
      put_out(lock, line);
    } else if (ending) {
      break;
    }
    ++done;
    moved.notify_all();
  }
  over = true;
  moved.notify_all();
}

/// Without the lock while it writes.
void queued_log_sink::core::put_out(std::unique_lock<std::mutex>& lock, const log_line& line) {
  const auto missing = std::exchange(dropped, 0);
  const auto problem = reason;
  lock.unlock();
  std::error_code failed;
  if (missing > 0) {
    const log_line note{log_level::warning,
                        line.at,
                        "logger",
                        "lines before this one are missing",
                        {{"missing", fmt::to_string(missing)}, {"why", problem}}};
    failed = output.write(format_line(note, options.format));
  }
  const bool reported = !failed;
  if (reported)
    failed = output.write(format_line(line, options.format));
  lock.lock();
  if (!reported)
    dropped += missing;
  if (failed)
    lose(failed.message());
}

void queued_log_sink::core::open_anew(std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  const auto failed = output.reopen();
  lock.lock();
  if (failed)
    reason = failed.message();
}

queued_log_sink::queued_log_sink(const log_options& options, line_output output)
    : core_(std::make_shared<core>(options, std::move(output))),
      thread_([shared = core_] { shared->run(); }) {}

queued_log_sink::~queued_log_sink() {
  finish();
}

void queued_log_sink::write(const log_line& line) {
  {
    const std::lock_guard lock{core_->mutex};
    if (core_->queue.size() >= core_->options.queue_lines)
      return core_->lose("the queue of lines was full");
    core_->queue.push_back(line);
  }
  core_->filled.notify_one();
}

void queued_log_sink::reopen() {
  {
    const std::lock_guard lock{core_->mutex};
    core_->reopening = true;
  }
  core_->filled.notify_one();
}

bool queued_log_sink::finish(std::chrono::milliseconds patience) {
  if (!thread_.joinable())
    return true;
  auto& c = *core_;
  std::unique_lock lock{c.mutex};
  c.ending = true;
  c.filled.notify_one();
  while (!c.over) {
    const auto seen = c.done;
    if (!c.moved.wait_for(lock, patience, [&] { return c.over || c.done != seen; }))
      break;
  }
  const bool whole = c.over;
  if (!whole) {
    // The one that is being written, and those behind it.
    c.lost += c.queue.size() + 1;
    c.queue.clear();
    c.reason = "nobody took them";
  }
  lock.unlock();
  if (whole)
    thread_.join();
  else
    thread_.detach();
  return whole;
}

std::uint64_t queued_log_sink::lost() const {
  const std::lock_guard lock{core_->mutex};
  return core_->lost;
}

std::string queued_log_sink::why_lost() const {
  const std::lock_guard lock{core_->mutex};
  return core_->lost > 0 ? core_->reason : std::string{};
}

line_output make_line_output(const log_options& options, line_output otherwise) {
  if (options.file.empty())
    return otherwise;
  if (store::is_part_of_database(options.file))
    throw std::runtime_error(
        fmt::format("the log file {}: is a part of the database in its folder; name another file",
                    options.file));
  const auto file =
      std::make_shared<log_file>(options.file, options.rotate_bytes, options.rotate_files);
  if (const auto failed = file->open())
    throw std::runtime_error(fmt::format("the log file {}: {}", options.file,
                                         net::why_not_written(options.file, failed)));
  return {[file](const std::string& text) { return file->write_line(text); },
          [file] { return file->open(); }};
}

} // namespace seedwalk::actors
