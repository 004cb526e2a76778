#include "net/bitcoin/decoder.hpp"

#include <algorithm>
#include <utility>

namespace seedwalk::net {

namespace {

constexpr bool is_printable(std::uint8_t byte) {
  return byte >= 0x20 && byte < 0x7f;
}

/// The command's printable beginning.
std::string_view command_in(const std::array<std::uint8_t, header_bytes>& header) {
  const auto first = header.begin() + command_offset;
  const auto end = std::find_if_not(first, first + command_bytes, is_printable);
  return as_text({first, end});
}

/// The position in the command of the first byte that may not be there; `command_bytes` if all may.
/// `printable` is how long its printable beginning is.
std::size_t malformed_at(const std::array<std::uint8_t, header_bytes>& header,
                         std::size_t printable) {
  auto i = printable;
  while (i != command_bytes && header[command_offset + i] == 0)
    ++i;
  return i;
}

/// `unknown` also for a malformed one.
message_kind kind_in(const std::array<std::uint8_t, header_bytes>& header,
                     std::string_view command) {
  return malformed_at(header, command.size()) == command_bytes ? kind_of(command)
                                                               : message_kind::unknown;
}

} // namespace

std::uint32_t decoder::payload_length() const {
  std::uint32_t length = 0;
  for (std::size_t i = 0; i != sizeof length; ++i)
    length |= std::uint32_t{header_[length_offset + i]} << (8 * i);
  return length;
}

bool decoder::is_consistent() const {
  if (header_received_ > header_bytes || offset_ < header_received_ ||
      offset_ - header_received_ < payload_received_)
    return false;
  if (header_received_ < header_bytes)
    return payload_received_ == 0 && payload_.empty();
  return payload_length() <= max_payload_bytes && payload_received_ < payload_length() &&
         payload_.size() == (keeps_payload_ ? payload_received_ : 0);
}

net::frame decoder::whole_frame() const {
  net::frame result;
  result.offset = message_offset();
  result.command = command_in(header_);
  result.kind = kind_in(header_, result.command);
  result.payload_bytes = payload_length();
  std::copy_n(header_.begin() + checksum_offset, result.checksum.size(), result.checksum.begin());
  return result;
}

std::optional<message_progress> decoder::in_progress() const {
  if (header_received_ == 0)
    return std::nullopt;
  message_progress result;
  result.offset = message_offset();
  result.received_bytes = std::uint64_t{header_received_} + payload_received_;
  if (header_received_ == header_bytes) {
    result.expected_bytes = header_bytes + std::uint64_t{payload_length()};
    result.kind = kind_in(header_, command_in(header_));
  }
  return result;
}

decoder_event decoder::next(byte_view& in) {
  if (lost_) {
    offset_ += in.size();
    in = {};
    return need_more{};
  }
  if (header_received_ < header_bytes) {
    if (const auto broken = take_header(in)) {
      refused_message refusal;
      refusal.frame = header_received_ == header_bytes ? whole_frame() : net::frame{};
      refusal.frame.offset = message_offset();
      refusal.error = broken->error;
      refusal.consequence = wire_consequence::lost_framing;
      refusal.offset = broken->offset;
      lost_ = true;
      header_received_ = 0;
      return refusal;
    }
    if (header_received_ < header_bytes)
      return need_more{};
  }
  return take_payload(in);
}

std::optional<decoder::broken_rule> decoder::take_header(byte_view& in) {
  const std::size_t before = header_received_;
  const auto taken = std::min(header_bytes - before, in.size());
  const auto checked = std::min(before + taken, options_.magic.size());
  for (auto i = before; i < checked; ++i) {
    if (in[i - before] == options_.magic[i])
      continue;
    // Only the bytes up to the wrong one are used up, so that no split can be told from another.
    broken_rule broken{wire_error::wrong_magic, message_offset() + i};
    header_received_ = static_cast<std::uint8_t>(i + 1);
    offset_ += i + 1 - before;
    in = in.subspan(i + 1 - before);
    return broken;
  }
  std::copy_n(in.begin(), taken, header_.begin() + static_cast<std::ptrdiff_t>(before));
  in = in.subspan(taken);
  header_received_ = static_cast<std::uint8_t>(before + taken);
  offset_ += taken;
  if (header_received_ < header_bytes)
    return std::nullopt;
  if (payload_length() > max_payload_bytes)
    return broken_rule{wire_error::oversize_payload, message_offset() + length_offset};
  const auto command = command_in(header_);
  keeps_payload_ = malformed_at(header_, command.size()) == command_bytes &&
                   options_.wanted.test(static_cast<std::size_t>(kind_of(command)));
  return std::nullopt;
}

decoder_event decoder::take_payload(byte_view& in) {
  const auto length = payload_length();
  const auto piece = in.first(std::min<std::size_t>(in.size(), length - payload_received_));
  in = in.subspan(piece.size());
  const bool in_one_piece = piece.size() == length;
  if (!in_one_piece && !keeps_payload_)
    keep_lead(piece);
  payload_received_ += static_cast<std::uint32_t>(piece.size());
  offset_ += piece.size();
  if (in_one_piece)
    return finish(piece, hashes() ? sha256d(piece) : hash256{});
  if (hashes())
    hash_.update(piece);
  if (keeps_payload_)
    hold(piece);
  if (payload_received_ < length)
    return need_more{};
  const auto payload = std::exchange(payload_, {});
  const auto hash = sha256d(std::exchange(hash_, {}));
  return finish(payload, hash);
}

void decoder::hold(byte_view piece) {
  const auto needed = payload_.size() + piece.size();
  if (needed > payload_.capacity())
    payload_.reserve(std::min<std::size_t>(
        payload_length(), std::max({needed, 2 * payload_.capacity(), first_held_bytes})));
  payload_.insert(payload_.end(), piece.begin(), piece.end());
}

void decoder::keep_lead(byte_view piece) {
  for (std::size_t i = payload_received_; i < lead_.size() && !piece.empty(); ++i) {
    lead_[i] = piece[0];
    piece = piece.subspan(1);
  }
}

decoder_event decoder::finish(byte_view payload, const hash256& hash) {
  auto event = judge(payload, hash);
  header_received_ = 0;
  payload_received_ = 0;
  keeps_payload_ = false;
  lead_ = {};
  return event;
}

decoder_event decoder::judge(byte_view payload, const hash256& hash) const {
  auto head = whole_frame();
  const auto refuse = [&](wire_error e, std::uint64_t position) {
    const auto consequence = consequence_of(e, head.kind);
    const auto offset = head.offset + position;
    return refused_message{std::move(head), e, consequence, offset};
  };
  if (const auto bad = malformed_at(header_, head.command.size()); bad != command_bytes)
    return refuse(wire_error::malformed_command, command_offset + bad);
  if (hashes() && !std::equal(head.checksum.begin(), head.checksum.end(), hash.begin()))
    return refuse(wire_error::bad_checksum, checksum_offset);
  if (!keeps_payload_) {
    const auto lead = payload.empty() ? byte_view{lead_} : payload;
    const auto looked_at = std::min({lead.size(), lead_bytes, std::size_t{head.payload_bytes}});
    if (const auto broken = judge_lead(head.kind, lead.first(looked_at), head.payload_bytes))
      return refuse(broken->error, header_bytes + broken->offset);
    return skipped_message{std::move(head)};
  }
  auto result = decode_payload(head.command, payload, version_);
  if (!result)
    return refuse(result.error().error, header_bytes + result.error().offset);
  return decoded_message{std::move(head), std::move(result->value),
                         static_cast<std::uint32_t>(result->trailing_bytes)};
}

} // namespace seedwalk::net
