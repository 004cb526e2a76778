#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "actors/crawl/crawl_messages.hpp"
#include "net/base/instant.hpp"

namespace seedwalk::tools {

/// "45s", "12m 05s", "3h 12m", "2d 04h".
std::string duration_text(std::chrono::seconds t);

/// How many columns a UTF-8 text takes whose characters are one column wide each.
std::size_t columns_of(const std::string& text);

/// Makes a line for a person of how far a crawl is: a bar, nodes a second, the time that is left.
///
/// The end is known where all that is due is visited once, and where the crawl has a limit on its
/// time; whichever comes first counts. What is due is estimated: it is all that the database knows
/// until the last of it has been fetched, so the bar of a crawl that skips most of its database
/// jumps at its end. The rate is that of the last ten seconds.
///
/// A value: no clock, no terminal.
class crawl_meter {
public:
  struct goal {
    bool once = false;
    std::chrono::nanoseconds limit{0}; ///< 0: none.
  };

  crawl_meter(goal aim, net::steady_time begun) : goal_(aim), begun_(begun) {}

  /// What the crawl says, about once a second.
  void note(net::steady_time now, const actors::crawl_progress& p);

  /// At most `columns` wide: what matters most, as much of it as there is room for.
  std::string line(std::size_t columns, bool unicode) const;

  /// For a log: all of it, in ASCII.
  std::string plain() const;

  /// From 0 to 1000; nothing where no end is known.
  std::optional<std::uint32_t> permille() const;
  double nodes_per_second() const;
  std::optional<std::chrono::seconds> left() const;

private:
  std::uint64_t due() const;
  std::uint64_t all() const { return last_.counters.tried + due(); }
  std::string visited_text() const;
  std::string networks_text() const;

  goal goal_;
  net::steady_time begun_;
  net::steady_time now_{0};
  actors::crawl_progress last_;
  std::deque<std::pair<net::steady_time, std::uint64_t>> window_; ///< Moments, visits by then.
};

} // namespace seedwalk::tools
