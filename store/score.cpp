#include "store/score.hpp"

#include <algorithm>

namespace seedwalk::store {

namespace {

/// exp(-2^k / 2^16) in units of 2^-32, for k = 0, 1, ...; from k = 21 on it is below one unit.
constexpr std::array<std::uint32_t, 21> powers = {
    4294901760u, 4294836225u, 4294705159u, 4294443039u, 4293918847u, 4292870655u, 4290775039u,
    4286586874u, 4278222805u, 4261543595u, 4228379999u, 4162825044u, 4034748382u, 3790295335u,
    3344923893u, 2605029347u, 1580030168u, 581260615u,  78665070u,   1440801u,    483u};

constexpr std::chrono::seconds max_age = std::chrono::hours{24 * 30};

struct threshold {
  std::uint32_t percent;
  std::uint32_t count;
};
constexpr std::array<threshold, 5> thresholds = {{{85, 2}, {70, 4}, {55, 8}, {45, 16}, {35, 32}}};

} // namespace

std::uint64_t decay(std::chrono::seconds age, std::chrono::seconds window) {
  const auto seconds =
      static_cast<std::uint64_t>(std::clamp(age, std::chrono::seconds{0}, max_age).count());
  const auto exponent = (seconds << 16) / static_cast<std::uint64_t>(window.count());
  std::uint64_t result = 1ull << 32;
  if (exponent >> powers.size() != 0)
    return 0;
  for (std::size_t k = 0; k != powers.size(); ++k)
    if ((exponent >> k & 1) != 0)
      result = result * powers[k] >> 32;
  return result;
}

void update(score& s, bool success, std::chrono::seconds age) {
  constexpr std::uint64_t one = 1ull << 32;
  for (std::size_t i = 0; i != s.averages.size(); ++i) {
    auto& a = s.averages[i];
    const auto kept = decay(age, score::windows[i]);
    const auto gained = static_cast<std::uint32_t>((one - kept) * average::one >> 32);
    const auto shrink = [kept](std::uint32_t x) {
      return static_cast<std::uint32_t>(x * kept >> 32);
    };
    a.reliability = shrink(a.reliability) + (success ? gained : 0);
    a.weight = shrink(a.weight) + gained;
    const auto count = static_cast<std::uint64_t>(shrink(a.count)) + average::one_count;
    a.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, UINT32_MAX));
  }
}

bool reliable(const score& s) {
  for (std::size_t i = 0; i != s.averages.size(); ++i) {
    const auto& a = s.averages[i];
    const auto& t = thresholds[i];
    const bool often = a.count > t.count * average::one_count;
    if (often && static_cast<std::uint64_t>(a.reliability) * 100 >
                     static_cast<std::uint64_t>(average::one) * t.percent)
      return true;
  }
  return false;
}

} // namespace seedwalk::store
