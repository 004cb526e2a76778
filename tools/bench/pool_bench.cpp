#include "tools/bench/pool_bench.hpp"

#include <fstream>
#include <map>

#include <fmt/format.h>
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/asio/socket_address.hpp"
#include "net/bitcoin/encode.hpp"
#include "sim/nodes/topology.hpp"
#include "tools/bench/crawl_trial.hpp"
#include "tools/bench/live_pool.hpp"
#include "tools/bench/zoo_process.hpp"

namespace seedwalk::bench {

namespace {

constexpr std::uint32_t addresses_a_node = 8;
constexpr std::size_t map_entries = 100'000;

/// Bytes of this process that are in memory, freed ones given back first.
double resident_bytes() {
  malloc_trim(0);
  std::ifstream in("/proc/self/statm");
  double total = 0;
  double pages = 0;
  in >> total >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Connections without anything around them.
class bare_connections {
public:
  explicit bare_connections(const std::vector<net::endpoint>& peers) {
    for (const auto& peer : peers) {
      const auto socket_address = net::socket_address_of(peer);
      const auto s = socket(socket_address->family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (s < 0)
        continue;
      if (connect(s, socket_address->get(), socket_address->size) == 0)
        sockets_.push_back(s);
      else
        close(s);
    }
  }
  ~bare_connections() {
    for (const auto s : sockets_)
      close(s);
  }
  bare_connections(const bare_connections&) = delete;
  bare_connections& operator=(const bare_connections&) = delete;

  std::size_t size() const { return sockets_.size(); }
  void send_all(const net::bytes& message) {
    for (const auto s : sockets_)
      if (send(s, message.data(), message.size(), MSG_NOSIGNAL) < 0)
        return;
  }

private:
  std::vector<int> sockets_;
};

/// Rounds of `work` until they have taken long enough to be measured; seconds of CPU for one.
template <class Work>
double cpu_s_of(Work&& work) {
  constexpr double enough_s = 0.2;
  const stopwatch time;
  std::uint64_t rounds = 0;
  double spent = 0;
  do {
    work();
    ++rounds;
    spent = time.elapsed().cpu_s;
  } while (spent < enough_s);
  return spent / static_cast<double>(rounds);
}

tl::expected<void, std::string> measure_visits(const bench_options& options, const zoo_process& zoo,
                                               std::vector<figure>& out) {
  constexpr double share_goal = 0.5;
  std::vector<double> wall;
  std::vector<double> cpu;
  std::vector<double> bare_wall;
  std::vector<double> bare_cpu;
  const auto rate = [&](double seconds) { return static_cast<double>(options.size) / seconds; };
  for (std::uint32_t round = 0; round != options.rounds; ++round) {
    const auto bare = try_epoll_crawl(zoo.first(), options.size);
    if (!bare)
      return tl::unexpected(bare.error());
    const auto crawled = try_crawl(zoo.first(), options.size, options.folder + "/db");
    if (!crawled)
      return tl::unexpected(crawled.error());
    wall.push_back(rate(crawled->took.wall_s));
    cpu.push_back(rate(crawled->took.cpu_s));
    bare_wall.push_back(rate(bare->took.wall_s));
    bare_cpu.push_back(rate(bare->took.cpu_s));
  }
  const std::string against = "a bare epoll loop, no database";
  out.push_back({"connect, handshake, disconnect", median(wall), "visits/s", better::more,
                 median(bare_wall), against});
  out.push_back({"the same by CPU time", median(cpu), "visits/s of CPU", better::more,
                 median(bare_cpu), against, goal{share_goal, true}});
  return {};
}

tl::expected<void, std::string> measure_held(const bench_options& options,
                                             const std::vector<net::endpoint>& peers,
                                             std::vector<figure>& out) {
  constexpr double memory_goal = 6'000;
  const net::message shared = net::msg::sendheaders{}; // Nobody answers it.
  const auto n = static_cast<double>(peers.size());
  const auto before = resident_bytes();
  auto pool = live_pool::start(peers, options.folder + "/held");
  if (!pool)
    return tl::unexpected(pool.error());
  const auto idle = resident_bytes();
  if (!(*pool)->run_until_connected(peers.size()))
    return tl::unexpected(std::string{"the pool did not come to hold all nodes"});
  // What they told of others is on its way to the disk: that is the memory of work, not theirs.
  if (!(*pool)->run_until_quiet())
    return tl::unexpected(std::string{"the pool did not come to rest"});
  const auto held = resident_bytes();
  bare_connections bare(peers);
  const auto encoded = net::encode(net::find_chain("regtest")->magic, shared);
  std::vector<double> ours_us;
  std::vector<double> bare_us;
  for (std::uint32_t round = 0; round != options.rounds; ++round) {
    const stopwatch sending;
    bare.send_all(encoded);
    bare_us.push_back(sending.elapsed().cpu_s / static_cast<double>(bare.size()) * 1e6);
    const stopwatch time;
    const auto done = (*pool)->broadcast(shared);
    ours_us.push_back(time.elapsed().cpu_s / n * 1e6);
    if (done.sent != peers.size())
      return tl::unexpected(fmt::format("a broadcast reached {} of {}", done.sent, peers.size()));
  }
  out.push_back({fmt::format("broadcast to {}", peers.size()), median(ours_us), "us of CPU a peer",
                 better::less, median(bare_us), "send() on as many sockets"});
  out.push_back(
      {"memory a connection", (held - idle) / n, "bytes", better::less, {}, {}, goal{memory_goal}});
  out.push_back({"memory of the pool's process parts", (idle - before) / 1e6, "MB", better::less});
  return {};
}

void measure_map(std::vector<figure>& out) {
  actors::peer_pool pool;
  std::map<net::endpoint, net::steady_time> plain;
  std::vector<net::endpoint> keys;
  for (std::uint32_t n = 0; n != map_entries; ++n) {
    // A mixing of the number: an order unlike the map's.
    keys.push_back(net::ipv4_endpoint(n * 2'654'435'761u, 8'333));
    actors::pool_entry entry;
    entry.phase = actors::pool_phase::connecting;
    entry.last_seen = net::steady_time{1};
    pool.enter(keys.back(), std::move(entry));
    plain.emplace(keys.back(), net::steady_time{1});
  }
  const auto reap = cpu_s_of([&] {
    if (!pool.silent_since(net::steady_time{0}).empty())
      std::abort();
  });
  const auto walk = cpu_s_of([&] {
    for (const auto& [key, seen] : plain)
      if (seen <= net::steady_time{0})
        std::abort();
  });
  const auto n = static_cast<double>(map_entries);
  std::int64_t now = 1;
  const auto mark = cpu_s_of([&] {
    ++now;
    for (const auto& key : keys)
      pool.find(key)->last_seen = net::steady_time{now};
  });
  const auto mark_plain = cpu_s_of([&] {
    ++now;
    for (const auto& key : keys)
      plain.find(key)->second = net::steady_time{now};
  });
  out.push_back({"reaper, 100,000 entries", reap * 1e6, "us of CPU", better::less, walk * 1e6,
                 "walking a std::map of as many"});
  out.push_back({"marking a peer as seen", mark / n * 1e9, "ns", better::less, mark_plain / n * 1e9,
                 "one look-up in a std::map"});
}

} // namespace

figures run_pool_bench(const bench_options& options) {
  const auto zoo = zoo_process::start(options.size, addresses_a_node);
  if (!zoo)
    return tl::unexpected(zoo.error());
  sim::topology_options same;
  same.nodes = static_cast<std::uint32_t>(options.size);
  same.addresses_a_node = addresses_a_node;
  same.first.port = (*zoo)->first().port;
  std::vector<net::endpoint> peers;
  const sim::topology nodes{same};
  for (const auto& node : nodes.nodes())
    peers.push_back(node.at);
  std::vector<figure> result;
  if (auto done = measure_held(options, peers, result).and_then([&] {
        return measure_visits(options, **zoo, result);
      });
      !done)
    return tl::unexpected(done.error());
  measure_map(result);
  return result;
}

} // namespace seedwalk::bench
