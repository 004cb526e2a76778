#include "tools/terminal_writer.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>

#include "tools/standard_streams.hpp"

namespace seedwalk::tools {

namespace {

/// Written at once, so that a reader that is slow is seen to read.
constexpr std::size_t shown_at_once_bytes = 4096;

constexpr std::string_view clear_line = "\r\x1b[K";

constexpr std::size_t usual_columns = 80;
constexpr std::size_t columns_max = 1'000;

std::uint64_t count_lines(std::string_view text) {
  const auto ends = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
  return ends + (!text.empty() && text.back() != '\n' ? 1 : 0);
}

std::string missing_note(std::uint64_t lines) {
  return fmt::format("({} lines are missing here: nobody read them)\n", lines);
}

} // namespace

/// Shared with the thread, which outlives the writer if it waits for a reader that never reads.
struct terminal_writer::core {
  explicit core(options o) : settings(o) {}

  bool has_work() const {
    return !waiting.empty() || progress_changed || ((ending || progress.empty()) && drawn);
  }
  std::string take();
  void write_out(std::unique_lock<std::mutex>& lock, const std::string& text);
  void run();
  template <class Condition>
  bool await(std::unique_lock<std::mutex>& lock, const Condition& holds);
  bool await_room(std::unique_lock<std::mutex>& lock, std::size_t size);

  const options settings;
  std::mutex mutex;
  std::condition_variable changed; ///< For the thread.
  std::condition_variable moved;   ///< For those who wait for it.
  // All that follows is guarded by the mutex.
  std::deque<std::string> waiting;
  std::size_t waiting_bytes = 0;
  std::string progress;
  bool progress_changed = false;
  bool drawn = false;          ///< The last line of the terminal is progress.
  std::uint64_t written = 0;   ///< Parts so far.
  std::uint64_t lost = 0;      ///< Lines since that was last said.
  std::uint64_t under_way = 0; ///< Lines that the thread has taken and not written.
  bool stuck = false;          ///< Nobody read for `silence`.
  bool ending = false;
  bool over = false;
};

/// The beginning of a text that takes so many columns at most, each character of UTF-8 one.
std::string_view within(std::string_view text, std::size_t columns) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  std::size_t at = 0;
  for (; at != text.size(); ++at)
    if (begins(text[at]) && columns-- == 0)
      break;
  return text.substr(0, at);
}

/// What is to be written next.
std::string terminal_writer::core::take() {
  std::string text;
  if (std::exchange(drawn, false))
    text += clear_line;
  if (lost > 0)
    text += missing_note(std::exchange(lost, 0));
  for (; !waiting.empty(); waiting.pop_front())
    text += waiting.front();
  waiting_bytes = 0;
  const bool shown = !progress.empty() && (settings.in_place ? !ending : progress_changed);
  progress_changed = false;
  // The terminal may have become narrower since: a line that goes on below cannot be taken back.
  if (shown && settings.in_place)
    text += within(progress, terminal_columns(settings.descriptor) - 1);
  else if (shown)
    text += progress + '\n';
  drawn = shown && settings.in_place;
  return text;
}

void terminal_writer::core::write_out(std::unique_lock<std::mutex>& lock, const std::string& text) {
  for (std::string_view rest = text; !rest.empty();) {
    const auto part = rest.substr(0, shown_at_once_bytes);
    under_way = static_cast<std::uint64_t>(std::ranges::count(rest, '\n'));
    lock.unlock();
    const auto failed = write_whole(settings.descriptor, part);
    lock.lock();
    if (failed) {
      lost += count_lines(rest);
      break;
    }
    ++written;
    stuck = false;
    moved.notify_all();
    rest.remove_prefix(part.size());
  }
  under_way = 0;
  moved.notify_all();
}

void terminal_writer::core::run() {
  std::unique_lock lock{mutex};
  for (;;) {
    changed.wait(lock, [this] { return ending || has_work(); });
    if (!has_work())
      break;
    write_out(lock, take());
  }
  over = true;
  moved.notify_all();
}

/// Waits as long as the reader reads, though not longer than `finish_max`. False: in vain.
template <class Condition>
bool terminal_writer::core::await(std::unique_lock<std::mutex>& lock, const Condition& holds) {
  const auto last_moment = std::chrono::steady_clock::now() + settings.finish_max;
  while (!holds()) {
    const auto seen = written;
    const auto moves = [&] { return holds() || written != seen; };
    if (stuck || !moved.wait_for(lock, settings.silence, moves)) {
      stuck = true;
      return false;
    }
    if (std::chrono::steady_clock::now() > last_moment)
      return holds();
  }
  return true;
}

/// False: the reader does not read.
bool terminal_writer::core::await_room(std::unique_lock<std::mutex>& lock, std::size_t size) {
  const auto room = [&] { return waiting.empty() || waiting_bytes + size <= settings.queue_bytes; };
  while (!room()) {
    const auto seen = written;
    const auto moves = [&] { return room() || written != seen; };
    if (stuck || !moved.wait_for(lock, settings.silence, moves)) {
      stuck = true;
      return false;
    }
  }
  return true;
}

terminal_writer::terminal_writer(options chosen) : core_(std::make_shared<core>(chosen)) {}

terminal_writer::~terminal_writer() {
  finish();
}

/// Starts the thread unless it runs. False: the machine has none for us.
bool terminal_writer::has_thread() {
  if (thread_.joinable())
    return true;
  try {
    thread_ = std::thread{[shared = core_] { shared->run(); }};
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

bool terminal_writer::put(const std::string& lines, bool counted) {
  auto& c = *core_;
  std::unique_lock lock{c.mutex};
  if (!has_thread())
    return !write_whole(c.settings.descriptor, lines, c.settings.silence);
  if (!c.await_room(lock, lines.size())) {
    c.lost += counted ? count_lines(lines) : 0;
    return false;
  }
  c.waiting_bytes += lines.size();
  c.waiting.push_back(lines);
  c.changed.notify_one();
  return true;
}

void terminal_writer::show(const std::string& progress) {
  auto& c = *core_;
  const std::lock_guard lock{c.mutex};
  if (!has_thread())
    return;
  c.progress = progress;
  c.progress_changed = true;
  c.changed.notify_one();
}

void terminal_writer::hide() {
  auto& c = *core_;
  const std::lock_guard lock{c.mutex};
  c.progress.clear();
  c.progress_changed = false;
  c.changed.notify_one();
}

std::uint64_t terminal_writer::drain() {
  auto& c = *core_;
  std::unique_lock lock{c.mutex};
  const auto idle = [&] { return c.waiting.empty() && c.under_way == 0; };
  c.await(lock, idle);
  auto lines = c.under_way;
  for (const auto& text : c.waiting)
    lines += count_lines(text);
  return lines;
}

bool terminal_writer::finish() {
  auto& c = *core_;
  std::unique_lock lock{c.mutex};
  if (!thread_.joinable())
    return true;
  c.ending = true;
  c.changed.notify_one();
  const bool all = c.await(lock, [&] { return c.over; });
  lock.unlock();
  if (all)
    thread_.join();
  else
    thread_.detach();
  return all;
}

int line_buffer::overflow(int character) {
  if (!traits_type::eq_int_type(character, traits_type::eof())) {
    text_ += traits_type::to_char_type(character);
    if (text_.back() == '\n')
      put_lines();
  }
  return traits_type::not_eof(character);
}

std::streamsize line_buffer::xsputn(const char* text, std::streamsize size) {
  text_.append(text, static_cast<std::size_t>(size));
  if (!text_.empty() && text_.back() == '\n')
    put_lines();
  return size;
}

int line_buffer::sync() {
  put_lines();
  return 0;
}

void line_buffer::put_lines() {
  if (!text_.empty())
    to_.put(std::exchange(text_, {}));
}

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return usual_columns;
  return std::min<std::size_t>(size.ws_col, columns_max);
}

} // namespace seedwalk::tools
