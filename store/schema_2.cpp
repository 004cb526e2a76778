#include "store/schema_2.hpp"

#include <array>
#include <map>
#include <utility>

#include "net/base/archive.hpp"

namespace seedwalk::store {

namespace {

/// Goes over the parts of a value without looking at most of them. Every function returns false
/// from the first damage on.
class skipper {
public:
  explicit skipper(std::string_view in) : in_(net::as_bytes(in)) {}

  bool numbers(int n) {
    std::uint64_t ignored = 0;
    while (n != 0 && in_.get_varint(ignored))
      --n;
    return n == 0;
  }
  bool byte(std::uint8_t& x) { return in_.get_raw(&x, 1); }
  bool bytes(std::size_t n) {
    std::array<char, 64> ignored{};
    return n <= ignored.size() && in_.get_raw(ignored.data(), n);
  }
  /// A number behind a byte that says whether it is there.
  bool maybe_number() {
    std::uint8_t has_value = 0;
    return byte(has_value) && has_value <= 1 && (has_value == 0 || numbers(1));
  }
  std::size_t left() const { return in_.left(); }

private:
  net::byte_reader in_;
};

// Flags of a peer's record in schema 1.
constexpr std::uint8_t had_source = 1;
constexpr std::uint8_t had_visits = 2;
constexpr std::uint8_t had_verdict = 4;
constexpr std::uint8_t all_flags = 15;

constexpr std::uint8_t torv3 = 4; // As a key has it behind its kind.
constexpr char by_tcp = 0;
constexpr char by_socks = 1;

std::size_t address_size(std::uint8_t network) {
  constexpr std::array<std::size_t, 8> sizes = {0, 4, 16, 10, 32, 32, 16, 16};
  return network < sizes.size() ? sizes[network] : 0;
}

bool skip_endpoint(skipper& in) {
  std::uint8_t network = 0;
  return in.byte(network) && in.bytes(address_size(network) + 2);
}

bool skip_visits(skipper& in) {
  for (int times = 0; times != 5; ++times)
    if (!in.maybe_number())
      return false;
  // Tries, successes, failures; maybe full; sources; five averages of three numbers.
  return in.numbers(3) && in.bytes(1) && in.bytes(4) && in.numbers(15);
}

/// Puts the transport behind the verdict, which is in the middle of the value.
bool convert_peer(std::string_view key, std::string_view value, leveldb::WriteBatch& out) {
  skipper in{value};
  std::uint8_t flags = 0;
  if (key.size() < 2 || !in.byte(flags) || flags > all_flags)
    return false;
  if ((flags & had_verdict) == 0)
    return true;
  // Times and services, sources, class, due; a verdict's time, outcome, stage, blame.
  if (!in.numbers(5) || !in.bytes(4) || !in.bytes(1) || !in.numbers(1) ||
      ((flags & had_source) != 0 && !skip_endpoint(in)) ||
      ((flags & had_visits) != 0 && !skip_visits(in)) || !in.numbers(1) || !in.bytes(3))
    return false;
  std::string changed{value};
  const bool onion = static_cast<std::uint8_t>(key[1]) == torv3;
  changed.insert(value.size() - in.left(), 1, onion ? by_socks : by_tcp);
  out.Put(as_slice(key), changed);
  return true;
}

struct outage {
  std::uint8_t network = 0;
  std::int64_t since = 0;
  std::int64_t until = 0;

  SEEDWALK_INSPECT(outage, network, since, until)
};

/// A census as both schemas have it, in parts that stand together in each of them.
struct census_parts {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::uint8_t state = 0;
  std::uint32_t vantage = 0;
  std::string build;
  std::uint64_t configuration = 0;
  std::vector<std::string> seeds;
  std::uint32_t restarts = 0;
  // Counted: tried, good, failed, by outcome.
  std::array<std::uint64_t, 3> counted{};
  std::vector<std::uint64_t> outcomes;
  std::vector<outage> outages;
};

bool convert_census(std::string_view key, std::string_view value, leveldb::WriteBatch& out) {
  census_parts c;
  net::byte_reader in{net::as_bytes(value)};
  if (!in(c.start, c.end, c.state, c.vantage, c.build, c.configuration, c.seeds, c.restarts,
          c.counted, c.outcomes, c.outages) ||
      in.left() != 0)
    return false;
  const std::array<std::uint8_t, 8> networks{};
  const std::uint64_t addresses = 0;
  const std::vector<std::uint64_t> collections;
  const std::array<std::uint64_t, 16> by_network{}; // Tried, then good.
  const std::array<std::uint64_t, 2> peaks{};
  const std::map<std::uint8_t, std::uint64_t> local_failures;
  net::bytes changed;
  net::byte_writer{changed}(c.start, c.end, c.state, c.vantage, c.build, c.configuration, c.seeds,
                            c.restarts, c.outages, networks, c.counted, c.outcomes, addresses,
                            collections, by_network, peaks, local_failures);
  out.Put(as_slice(key), as_slice(changed));
  return true;
}

bool convert(std::string_view key, std::string_view value, leveldb::WriteBatch& out) {
  return key.front() == 'c' ? convert_census(key, value, out) : convert_peer(key, value, out);
}

} // namespace

migration_step schema_2() {
  return {1, {"c", "p"}, convert};
}

} // namespace seedwalk::store
