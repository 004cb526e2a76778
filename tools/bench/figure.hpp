#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace seedwalk::bench {

/// In which direction a figure is better.
enum class better : std::uint8_t { more, less };

/// What a figure should reach, and of what: the figure itself, or its share of the baseline.
struct goal {
  double value = 0;
  bool of_share = false;
};

/// One thing measured, beside its baseline of the same run where it has one.
struct figure {
  std::string name;
  double value = 0;
  std::string unit;
  better direction = better::more;
  std::optional<double> baseline{};
  std::string against{}; ///< What the baseline is.
  std::optional<goal> target{};

  /// How good it is beside the baseline: 1 is as good, 0.5 half as good, no matter which direction
  /// is better.
  std::optional<double> share() const;
  /// Whether it reaches its goal; nothing where it has none.
  std::optional<bool> reached() const;
};

using figures = tl::expected<std::vector<figure>, std::string>;

/// What a benchmark is told. The figures of record are those of each benchmark's own size.
struct bench_options {
  std::uint64_t size = 0;   ///< Nodes or peers; never 0 when a benchmark gets it.
  std::uint32_t rounds = 3; ///< Measurement and baseline take turns so often; the median counts.
  std::string folder;       ///< An empty folder, on the disk that is to be measured.
};

/// The middle one; of an even number, the smaller of the two in the middle. Precondition: not
/// empty.
double median(std::vector<double> values);

/// A table, a line a figure.
void print(std::ostream& out, std::span<const figure> all);

/// One JSON document: {"benchmark": name, "figures": [...]}.
std::string to_json(const std::string& benchmark, std::span<const figure> all);

} // namespace seedwalk::bench
