#include "sim/record/recording_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <zstd.h>

namespace seedwalk::sim {

namespace {

recording_error system_error(const std::string& path) {
  return {recording_fault::unreadable,
          fmt::format("{}: cannot be read: {}", path, std::generic_category().message(errno))};
}

} // namespace

void recording_reader::decompressor::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

recording_reader::recording_reader(net::open_file file, std::string path)
    : file_(std::move(file)), zstd_(ZSTD_createDCtx()), path_(std::move(path)) {}

tl::expected<recording_reader, recording_error> recording_reader::open(const std::string& path) {
  auto file = net::open_input_file(path);
  if (!file)
    return tl::unexpected(recording_error{recording_fault::unreadable,
                                          fmt::format("{}: {}", path, file.error().message)});
  recording_reader result{std::move(*file), path};
  if (auto begun = result.read_beginning(); !begun)
    return tl::unexpected(std::move(begun.error()));
  return result;
}

tl::expected<void, recording_error> recording_reader::read_beginning() {
  const auto refuse = [&](recording_fault fault, std::string_view text) {
    return tl::unexpected(recording_error{fault, fmt::format("{}: {}", path_, text)});
  };
  net::bytes preamble(preamble_bytes);
  const auto size = std::fread(preamble.data(), 1, preamble.size(), file_.get());
  if (std::ferror(file_.get()) != 0)
    return tl::unexpected(system_error(path_));
  if (!std::equal(recording_magic.begin(),
                  recording_magic.begin() + std::min(size, recording_magic.size()),
                  preamble.begin()) ||
      size == 0)
    return refuse(recording_fault::not_a_recording, "this is not a recording");
  if (size < preamble.size())
    return refuse(recording_fault::damaged, "the recording ends before it begins");
  std::uint32_t version = 0;
  for (std::size_t i = 0; i != sizeof version; ++i)
    version |= static_cast<std::uint32_t>(preamble[recording_magic.size() + i]) << (8 * i);
  if (preamble != recording_preamble(version))
    return refuse(recording_fault::damaged, "the recording is damaged at its very beginning");
  if (version != recording_version)
    return refuse(recording_fault::newer_format,
                  fmt::format("recorded in format {}, this program reads format {}", version,
                              recording_version));
  frame_head head;
  if (!read_frame(head)) {
    if (auto failed = std::get_if<recording_error>(&at_end_))
      return tl::unexpected(*failed);
    return refuse(recording_fault::damaged, "the recording ends within its header");
  }
  if (head.kind != frame_kind::header || !net::from_archive(contents_, header_))
    return refuse(recording_fault::damaged, "the recording's header is damaged");
  contents_.clear();
  return {};
}

bool recording_reader::stop(recorded reason) {
  over_ = true;
  at_end_ = std::move(reason);
  return false;
}

bool recording_reader::damaged(std::string text) {
  return stop(recording_error{recording_fault::damaged,
                              fmt::format("{}: frame {}: {}", path_, frame_, text)});
}

bool recording_reader::read_frame(frame_head& head) {
  ++frame_;
  std::array<std::uint8_t, frame_head::size> encoded{};
  if (std::fread(encoded.data(), 1, encoded.size(), file_.get()) != encoded.size())
    return stop(std::ferror(file_.get()) != 0 ? recorded{system_error(path_)} : recording_cut{});
  const auto decoded = frame_head::decode(encoded);
  if (!decoded)
    return damaged("its head is damaged");
  head = *decoded;
  if (head.number != frame_)
    return damaged(fmt::format("frame {} stands in its place", head.number));
  if (head.steps_before != steps_)
    return damaged(fmt::format("it goes on after step {}, the one before ended with step {}",
                               head.steps_before, steps_));
  // In pieces: a length is believed as far as there are bytes.
  constexpr std::size_t piece = 1u << 20;
  stored_.clear();
  while (stored_.size() < head.stored_bytes) {
    const auto before = stored_.size();
    const auto count = std::min<std::size_t>(piece, head.stored_bytes - before);
    stored_.resize(before + count);
    if (std::fread(stored_.data() + before, 1, count, file_.get()) != count)
      return stop(std::ferror(file_.get()) != 0 ? recorded{system_error(path_)} : recording_cut{});
  }
  if (recording_check(stored_) != head.stored_check)
    return damaged("its contents are damaged");
  contents_.resize(head.contents_bytes);
  const auto size = ZSTD_decompressDCtx(zstd_.get(), contents_.data(), contents_.size(),
                                        stored_.data(), stored_.size());
  if (ZSTD_isError(size) != 0 || size != contents_.size())
    return damaged("its contents do not decompress");
  return true;
}

bool recording_reader::next_entries() {
  frame_head head;
  if (!read_frame(head))
    return false;
  if (head.kind == frame_kind::end)
    return read_end(head);
  if (head.kind != frame_kind::entries)
    return damaged("a second header");
  entries_ = net::byte_reader{contents_};
  net::instant begins;
  if (!entries_(begins) || begins != now_)
    return damaged("it does not begin where the one before ended");
  return true;
}

bool recording_reader::read_end(const frame_head& head) {
  recording_end end;
  if (!net::from_archive(contents_, end) || end.steps != head.steps_before)
    return damaged("the end is damaged");
  if (std::fgetc(file_.get()) != EOF)
    return damaged("something follows the end");
  return stop(std::move(end));
}

recorded recording_reader::next() {
  while (!over_ && entries_.left() == 0)
    next_entries();
  if (over_)
    return at_end_;
  if (digests_left_ > 0)
    return next_step();
  entry_kind kind{};
  if (entries_(kind) && kind == entry_kind::passed_over) {
    // Always right before the step that it is about.
    if (!entries_(passed_over_) || !entries_(kind) || kind != entry_kind::steps) {
      damaged("no step follows where one should");
      return at_end_;
    }
  }
  switch (kind) {
  case entry_kind::steps:
    if (entries_(digests_left_) && digests_left_ > 0 && digests_left_ <= entries_.left() / 2)
      return next_step();
    damaged("more steps than there are");
    return at_end_;
  case entry_kind::advance:
    return next_advance();
  case entry_kind::completion:
    return next_completion();
  case entry_kind::timer:
    if (recorded_timer result; entries_(result.timer))
      return result;
    break;
  case entry_kind::reseed:
    if (recorded_reseed result; entries_(result.seed))
      return result;
    break;
  case entry_kind::passed_over:
    break;
  }
  damaged("an entry of no known kind");
  return at_end_;
}

recorded recording_reader::next_step() {
  --digests_left_;
  ++steps_;
  std::array<std::uint8_t, 2> raw{};
  entries_.get_raw(raw.data(), raw.size());
  return recorded_step{static_cast<std::uint16_t>(raw[0] | raw[1] << 8),
                       std::exchange(passed_over_, 0)};
}

recorded recording_reader::next_advance() {
  std::int64_t steady = 0;
  std::int64_t wall = 0;
  if (!entries_(steady, wall) || steady < 0 ||
      __builtin_add_overflow(now_.steady.count(), steady, &steady) ||
      __builtin_add_overflow(now_.wall.count(), wall, &wall)) {
    damaged("time goes back");
    return at_end_;
  }
  now_ = {net::steady_time{steady}, std::chrono::seconds{wall}};
  return recorded_advance{now_};
}

recorded recording_reader::next_completion() {
  recorded_completion result;
  std::uint64_t size = 0;
  if (!entries_(result.to, result.door, size) || size > entries_.left()) {
    damaged("a completion is cut short");
    return at_end_;
  }
  const auto rest = net::byte_view{contents_}.last(entries_.left());
  result.bytes = rest.first(size);
  entries_ = net::byte_reader{rest.subspan(size)};
  return result;
}

} // namespace seedwalk::sim
