#include "tools/trace/html_page.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <zlib.h>

#include "net/base/archive.hpp"
#include "net/base/bytes.hpp"
#include "tools/trace/page_parts.hpp"
#include "tools/trace/trace_json.hpp"

namespace seedwalk::tools {

namespace {

/// Texts come from files that anybody may have made: what is no UTF-8 is shown as such.
std::string dumped(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json meta_of(const sim::trace& t) {
  nlohmann::json lanes = nlohmann::json::array();
  for (const auto& lane : t.lanes)
    lanes.push_back({static_cast<int>(lane.kind), lane.name, lane.type});
  nlohmann::json scenario = nlohmann::json::array();
  for (const auto& [name, value] : t.header.scenario)
    scenario.push_back({name, value});
  nlohmann::json bands = nlohmann::json::array();
  for (const auto& band : t.header.bands)
    bands.push_back({{"text", band.text},
                     {"since", band.since.count()},
                     {"until", band.until == net::steady_time::max() ? -1 : band.until.count()}});
  auto meta = outcome_as_json(t);
  meta["seed"] = fmt::format("{}", t.header.seed); // JavaScript's numbers end at 2^53.
  meta["wall"] = t.header.wall.count();
  meta["scenario"] = std::move(scenario);
  meta["bands"] = std::move(bands);
  meta["lanes"] = std::move(lanes);
  meta["texts"] = t.texts;
  return meta;
}

class block_writer {
public:
  void put(net::byte_view block) {
    for (int shift = 0; shift != 32; shift += 8)
      bytes_.push_back(static_cast<std::uint8_t>(block.size() >> shift));
    bytes_.insert(bytes_.end(), block.begin(), block.end());
  }

  /// A number for each entry: `number(entry, its index)`.
  template <class Number>
  void column(const sim::trace& t, Number number) {
    block_.clear();
    for (std::size_t i = 0; i != t.entries.size(); ++i)
      net::byte_writer{block_}(static_cast<std::uint64_t>(number(t.entries[i], i)));
    put(block_);
  }

  const net::bytes& bytes() const { return bytes_; }

private:
  net::bytes bytes_;
  net::bytes block_;
};

net::bytes blocks_of(const sim::trace& t, const nlohmann::json& meta) {
  block_writer out;
  out.put(net::as_bytes(dumped(meta)));
  net::bytes kinds;
  for (const auto& e : t.entries)
    kinds.push_back(static_cast<std::uint8_t>(e.kind));
  out.put(kinds);
  const auto before = [&](std::size_t i) { return i == 0 ? sim::trace_entry{} : t.entries[i - 1]; };
  using entry = sim::trace_entry;
  out.column(t, [&](const entry& e, std::size_t i) { return (e.at - before(i).at).count(); });
  out.column(t, [](const entry& e, std::size_t) { return e.lane; });
  out.column(t, [](const entry& e, std::size_t) { return e.text; });
  out.column(t, [](const entry& e, std::size_t) { return e.detail; });
  out.column(t, [](const entry& e, std::size_t) { return e.bytes; });
  out.column(t, [&](const entry& e, std::size_t i) { return e.step - before(i).step; });
  out.column(t, [&](const entry& e, std::size_t i) -> std::uint64_t {
    return e.cause <= t.dropped ? 0 : t.dropped + i + 1 - e.cause;
  });
  return out.bytes();
}

net::bytes deflated(const net::bytes& plain) {
  auto size = compressBound(plain.size());
  net::bytes packed(size);
  if (compress2(packed.data(), &size, plain.data(), plain.size(), 6) != Z_OK)
    throw std::runtime_error("a trace is not compressed: out of memory");
  packed.resize(size);
  return packed;
}

void write_base64(const net::bytes& data, std::ostream& out) {
  constexpr std::size_t piece = 3u << 14;
  std::array<unsigned char, piece / 3 * 4 + 1> text;
  for (std::size_t at = 0; at < data.size(); at += piece) {
    const auto size = std::min(piece, data.size() - at);
    const auto written = EVP_EncodeBlock(text.data(), data.data() + at, static_cast<int>(size));
    out.write(reinterpret_cast<const char*>(text.data()), written);
  }
}

void write_page(const sim::trace& trace, const nlohmann::json& meta, std::ostream& out) {
  auto rest = page_html;
  const auto up_to = [&](std::string_view mark) {
    const auto at = rest.find(mark);
    out << rest.substr(0, at);
    rest.remove_prefix(at + mark.size());
  };
  up_to("@TITLE@");
  out << fmt::format("Seedwalk trace: seed {}", trace.header.seed);
  up_to("@STYLE@");
  out << page_style;
  up_to("@DATA@");
  write_base64(deflated(blocks_of(trace, meta)), out);
  up_to("@SCRIPT@");
  out << page_script << rest;
}

} // namespace

void write_html(const sim::trace& trace, std::ostream& out) {
  write_page(trace, meta_of(trace), out);
}

void write_explained_html(const sim::trace& trace, const nlohmann::json& explanation,
                          std::ostream& out) {
  auto meta = meta_of(trace);
  meta["explanation"] = explanation;
  write_page(trace, meta, out);
}

} // namespace seedwalk::tools
