#include "sim/record/recording_writer.hpp"

#include <utility>

#include "net/base/archive.hpp"

namespace seedwalk::sim {

tl::expected<std::unique_ptr<recording_writer>, std::string>
recording_writer::create(const std::string& path, const recording_header& header,
                         options settings) {
  auto file = recording_file::create(path);
  if (!file)
    return tl::unexpected(std::move(file.error()));
  (*file)->put(frame_kind::header, 0, net::to_archive(header), settings.compression_level);
  (*file)->flush();
  if (auto failed = (*file)->failure(); !failed.empty())
    return tl::unexpected(std::move(failed));
  return std::unique_ptr<recording_writer>{
      new recording_writer(std::move(*file), std::move(settings))};
}

recording_writer::recording_writer(std::unique_ptr<recording_file> file, options settings)
    : file_(std::move(file)), options_(std::move(settings)) {
  begin_frame();
}

void recording_writer::on_advance(std::uint64_t, net::instant now) {
  if (!failure_.empty())
    return;
  if (options_.of != nullptr) // Its own clock may be wrong.
    now.wall = options_.of->now().wall;
  auto to = entry(entry_kind::advance);
  to((now.steady - now_.steady).count(), (now.wall - now_.wall).count());
  now_ = now;
  if (now.steady - opened_ >= options_.frame_age)
    close_frame();
  else
    close_full_frame();
}

void recording_writer::on_completion(std::uint64_t, process& in, net::owner to, std::uint8_t door,
                                     net::byte_view bytes) {
  if (!hears(in))
    return;
  auto out = entry(entry_kind::completion);
  out(to, door, bytes.size());
  out.put_raw(bytes.data(), bytes.size());
  close_full_frame();
}

void recording_writer::on_timer(std::uint64_t, process& in, net::timer_id timer) {
  if (!hears(in))
    return;
  entry(entry_kind::timer)(timer);
  close_full_frame();
}

void recording_writer::on_reseed(std::uint64_t, std::uint64_t seed) {
  if (!failure_.empty())
    return;
  entry(entry_kind::reseed)(seed);
  close_full_frame();
}

void recording_writer::on_step(const step_view& step) {
  if (!hears(step.in))
    return;
  if (step.passed_over != 0)
    entry(entry_kind::passed_over)(step.passed_over);
  ++steps_;
  digests_.push_back(step.so_far.digest16());
  close_full_frame();
}

void recording_writer::finish(std::uint64_t steps, std::uint64_t hash, std::string_view reason) {
  if (!failure_.empty())
    return;
  close_frame();
  file_->put(frame_kind::end, steps,
             net::to_archive(recording_end{steps, hash, std::string{reason}}),
             options_.compression_level);
  file_->flush();
  failure_ = file_->failure();
  if (!failure_.empty() && options_.on_failure)
    options_.on_failure(failure_);
}

net::byte_writer recording_writer::entry(entry_kind kind) {
  put_digests();
  net::byte_writer out{frame_};
  out(kind);
  return out;
}

void recording_writer::put_digests() {
  if (digests_.empty())
    return;
  net::byte_writer out{frame_};
  out(entry_kind::steps, digests_.size());
  for (const auto digest : digests_) {
    frame_.push_back(static_cast<std::uint8_t>(digest));
    frame_.push_back(static_cast<std::uint8_t>(digest >> 8));
  }
  digests_.clear();
}

void recording_writer::begin_frame() {
  // Times are differences: each frame begins with what its first one is relative to.
  net::byte_writer out{frame_};
  out(now_);
  opened_ = now_.steady;
  steps_before_ = steps_;
}

/// For the frame that is open, which took from `opened_` to now to fill.
int recording_writer::level() const {
  const auto age = static_cast<std::uint64_t>((now_.steady - opened_).count());
  const auto most = options_.hurried_bytes_per_second / 1'000 * (age / 1'000'000 + 1);
  return frame_.size() > most ? options_.hurried_level : options_.compression_level;
}

void recording_writer::close_frame() {
  put_digests();
  frame_ = file_->put(frame_kind::entries, steps_before_, std::move(frame_), level());
  begin_frame();
  failure_ = file_->failure();
  if (!failure_.empty() && options_.on_failure)
    options_.on_failure(failure_);
}

} // namespace seedwalk::sim
