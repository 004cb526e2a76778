#include "store/unfinished_write.hpp"

#include <algorithm>
#include <memory>
#include <string_view>

#include <boost/crc.hpp>

#include "store/log_format.hpp"

namespace seedwalk::store {

namespace {

/// As LevelDB keeps checksums in files (crc32c.h): rotated, and a number added.
std::uint32_t masked(std::uint32_t crc) {
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

std::uint32_t checksum_of(std::string_view type_and_data) {
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  crc.process_bytes(type_and_data.data(), type_and_data.size());
  return masked(crc.checksum());
}

/// A fragment of a record that stands at `at` of a block, whole and with the right checksum.
std::optional<log_header> fragment_at(std::string_view block, std::size_t at) {
  const auto header = read_log_header(block, at);
  if (!header || header->type == 0 || header->type > last_record_type ||
      at + log_header_bytes + header->length > block.size())
    return std::nullopt;
  // The checksum is that of the type and the data.
  if (checksum_of(block.substr(at + log_header_bytes - 1, header->length + 1)) != header->checksum)
    return std::nullopt;
  return header;
}

/// Goes through a log from fragment to fragment until one is no record's.
class log_walk {
public:
  explicit log_walk(std::string_view log) : log_(log) {}

  /// Where the first record begins that is not whole, and what is no fragment of it; nothing: all
  /// is as LevelDB wrote it, but for an end that may be missing.
  struct damage {
    std::uint64_t record = 0;
    std::uint64_t at = 0;
  };
  std::optional<damage> find_damage() const {
    std::uint64_t record = 0;
    bool is_inside = false;
    for (std::uint64_t begin = 0; begin < log_.size(); begin += log_block_bytes) {
      const auto block = log_.substr(begin, log_block_bytes);
      std::size_t at = 0;
      while (at + log_header_bytes <= block.size()) {
        const auto one = fragment_at(block, at);
        if (!one && is_cut(block, at))
          return std::nullopt;
        const bool begins = one && (one->type == full_record || one->type == first_fragment);
        if (!one || begins == is_inside)
          return damage{is_inside ? record : begin + at, begin + at};
        if (begins)
          record = begin + at;
        is_inside = one->type == first_fragment || one->type == middle_fragment;
        at += log_header_bytes + one->length;
      }
    }
    return std::nullopt;
  }

  /// Whether a record begins anywhere behind `from`. Where fragments cannot be followed, at every
  /// byte.
  bool has_beginning_behind(std::uint64_t from) const {
    for (auto begin = from - from % log_block_bytes; begin < log_.size();
         begin += log_block_bytes) {
      const auto block = log_.substr(begin, log_block_bytes);
      for (auto at = static_cast<std::size_t>(from > begin ? from - begin + 1 : 0);
           at + log_header_bytes <= block.size(); ++at) {
        const auto one = fragment_at(block, at);
        if (one && (one->type == full_record || one->type == first_fragment))
          return true;
        if (one)
          at += log_header_bytes + one->length - 1;
      }
    }
    return false;
  }

private:
  /// Whether the log ends in this fragment: LevelDB takes that for a write that was not finished.
  bool is_cut(std::string_view block, std::size_t at) const {
    const auto header = read_log_header(block, at);
    return block.data() + block.size() == log_.data() + log_.size() && header &&
           at + log_header_bytes + header->length > block.size();
  }

  std::string_view log_;
};

constexpr std::uint64_t page_bytes = 4096;
/// Shorter runs of zeros at the end of a file may be data.
constexpr std::uint64_t hole_bytes_min = 16;

/// A write may end in zeros of its own: so many are more than that.
constexpr std::size_t zeros_told_min = 2 * page_bytes;

bool is_zeros(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

/// Whether a page from `begin` on holds nothing but zeros; of the first page what is behind `begin`
/// counts.
bool has_hole(std::string_view log, std::uint64_t begin) {
  for (auto at = begin; at < log.size();) {
    const auto end = std::min<std::uint64_t>((at / page_bytes + 1) * page_bytes, log.size());
    if (is_zeros(log.substr(at, end - at)) && (at == begin || end - at >= hole_bytes_min))
      return true;
    at = end;
  }
  return false;
}

/// Reads another file up to some byte.
class shortened_file final : public leveldb::SequentialFile {
public:
  shortened_file(std::unique_ptr<leveldb::SequentialFile> inner, std::uint64_t bytes)
      : inner_(std::move(inner)), left_(bytes) {}

  leveldb::Status Read(std::size_t n, leveldb::Slice* result, char* scratch) override {
    const auto status =
        inner_->Read(static_cast<std::size_t>(std::min<std::uint64_t>(n, left_)), result, scratch);
    left_ -= std::min<std::uint64_t>(left_, result->size());
    return status;
  }

  leveldb::Status Skip(std::uint64_t n) override {
    const auto skipped = std::min(n, left_);
    left_ -= skipped;
    return inner_->Skip(skipped);
  }

private:
  std::unique_ptr<leveldb::SequentialFile> inner_;
  std::uint64_t left_;
};

} // namespace

std::optional<unfinished_write> find_unfinished_write(leveldb::Env& env, const std::string& file) {
  std::string data;
  if (!leveldb::ReadFileToString(&env, file, &data).ok())
    return std::nullopt;
  const std::string_view log{data};
  const log_walk walk{log};
  const auto damage = walk.find_damage();
  if (!damage || !has_hole(log, damage->record) || walk.has_beginning_behind(damage->at))
    return std::nullopt;
  const auto behind = log.substr(damage->at);
  return unfinished_write{damage->record, is_zeros(behind) && behind.size() >= zeros_told_min};
}

leveldb::Status shortened_env::NewSequentialFile(const std::string& file,
                                                 leveldb::SequentialFile** result) {
  auto status = target()->NewSequentialFile(file, result);
  const auto end = ends_.find(file);
  if (status.ok() && end != ends_.end())
    *result = new shortened_file(std::unique_ptr<leveldb::SequentialFile>{*result}, end->second);
  return status;
}

} // namespace seedwalk::store
