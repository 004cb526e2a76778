#include "net/base/json_writer.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "net/base/stranger_text.hpp"

namespace seedwalk::net {

namespace {

struct time_unit {
  std::intmax_t num;
  std::intmax_t den;
  std::string_view name;
};

constexpr time_unit time_units[] = {
    {1, 1'000'000'000, "ns"}, {1, 1'000'000, "us"}, {1, 1'000, "ms"}, {1, 1, "s"},
    {60, 1, "min"},           {3'600, 1, "h"},      {86'400, 1, "d"},
};

} // namespace

void json_writer::separate() {
  // Behind what opens an object or an array nothing is to be separated.
  if (out_.back() != '{' && out_.back() != '[')
    out_ += ',';
}

void json_writer::begin_alternative() {
  out_ += '{';
  put_text(type_);
  out_ += ':';
}

std::string_view json_writer::next_name(std::string_view& fields) {
  auto name = fields.substr(0, fields.find(','));
  fields.remove_prefix(std::min(fields.size(), name.size() + 2));
  if (name.ends_with('_'))
    name.remove_suffix(1);
  return name;
}

void json_writer::put_text(std::string_view text) {
  out_ += '"';
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\')
      out_ += '\\';
    out_ += c;
  }
  out_ += '"';
}

void json_writer::put_hex(byte_view data) {
  out_ += '"';
  for (const auto byte : data)
    fmt::format_to(std::back_inserter(out_), "{:02x}", byte);
  out_ += '"';
}

void json_writer::put_whole(std::uint64_t x) {
  fmt::format_to(std::back_inserter(out_), "{}", x);
}

void json_writer::put_signed(std::int64_t x) {
  fmt::format_to(std::back_inserter(out_), "{}", x);
}

void json_writer::put_real(double x) {
  // JSON has no word for what is no number.
  if (x - x != 0)
    out_ += "null";
  else
    fmt::format_to(std::back_inserter(out_), "{}", x);
}

void json_writer::put_duration(std::int64_t count, std::intmax_t num, std::intmax_t den) {
  for (const auto& unit : time_units)
    if (unit.num == num && unit.den == den) {
      fmt::format_to(std::back_inserter(out_), "\"{}{}\"", count, unit.name);
      return;
    }
  fmt::format_to(std::back_inserter(out_), "\"{}*{}/{}s\"", count, num, den);
}

} // namespace seedwalk::net
