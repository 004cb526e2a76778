#pragma once

#include <chrono>
#include <cstdint>

namespace seedwalk::sim {

/// How long something takes: a distribution, as a value.
///
/// A sample is a function of 64 uniform bits that the caller draws from a keyed stream. All
/// arithmetic is on integers and tables, so that a sample is the same on every machine; the tables
/// are fine enough for a simulator and not for statistics. Times are nanoseconds.
class latency {
public:
  using duration = std::chrono::nanoseconds;

  /// Takes no time at all.
  constexpr latency() = default;

  /// Always `d`.
  static constexpr latency constant(duration d) { return {shape::constant, d, {}, 0}; }

  /// Anything from `least` to `most`, equally likely.
  static constexpr latency uniform(duration least, duration most) {
    return {shape::uniform, least, most - least, 0};
  }

  /// `least`, and on top of it an exponential time of mean `mean`: many short, few long, and a tail
  /// without an end (cut at about 40 means).
  static constexpr latency exponential(duration least, duration mean) {
    return {shape::exponential, least, mean, 0};
  }

  /// Half of all below `median`; the logarithm is normal with a deviation of `sigma_percent`
  /// hundredths (100: one in six takes longer than 2.7 medians). Cut at 2.6 deviations.
  static constexpr latency log_normal(duration median, std::uint32_t sigma_percent) {
    return {shape::log_normal, {}, median, sigma_percent};
  }

  /// The sample that belongs to `draw`, never negative.
  duration at(std::uint64_t draw) const;

  enum class shape : std::uint8_t { constant, uniform, exponential, log_normal };

  /// What it was made of, to be written down.
  shape form() const { return shape_; }
  duration base() const { return base_; }   ///< The constant, or the least.
  duration scale() const { return scale_; } ///< Width, mean or median.
  std::uint32_t sigma_percent() const { return sigma_percent_; }

  friend bool operator==(const latency&, const latency&) = default;

private:
  constexpr latency(shape s, duration base, duration scale, std::uint32_t sigma)
      : shape_(s), sigma_percent_(sigma), base_(base), scale_(scale) {}

  shape shape_ = shape::constant;
  std::uint32_t sigma_percent_ = 0;
  duration base_{0};
  duration scale_{0}; ///< Width, mean or median.
};

} // namespace seedwalk::sim
