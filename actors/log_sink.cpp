#include "actors/log_sink.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>

namespace seedwalk::actors {

namespace {

/// Wall time at the resolution of steps: whole seconds from the clock, the rest from the steady one
/// would lie about precision, so only seconds are shown.
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

queued_log_sink::queued_log_sink(const log_options& options, line_writer writer)
    : options_(options), writer_(std::move(writer)), thread_([this] { run(); }) {}

queued_log_sink::~queued_log_sink() {
  {
    const std::lock_guard lock{mutex_};
    ending_ = true;
  }
  filled_.notify_one();
  thread_.join();
}

void queued_log_sink::write(const log_line& line) {
  {
    const std::lock_guard lock{mutex_};
    if (queue_.size() >= options_.queue_lines) {
      ++dropped_;
      ++lost_;
      return;
    }
    queue_.push_back(line);
  }
  filled_.notify_one();
}

std::uint64_t queued_log_sink::lost() const {
  const std::lock_guard lock{mutex_};
  return lost_;
}

void queued_log_sink::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    filled_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty())
      return;
    const auto line = std::move(queue_.front());
    queue_.pop_front();
    const auto missing = std::exchange(dropped_, 0);
    lock.unlock();
    bool reported = true;
    if (missing > 0) {
      log_line note{log_level::warning, line.at, "logger", "lines before this one are missing", {}};
      note.details.emplace_back("missing", fmt::to_string(missing));
      reported = writer_(format_line(note, options_.format));
    }
    const bool written = reported && writer_(format_line(line, options_.format));
    lock.lock();
    if (!reported)
      dropped_ += missing;
    if (!written) {
      ++dropped_;
      ++lost_;
    }
  }
}

queued_log_sink::line_writer make_line_writer(const log_options& options) {
  if (options.file.empty())
    return [](const std::string& text) {
      const auto whole = text + '\n';
      return std::fwrite(whole.data(), 1, whole.size(), stderr) == whole.size();
    };
  std::shared_ptr<spdlog::sinks::rotating_file_sink_st> file;
  try {
    file = std::make_shared<spdlog::sinks::rotating_file_sink_st>(
        options.file, options.rotate_bytes, options.rotate_files);
  } catch (const spdlog::spdlog_ex& e) {
    throw std::runtime_error(
        fmt::format("cannot open the log file {}: {}", options.file, e.what()));
  }
  file->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  return [file](const std::string& text) {
    try {
      file->log(spdlog::details::log_msg{"", spdlog::level::info, text});
      file->flush();
      return true;
    } catch (const std::exception&) {
      return false;
    }
  };
}

} // namespace seedwalk::actors
