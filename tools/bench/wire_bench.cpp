#include "tools/bench/wire_bench.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>

#include <fmt/core.h>
#include <openssl/evp.h>
#include <time.h>

#include "net/base/random.hpp"
#include "net/bitcoin/decoder.hpp"
#include "net/bitcoin/encode.hpp"
#include "net/bitcoin/session.hpp"

namespace seedwalk::bench {

namespace {

using namespace net;

constexpr std::size_t entry_count = 1'000;
constexpr std::size_t segment_bytes =
    1'448; ///< What TCP with time stamps carries in an Ethernet frame.
constexpr int rounds = 60;
constexpr int calls_a_round = 50;

/// Keeps the compiler from leaving out what nobody uses.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

double thread_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// Nanoseconds of one call, in the round that was disturbed least.
template <class Work>
double best_ns(Work&& work) {
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round != rounds; ++round) {
    const auto began = thread_ns();
    for (int i = 0; i != calls_a_round; ++i)
      work();
    best = std::min(best, (thread_ns() - began) / calls_a_round);
  }
  return best;
}

/// As gossip is: twelve in twenty IPv4, the rest IPv6, Tor and I2P, services of several kinds.
msg::addrv2 gossip() {
  random_stream draws{1, "wire bench"};
  msg::addrv2 result;
  for (std::size_t i = 0; i != entry_count; ++i) {
    msg::addr_entry entry;
    entry.time = 1'700'000'000 + static_cast<std::uint32_t>(draws.below(1'000'000));
    entry.services = draws.chance(1, 10) ? 1 : draws.chance(1, 2) ? 1033 : 3081;
    const auto kind = draws.below(20);
    entry.peer.network = kind < 12   ? network_id::ipv4
                         : kind < 16 ? network_id::ipv6
                         : kind < 19 ? network_id::torv3
                                     : network_id::i2p;
    for (std::size_t j = 0; j != address_size(entry.peer.network); ++j)
      entry.peer.address[j] = static_cast<std::uint8_t>(draws.next() | 1);
    entry.peer.port = entry.peer.network == network_id::i2p ? 0 : 8333;
    result.entries.push_back(entry);
  }
  return result;
}

/// OpenSSL's own way, its algorithm fetched once.
class openssl_sha256d {
public:
  hash256 operator()(byte_view data) {
    hash256 inner{};
    digest(data, inner);
    hash256 outer{};
    digest(inner, outer);
    return outer;
  }

private:
  void digest(byte_view data, hash256& out) {
    EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr);
    EVP_DigestUpdate(context_.get(), data.data(), data.size());
    EVP_DigestFinal_ex(context_.get(), out.data(), nullptr);
  }

  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm_{
      EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free};
};

void expect_message(const decoder_event& event) {
  if (!std::holds_alternative<decoded_message>(event))
    throw std::logic_error("wire bench: the message was not decoded");
}

void measure_decoding(wire_bench_result& r) {
  const auto& chain = *find_chain("main");
  const auto wire = encode(chain, message{gossip()});
  const auto payload = byte_view{wire}.subspan(header_bytes);
  r.entries = entry_count;
  r.message_bytes = wire.size();
  decoder in{{.magic = chain.magic}};
  r.decode_ns = best_ns([&] {
    byte_view data = wire;
    expect_message(in.next(data));
  });
  r.segments_ns = best_ns([&] {
    for (byte_view rest = wire; !rest.empty();) {
      auto piece = rest.first(std::min(segment_bytes, rest.size()));
      rest = rest.subspan(piece.size());
      const auto event = in.next(piece);
      if (rest.empty())
        expect_message(event);
    }
  });
  r.own_sha256d_ns = best_ns([&] { keep(sha256d(payload)); });
  openssl_sha256d baseline;
  r.sha256d_ns = best_ns([&] { keep(baseline(payload)); });
}

/// Carries what each side says to the other until neither says anything more.
void exchange(session& dialler, session& listener, const session_config& config, instant& now,
              session_effects& from_dialler, session_effects& from_listener) {
  dialler.on_connected({config, now, from_dialler});
  listener.on_connected({config, now, from_listener});
  while (!from_dialler.output.empty() || !from_listener.output.empty()) {
    const auto to_listener = std::exchange(from_dialler.output, {});
    const auto to_dialler = std::exchange(from_listener.output, {});
    now.steady += std::chrono::milliseconds{10};
    if (!to_listener.empty())
      listener.on_received({config, now, from_listener}, to_listener);
    if (!to_dialler.empty())
      dialler.on_received({config, now, from_dialler}, to_dialler);
  }
}

/// One visit: a handshake, a ping each way, and goodbye.
void visit(const session_config& config) {
  instant now{steady_time{0}, std::chrono::seconds{1'700'000'000}};
  const auto peer = ipv4_endpoint(0x7f010001, 18444);
  session dialler{direction::outbound, peer, 1, now.steady, {.ask_addresses = false}};
  session listener{direction::inbound, peer, 2, now.steady};
  session_effects from_dialler;
  session_effects from_listener;
  exchange(dialler, listener, config, now, from_dialler, from_listener);
  dialler.on_closed({config, now, from_dialler}, error::none);
  listener.on_closed({config, now, from_listener}, error::end_of_input);
  if (!from_dialler.summary || from_dialler.summary->outcome != outcome::complete ||
      !from_listener.summary || from_listener.summary->reached != net::stage::verack)
    throw std::logic_error("wire bench: the visit was not complete");
}

} // namespace

wire_bench_result run_wire_bench(allocation_counter allocations) {
  wire_bench_result r;
  measure_decoding(r);
  session_config config;
  config.magic = find_chain("regtest")->magic;
  config.nonce_key = 0x5eed;
  r.handshake_us = best_ns([&] { visit(config); }) / 1e3;
  if (allocations) {
    const auto before = allocations();
    visit(config);
    r.handshake_allocations = allocations() - before;
  }
  return r;
}

std::string to_string(const wire_bench_result& r) {
  auto text =
      fmt::format("addrv2 of {} entries ({} bytes): {:.1f} ns an entry, {:.0f} % of it SHA-256\n"
                  "  {:.2f} of the bytes a second of SHA-256d alone; {:.2f} in segments\n"
                  "handshake of both sides: {:.2f} us",
                  r.entries, r.message_bytes, r.ns_per_entry(), 100 * r.checksum_share(), r.ratio(),
                  r.segments_ratio(), r.handshake_us);
  if (r.handshake_allocations)
    text += fmt::format(", {} allocations", *r.handshake_allocations);
  return text + "\n";
}

nlohmann::json as_json(const wire_bench_result& r) {
  nlohmann::json out = {{"entries", r.entries},
                        {"message_bytes", r.message_bytes},
                        {"ns_per_entry", r.ns_per_entry()},
                        {"sha256_share", r.checksum_share()},
                        {"sha256d_ns", r.sha256d_ns},
                        {"ratio", r.ratio()},
                        {"segments_ratio", r.segments_ratio()},
                        {"handshake_us", r.handshake_us}};
  if (r.handshake_allocations)
    out["handshake_allocations"] = *r.handshake_allocations;
  return out;
}

} // namespace seedwalk::bench
