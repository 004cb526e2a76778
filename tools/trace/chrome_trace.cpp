#include "tools/trace/chrome_trace.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace seedwalk::tools {

namespace {

constexpr std::int64_t slice_ns_max = 1000;

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Microseconds, as the format counts, with all nanoseconds.
std::string micros(std::int64_t ns) {
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

class chrome_writer {
public:
  chrome_writer(const sim::trace& trace, std::ostream& out) : trace_(trace), out_(out) {
    for (const auto& text : trace.texts)
      texts_.push_back(quoted(text));
  }

  void write() {
    // No displayTimeUnit: it is for display, but Perfetto took it for the unit of `ts` for years.
    out_ << "{\"otherData\":{\"again\":" << quoted(trace_.header.again)
         << ",\"seed\":" << quoted(fmt::format("{}", trace_.header.seed)) << "},\"traceEvents\":[";
    name_lanes();
    for (std::size_t i = 0; i != trace_.header.bands.size(); ++i)
      write_band(trace_.header.bands[i], i);
    place_slices();
    for (std::size_t i = 0; i != trace_.entries.size(); ++i)
      write_entry(i);
    out_ << "\n]}\n";
  }

private:
  static constexpr int run_process = 3;

  int process_of(std::uint32_t lane) const {
    switch (trace_.lanes[lane].kind) {
    case sim::trace_lane_kind::actor:
      return 1;
    case sim::trace_lane_kind::node:
      return 2;
    case sim::trace_lane_kind::run:
      break;
    }
    return run_process;
  }

  /// Begins an event: what they all have.
  void event(char phase, int process, std::uint64_t thread, const std::string& name) {
    out_ << (first_ ? "\n" : ",\n");
    first_ = false;
    out_ << fmt::format(R"({{"ph":"{}","pid":{},"tid":{},"name":{})", phase, process, thread, name);
  }

  void metadata(const char* topic, int process, std::uint64_t thread, const std::string& args) {
    event('M', process, thread, fmt::format("\"{}\"", topic));
    out_ << ",\"args\":{" << args << "}}";
  }

  void name_lanes() {
    const auto name = [](const std::string& text) { return "\"name\":" + quoted(text); };
    metadata("process_name", 1, 0, name("actors"));
    metadata("process_name", 2, 0, name("nodes"));
    metadata("process_name", run_process, 0, name("the run"));
    for (std::uint32_t i = 0; i != trace_.lanes.size(); ++i) {
      const auto& lane = trace_.lanes[i];
      metadata("thread_name", process_of(i), i + 1,
               name(lane.type.empty() ? lane.name : fmt::format("{} ({})", lane.name, lane.type)));
      metadata("thread_sort_index", process_of(i), i + 1, fmt::format("\"sort_index\":{}", i));
    }
  }

  void write_band(const sim::trace_band& band, std::size_t number) {
    const auto end = std::max(trace_.end.at, band.since);
    const auto until = std::clamp(band.until, band.since, end);
    for (const auto& [phase, at] : {std::pair{'b', band.since}, std::pair{'e', until}}) {
      event(phase, run_process, 1, quoted(band.text));
      out_ << fmt::format(R"(,"cat":"fault","id":{},"ts":{}}})", number + 1, micros(at.count()));
    }
  }

  /// Where each slice begins, and how long it lasts, so that those of a thread do not overlap.
  void place_slices() {
    begin_.resize(trace_.entries.size());
    lasts_.assign(trace_.entries.size(), slice_ns_max);
    constexpr std::size_t none = SIZE_MAX;
    std::vector<std::size_t> before(trace_.lanes.size(), none);
    for (std::size_t i = 0; i != trace_.entries.size(); ++i) {
      const auto& e = trace_.entries[i];
      auto& last = before[e.lane];
      begin_[i] = e.at.count();
      if (last != none) {
        begin_[i] = std::max(begin_[i], begin_[last] + 1);
        lasts_[last] = std::min(lasts_[last], begin_[i] - begin_[last]);
      }
      last = i;
    }
  }

  void write_entry(std::size_t i) {
    const auto& e = trace_.entries[i];
    const auto process = process_of(e.lane);
    const auto thread = std::uint64_t{e.lane} + 1;
    const auto number = trace_.dropped + i + 1;
    if (e.kind == sim::trace_kind::broken) {
      event('i', process, thread, texts_[e.text]);
      out_ << fmt::format(R"(,"cat":"broken","s":"g","ts":{}}})", micros(begin_[i]));
    }
    event('X', process, thread, texts_[e.text]);
    out_ << fmt::format(
        R"(,"cat":"trace","ts":{},"dur":{},"args":{{"kind":"{}","event":{},"step":{})",
        micros(begin_[i]), micros(lasts_[i]), sim::name_of(e.kind), number, e.step);
    if (e.detail != 0)
      out_ << ",\"detail\":" << texts_[e.detail];
    if (e.bytes != 0)
      out_ << fmt::format(",\"bytes\":{}", e.bytes);
    out_ << "}}";
    if (trace_.find(e.cause) != nullptr)
      write_flow(e.cause - trace_.dropped - 1, i, number);
  }

  void write_flow(std::size_t from, std::size_t to, std::uint64_t number) {
    const auto end = [&](char phase, std::size_t at) {
      const auto lane = trace_.entries[at].lane;
      event(phase, process_of(lane), std::uint64_t{lane} + 1, texts_[trace_.entries[to].text]);
      out_ << fmt::format(R"(,"cat":"trace","id":{},"ts":{})", number, micros(begin_[at]));
    };
    end('s', from);
    out_ << '}';
    end('f', to);
    out_ << R"(,"bp":"e"})"; // To the slice that it is in, not to the next.
  }

  const sim::trace& trace_;
  std::ostream& out_;
  bool first_ = true;
  std::vector<std::string> texts_; ///< As JSON.
  std::vector<std::int64_t> begin_;
  std::vector<std::int64_t> lasts_;
};

} // namespace

void write_chrome(const sim::trace& trace, std::ostream& out) {
  chrome_writer{trace, out}.write();
}

} // namespace seedwalk::tools
