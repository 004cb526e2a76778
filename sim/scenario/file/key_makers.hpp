#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "net/base/closest_name.hpp"
#include "net/base/stranger_text.hpp"
#include "sim/scenario/file/scenario_keys.hpp"
#include "sim/scenario/file/value_texts.hpp"

// How values of each type become keys, for visit_scenario's sources.
//
// A form says how a value is written: `kind`, `or_text`, `parse(texts)` and `print(value)`.

namespace seedwalk::sim::forms {

using actors::option_texts;
using actors::value_kind;

/// true or false.
struct flag {
  static constexpr auto kind = value_kind::boolean;
  static constexpr bool or_text = false;
  parsed<bool> parse(const option_texts& texts) const { return texts.at(0) == "true"; }
  option_texts print(bool value) const { return {value ? "true" : "false"}; }
};

/// A whole number.
struct number {
  static constexpr auto kind = value_kind::integer;
  static constexpr bool or_text = true;
  std::uint64_t min = 0;
  std::uint64_t max = UINT32_MAX;
  parsed<std::uint64_t> parse(const option_texts& texts) const {
    return actors::parse_number(texts.at(0), max, min);
  }
  option_texts print(std::uint64_t value) const { return {fmt::format("{}", value)}; }
};

/// A whole number that may be below zero.
struct signed_number {
  static constexpr auto kind = value_kind::integer;
  static constexpr bool or_text = false;
  parsed<std::int32_t> parse(const option_texts& texts) const {
    const bool is_below = texts.at(0).starts_with('-');
    const auto size = actors::parse_number(texts.at(0).substr(is_below ? 1 : 0), INT32_MAX);
    if (!size)
      return tl::unexpected(size.error());
    const auto value = static_cast<std::int32_t>(*size);
    return is_below ? -value : value;
  }
  option_texts print(std::int32_t value) const { return {fmt::format("{}", value)}; }
};

/// Any text.
struct text {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  parsed<std::string> parse(const option_texts& texts) const { return texts.at(0); }
  option_texts print(const std::string& value) const { return {value}; }
};

/// A duration; where there is a word for it, the longest of all is that.
struct time {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  std::string_view endless = {};
  parsed<std::chrono::nanoseconds> parse(const option_texts& texts) const {
    if (!endless.empty() && texts.at(0) == endless)
      return std::chrono::nanoseconds::max();
    return actors::parse_fine_duration(texts.at(0));
  }
  option_texts print(std::chrono::nanoseconds value) const {
    if (!endless.empty() && value == std::chrono::nanoseconds::max())
      return {std::string{endless}};
    return {actors::print_fine_duration(value)};
  }
};

/// A value of which one text is written by two functions of value_texts.hpp.
template <auto Parse, auto Print>
struct written {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  auto parse(const option_texts& texts) const { return Parse(texts.at(0)); }
  template <class T>
  option_texts print(const T& value) const {
    return {Print(value)};
  }
};

using shift = written<parse_shift, print_shift>;
using delay = written<parse_latency, print_latency>;
using address = written<parse_address, print_address>;

/// An endpoint, port and all.
struct endpoint {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  parsed<net::endpoint> parse(const option_texts& texts) const {
    auto peer = net::parse_endpoint(texts.at(0));
    if (!peer)
      return tl::unexpected("must be an endpoint such as 127.1.0.4:18444: " + peer.error().message);
    return *peer;
  }
  option_texts print(const net::endpoint& value) const { return {net::to_string(value)}; }
};

/// An address, or "node 7".
struct node_address {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  const topology_options* nodes = nullptr;
  parsed<net::endpoint> parse(const option_texts& texts) const {
    if (!texts.at(0).starts_with("node "))
      return parse_address(texts.at(0));
    const auto hosts = parse_hosts(texts.at(0), nodes);
    if (!hosts)
      return tl::unexpected(hosts.error());
    return net::endpoint{*hosts->network, hosts->prefix, 0};
  }
  option_texts print(const net::endpoint& value) const { return {print_address(value)}; }
};

/// Whom a fault is about.
struct hosts {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  const topology_options* nodes = nullptr;
  parsed<endpoint_set> parse(const option_texts& texts) const {
    return parse_hosts(texts.at(0), nodes);
  }
  option_texts print(const endpoint_set& value) const { return {print_hosts(value)}; }
};

/// One of some names. `name_of` of the type prints it.
template <class T>
struct one_of {
  static constexpr auto kind = value_kind::text;
  static constexpr bool or_text = false;
  std::vector<std::pair<std::string_view, T>> names;
  parsed<T> parse(const option_texts& texts) const {
    std::vector<std::string_view> all;
    for (const auto& [name, value] : names) {
      if (name == texts.at(0))
        return value;
      all.push_back(name);
    }
    return tl::unexpected(fmt::format("must be one of {}{}", fmt::join(all, ", "),
                                      net::did_you_mean(texts.at(0), all)));
  }
  option_texts print(const T& value) const {
    for (const auto& [name, of] : names)
      if (of == value)
        return {std::string{name}};
    return {""};
  }
};

/// The first `count` values of an enumeration, by `name_of`.
template <class T>
one_of<T> names_of(std::size_t count) {
  one_of<T> form;
  for (std::size_t i = 0; i != count; ++i)
    form.names.emplace_back(name_of(static_cast<T>(i)), static_cast<T>(i));
  return form;
}

/// Any number of values, each with a form of its own.
template <class Form>
struct list {
  static constexpr auto kind =
      Form::kind == value_kind::integer ? value_kind::numbers : value_kind::list;
  static constexpr bool or_text = false;
  Form form = {};
  auto parse(const option_texts& texts) const {
    using item = typename decltype(form.parse(texts))::value_type;
    parsed<std::vector<item>> result{std::vector<item>{}};
    for (const auto& text : texts) {
      auto value = form.parse({text});
      if (!value)
        return parsed<std::vector<item>>{
            tl::unexpected(fmt::format("has \"{}\": {}", net::printable(text, 60), value.error()))};
      result->push_back(std::move(*value));
    }
    return result;
  }
  template <class Values>
  option_texts print(const Values& values) const {
    option_texts texts;
    for (const auto& value : values)
      texts.push_back(form.print(value).at(0));
    return texts;
  }
};

/// Puts what a form reads into a value, whose type may be another number's.
template <class T, class Value>
void take(T& into, Value&& value) {
  if constexpr (std::is_arithmetic_v<T>)
    into = static_cast<T>(value);
  else if constexpr (requires { into.assign(value.begin(), value.end()); } &&
                     !std::is_same_v<T, std::string>)
    into.assign(value.begin(), value.end());
  else
    into = std::forward<Value>(value);
}

/// The key of a value.
template <class T, class Form>
void add(key_visitor& v, std::string_view name, T& value, const Form& form, bool must = false) {
  v.key({name,
         Form::kind,
         Form::or_text,
         must,
         [&value, form](const option_texts& texts) -> tl::expected<void, std::string> {
           auto read = form.parse(texts);
           if (!read)
             return tl::unexpected(std::move(read.error()));
           take(value, std::move(*read));
           return {};
         },
         [&value, form] { return std::optional{form.print(value)}; },
         {}});
}

/// The key of a value that may be there or not.
template <class T, class Form>
void add_optional(key_visitor& v, std::string_view name, std::optional<T>& value,
                  const Form& form) {
  v.key({name,
         Form::kind,
         Form::or_text,
         false,
         [&value, form](const option_texts& texts) -> tl::expected<void, std::string> {
           auto read = form.parse(texts);
           if (!read)
             return tl::unexpected(std::move(read.error()));
           T taken{};
           take(taken, std::move(*read));
           value = std::move(taken); // clang 14 cannot emplace a nested aggregate with defaults.
           return {};
         },
         [&value, form]() -> std::optional<option_texts> {
           if (!value)
             return std::nullopt;
           return form.print(*value);
         },
         {}});
}

/// The key of a value that is there for some of what a table may be: null elsewhere.
template <class T, class Form>
void add_if(key_visitor& v, std::string_view name, T* value, const Form& form,
            std::string_view needs, bool must = false) {
  if (value != nullptr)
    return add(v, name, *value, form, must);
  v.key({name, Form::kind, Form::or_text, false, {}, {}, needs});
}

/// One name for each alternative of a variant: the key that says which it is.
template <class Variant, std::size_t... I>
void add_choice(key_visitor& v, std::string_view name, Variant& value,
                const std::array<std::string_view, sizeof...(I)>& names,
                std::index_sequence<I...>) {
  one_of<std::size_t> form;
  for (std::size_t i = 0; i != names.size(); ++i)
    form.names.emplace_back(names[i], i);
  v.key({name,
         value_kind::text,
         false,
         true,
         [&value, form](const option_texts& texts) -> tl::expected<void, std::string> {
           const auto index = form.parse(texts);
           if (!index)
             return tl::unexpected(index.error());
           ((*index == I ? void(value.template emplace<I>()) : void()), ...);
           return {};
         },
         [&value, form] { return std::optional{form.print(value.index())}; },
         {}});
}

template <class Variant, std::size_t N>
void add_choice(key_visitor& v, std::string_view name, Variant& value,
                const std::array<std::string_view, N>& names) {
  static_assert(N == std::variant_size_v<Variant>);
  add_choice(v, name, value, names, std::make_index_sequence<N>{});
}

/// A member of a variant's alternative, if that is the one.
template <class Alternative, class Variant, class T>
T* member_of(Variant& value, T Alternative::*member) {
  auto* of = std::get_if<Alternative>(&value);
  return of == nullptr ? nullptr : &(of->*member);
}

/// The tables of a vector, each of which `visit` shows.
template <class T, class Visit>
void add_tables(key_visitor& v, std::string_view name, std::vector<T>& values, Visit visit,
                const T& usual = T{}) {
  v.tables(name,
           {values.size(),
            [&values, &usual](std::size_t n) {
              values.clear();
              values.resize(n, usual);
            },
            [&values, visit](key_visitor& inside, std::size_t i) { visit(inside, values.at(i)); },
            [&usual, visit](key_visitor& inside) {
              auto one = usual;
              visit(inside, one);
            }});
}

} // namespace seedwalk::sim::forms
