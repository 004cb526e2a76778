#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "net/base/archive.hpp"
#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net {

class json_writer;

namespace detail {

template <class T>
concept has_name = requires(const T& x) {
  { name_of(x) } -> std::convertible_to<std::string_view>;
};
template <class T>
concept has_text = std::is_class_v<T> && !is_atomic<T>::value && requires(const T& x) {
  { to_string(x) } -> std::same_as<std::string>;
};
/// What can be the name of a member of a JSON object.
template <class T>
concept member_name =
    std::is_enum_v<T> || std::is_integral_v<T> || std::is_same_v<T, std::string> || has_text<T>;
template <class T>
concept maps_member_names = requires(const T& x, const typename T::key_type& key) {
  requires member_name<typename T::key_type>;
  x.at(key);
};
template <class T>
concept holds_bytes = std::is_same_v<T, bytes> || requires(const T& x) {
  requires is_std_array<T>::value && is_byte<typename T::value_type>;
};
template <class T>
concept names_its_fields = !has_text<T> && !byte_block<T> && requires(T & x) {
  x.inspect_fields(std::declval<json_writer&>());
};

} // namespace detail

/// Writes inspectable values as JSON, for people and their tools. Nothing reads it back. The
/// types are those that have SEEDWALK_INSPECT.
///
///     fields              an object, in the order of SEEDWALK_INSPECT; a trailing underscore is
///                         left out, and so is what is `not_archived`
///     with a `to_string`  that text: an endpoint, a name with a port
///     enum                its `name_of`, where it has one, else its number
///     duration            text, with its unit: "1500ms"
///     text                as `printable` has it, which tells all bytes apart, UTF-8 or not
///     bytes               text: lower-case hexadecimal
///     optional, monostate null for nothing, else the value
///     variant             {"type": fields} for a type with fields, else the value
///     map                 an object if its keys are text, numbers or enums, else an array of
///                         [key, value]
///     pair, others        an array; what is in a hash table in the order of its keys
///
/// The result is one line of ASCII. Whole numbers are exact, so they may be more than a reader of
/// JSON in doubles can hold.
class json_writer {
public:
  using is_seedwalk_archive = void;

  explicit json_writer(std::string& out) : out_(out) {}

  template <class T>
  void put(const T& x) {
    using namespace detail;
    if constexpr (std::is_enum_v<T>) {
      if constexpr (has_name<T>)
        put_text(name_of(x));
      else
        put(static_cast<std::underlying_type_t<T>>(x));
    } else if constexpr (std::is_same_v<T, bool>) {
      out_ += x ? "true" : "false";
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
      put_signed(x);
    } else if constexpr (std::is_integral_v<T>) {
      put_whole(x);
    } else if constexpr (std::is_same_v<T, double>) {
      put_real(x);
    } else if constexpr (is_duration<T>::value) {
      put_duration(x.count(), T::period::num, T::period::den);
    } else if constexpr (std::is_same_v<T, std::string>) {
      put_text(x);
    } else if constexpr (has_text<T>) {
      put_text(to_string(x));
    } else if constexpr (byte_block<T>) {
      put_hex(x.view());
    } else if constexpr (holds_bytes<T>) {
      put_hex(byte_view{reinterpret_cast<const std::uint8_t*>(x.data()), x.size()});
    } else if constexpr (is_optional<T>::value) {
      if (x)
        put(*x);
      else
        out_ += "null";
    } else if constexpr (is_atomic<T>::value) {
      put(x.load(std::memory_order_relaxed));
    } else if constexpr (is_bitset<T>::value) {
      put_whole(x.to_ullong());
    } else if constexpr (is_pair<T>::value) {
      out_ += '[';
      put(x.first);
      out_ += ',';
      put(x.second);
      out_ += ']';
    } else if constexpr (is_variant<T>::value) {
      std::visit([this](const auto& alternative) { put_alternative(alternative); }, x);
    } else if constexpr (std::is_same_v<T, std::monostate>) {
      out_ += "null";
    } else if constexpr (maps_member_names<T>) {
      put_map(x);
    } else if constexpr (is_std_array<T>::value || associative<T> || sequence<T>) {
      put_sequence(x);
    } else {
      // An inspect overload takes a mutable reference for the readers' sake.
      inspect(*this, const_cast<T&>(x));
    }
  }

  // -- what `inspect` calls

  void name_fields(const char* type, const char* fields) {
    type_ = type;
    fields_ = fields;
  }

  /// The values of the fields that were named just before.
  template <class... Ts>
  bool operator()(const Ts&... values) {
    [[maybe_unused]] auto fields = fields_;
    const auto is_alternative = std::exchange(is_alternative_, false);
    if (is_alternative)
      begin_alternative();
    out_ += '{';
    (put_field(fields, values), ...);
    out_ += is_alternative ? "}}" : "}";
    return true;
  }

private:
  template <class T>
  void put_field(std::string_view& fields, const T& value) {
    const auto name = next_name(fields);
    if constexpr (!detail::is_not_archived<T>::value) {
      separate();
      put_text(name);
      out_ += ':';
      put(value);
    }
  }

  template <class T>
  void put_alternative(const T& x) {
    is_alternative_ = detail::names_its_fields<T>;
    put(x);
  }

  template <class T>
  void put_sequence(const T& items) {
    out_ += '[';
    detail::for_each_in_order(items, [this](const auto& item) {
      separate();
      put(item);
    });
    out_ += ']';
  }

  template <class T>
  void put_map(const T& items) {
    using key_type = typename T::key_type;
    out_ += '{';
    detail::for_each_in_order(items, [this](const auto& item) {
      separate();
      // A number is no name as it is.
      constexpr auto is_text = std::is_same_v<key_type, std::string> ||
                               detail::has_text<key_type> ||
                               (std::is_enum_v<key_type> && detail::has_name<key_type>);
      if constexpr (!is_text)
        out_ += '"';
      put(item.first);
      if constexpr (!is_text)
        out_ += '"';
      out_ += ':';
      put(item.second);
    });
    out_ += '}';
  }

  void separate();
  void begin_alternative();
  /// Takes the first of the names.
  static std::string_view next_name(std::string_view& fields);
  void put_text(std::string_view text);
  void put_hex(byte_view data);
  void put_whole(std::uint64_t x);
  void put_signed(std::int64_t x);
  void put_real(double x);
  void put_duration(std::int64_t count, std::intmax_t num, std::intmax_t den);

  std::string& out_;
  std::string_view type_;       ///< Whose values come next,
  std::string_view fields_;     ///< and their names.
  bool is_alternative_ = false; ///< What comes next is that of a variant.
};

/// One value as JSON.
template <class T>
std::string to_json(const T& value) {
  std::string out;
  json_writer{out}.put(value);
  return out;
}

} // namespace seedwalk::net
