#include "store/migration.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/core.h>

#include "net/base/archive.hpp"
#include "store/keys.hpp"
#include "store/schema_2.hpp"

namespace seedwalk::store {

namespace {

/// The header with another schema number, which comes first in it in every version.
tl::expected<std::string, error> renumbered(key_values& disk, std::uint32_t schema) {
  const auto header = disk.get(meta_key("header"));
  if (!header)
    return tl::unexpected(header.error());
  std::uint32_t before = 0;
  const auto old = header->value_or(std::string{}); // The reader looks at it.
  net::byte_reader reader{net::as_bytes(old)};
  if (!reader(before))
    return tl::unexpected(disk.damaged_value("the header"));
  const auto rest = old.substr(old.size() - reader.left());
  return std::string{net::as_text(net::to_archive(schema))} + rest;
}

/// One step on its way through the keys.
class stepper {
public:
  stepper(key_values& disk, const migration_step& step, const migration_plan& plan,
          migration_mark mark, migration_report& report)
      : disk_(disk), step_(step), plan_(plan), mark_(std::move(mark)), report_(report) {}

  /// To its end; the last batch takes the mark away.
  tl::expected<void, error> run() {
    for (const auto& prefix : step_.prefixes) {
      for (;;) {
        const auto whole = part_of(prefix);
        if (!whole)
          return tl::unexpected(whole.error());
        if (*whole)
          break;
        write_mark();
        if (auto written = flush(); !written)
          return written;
      }
    }
    out_.Delete(meta_key("migration"));
    return flush();
  }

private:
  /// Converts until the batch is full; true if that was the last of these keys. Reads from where
  /// it stands each time: a look that lasts would keep on the disk all that is replaced.
  tl::expected<bool, error> part_of(const std::string& prefix) {
    bool whole = true;
    bool damaged = false;
    auto scanned = disk_.scan(prefix, std::max(prefix, mark_.after + '\0'),
                              [&](std::string_view key, std::string_view value) {
                                if (is_full())
                                  return whole = false;
                                damaged = !step_.convert(key, value, out_);
                                if (damaged)
                                  return false;
                                mark_.after = key;
                                ++looks_;
                                ++report_.looked_at;
                                return true;
                              });
    if (!scanned)
      return tl::unexpected(scanned.error());
    if (damaged)
      return tl::unexpected(disk_.damaged_value(
          fmt::format("a value that schema {} would have changed", step_.from + 1)));
    return whole;
  }

  bool is_full() const {
    return out_.ApproximateSize() >= plan_.batch_bytes || looks_ >= plan_.batch_looks;
  }

  void write_mark() {
    const auto bytes = net::to_archive(mark_);
    out_.Put(meta_key("migration"), as_slice(bytes));
  }

  tl::expected<void, error> flush() {
    ++report_.batches;
    looks_ = 0;
    auto written = disk_.write(out_);
    out_.Clear();
    return written;
  }

  key_values& disk_;
  const migration_step& step_;
  const migration_plan& plan_;
  migration_mark mark_;
  migration_report& report_;
  leveldb::WriteBatch out_;
  std::size_t looks_ = 0;
};

tl::expected<std::uint32_t, error> schema_of(key_values& disk) {
  const auto header = disk.get(meta_key("header"));
  if (!header)
    return tl::unexpected(header.error());
  std::uint32_t schema = 0;
  if (!*header || !net::byte_reader{net::as_bytes(**header)}(schema))
    return tl::unexpected(disk.damaged_value("the header"));
  return schema;
}

/// From here on the version that wrote the database refuses it.
tl::expected<void, error> begin_step(key_values& disk, const migration_mark& mark) {
  return renumbered(disk, mark.from + 1).and_then([&](const std::string& header) {
    leveldb::WriteBatch out;
    out.Put(meta_key("header"), header);
    const auto bytes = net::to_archive(mark);
    out.Put(meta_key("migration"), as_slice(bytes));
    return disk.write(out);
  });
}

} // namespace

std::span<const migration_step> migrations() {
  static const std::vector<migration_step> steps{schema_2()};
  return steps;
}

tl::expected<std::optional<migration_mark>, error> read_migration_mark(key_values& disk) {
  const auto value = disk.get(meta_key("migration"));
  if (!value)
    return tl::unexpected(value.error());
  std::optional<migration_mark> mark;
  if (*value && !net::from_archive(net::as_bytes(**value), mark.emplace()))
    return tl::unexpected(disk.damaged_value("how far its migration came"));
  return mark;
}

tl::expected<migration_report, error> migrate(key_values& disk, const migration_plan& plan) {
  const auto& steps = plan.steps;
  assert(!steps.empty());
  auto mark = read_migration_mark(disk);
  if (!mark)
    return tl::unexpected(mark.error());
  const auto found = schema_of(disk);
  if (!found)
    return tl::unexpected(found.error());
  const auto first = *mark ? (*mark)->from : *found;
  if (first < steps.front().from)
    return tl::unexpected(error{
        error_code::older_schema,
        fmt::format("{}: written by a version of this program that is too old (schema {}, this one "
                    "goes back to {}); bring it up to date with a version in between",
                    disk.path(), first, steps.front().from)});
  if (*mark && *found != first + 1)
    return tl::unexpected(disk.damaged_value("how far its migration came"));
  migration_report report{first, steps.back().from + 1};
  for (const auto& step : steps) {
    if (step.from < first)
      continue;
    const bool goes_on = *mark && step.from == first;
    const auto at = goes_on ? **mark : migration_mark{step.from, {}};
    auto done = goes_on ? tl::expected<void, error>{} : begin_step(disk, at);
    done = done.and_then([&] { return stepper(disk, step, plan, at, report).run(); });
    if (!done)
      return tl::unexpected(done.error());
  }
  return report;
}

} // namespace seedwalk::store
