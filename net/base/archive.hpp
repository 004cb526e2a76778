#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <bitset>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "net/base/bytes.hpp"
#include "net/base/inspect.hpp"

namespace seedwalk::net {

namespace detail {

template <class T>
concept associative = requires {
  typename T::key_type;
  typename T::value_type;
};
/// Its order is that of a hash table.
template <class T>
concept hashed = associative<T> && requires {
  typename T::hasher;
};
template <class T>
concept sequence = !associative<T> && requires(T & x) {
  typename T::value_type;
  x.clear();
  x.emplace_back();
};
template <class T>
struct is_variant : std::false_type {};
template <class... Ts>
struct is_variant<std::variant<Ts...>> : std::true_type {};
template <class T>
struct is_duration : std::false_type {};
template <class R, class P>
struct is_duration<std::chrono::duration<R, P>> : std::true_type {};
template <class T>
struct is_std_array : std::false_type {};
template <class T, std::size_t N>
struct is_std_array<std::array<T, N>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_atomic : std::false_type {};
template <class T>
struct is_atomic<std::atomic<T>> : std::true_type {};
template <class T>
struct is_not_archived : std::false_type {};
template <class T>
struct is_not_archived<not_archived<T>> : std::true_type {};
/// A set of up to 64 kinds, written as one number.
template <class T>
struct is_bitset : std::false_type {};
template <std::size_t N>
requires(N <= 64) struct is_bitset<std::bitset<N>> : std::true_type {
};
template <class T>
struct is_pair : std::false_type {};
template <class A, class B>
struct is_pair<std::pair<A, B>> : std::true_type {};
/// Takes over bytes, or says that they are none of its kind.
template <class T>
concept checks_bytes = requires(T& x, byte_view from) {
  { x.assign(from) } -> std::same_as<bool>;
};
/// A block of bytes that knows its own view and is made from one, as `buffer`, or checks one, as
/// `msg::addr_list`.
template <class T>
concept byte_block = (std::is_constructible_v<T, byte_view> ||
                      checks_bytes<T>)&&requires(const T& x) {
  { x.view() } -> std::same_as<byte_view>;
};
template <class T>
const auto& key_of(const T& item) {
  if constexpr (is_pair<T>::value)
    return item.first;
  else
    return item;
}
/// Calls `f` with each item, those of a hash table in the order of their keys.
template <class T, class F>
void for_each_in_order(const T& items, F f) {
  if constexpr (hashed<T>) {
    std::vector<const typename T::value_type*> sorted;
    sorted.reserve(items.size());
    for (const auto& item : items)
      sorted.push_back(&item);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return key_of(*a) < key_of(*b); });
    for (const auto* item : sorted)
      f(*item);
  } else {
    for (const auto& item : items)
      f(item);
  }
}
/// A type that says whether what was read into it can be.
template <class T>
concept checks_itself = requires(const T& x) {
  { x.is_consistent() } -> std::same_as<bool>;
};
template <class T>
inline constexpr bool is_byte = std::is_same_v<T, std::uint8_t> || std::is_same_v<T, char>;

} // namespace detail

/// Takes values apart for a writer: unsigned integers and zigzag signed ones whole, sizes before
/// contents, variants by index, what is in a hash table in the order of its keys. `Writer` has
///
///     void stage_byte(std::uint8_t);
///     void stage_whole(std::uint64_t);
///     void stage_raw(const void* data, std::size_t size);
///     void flush();  // after each outermost call
template <class Writer>
class field_walk {
public:
  using is_seedwalk_archive = void;

  template <class... Ts>
  bool operator()(const Ts&... xs) {
    ++depth_;
    (put(xs), ...);
    if (--depth_ == 0)
      self().flush();
    return true;
  }

private:
  Writer& self() { return static_cast<Writer&>(*this); }

  template <class T>
  void put(const T& x) {
    using namespace detail;
    if constexpr (std::is_enum_v<T>) {
      put(static_cast<std::underlying_type_t<T>>(x));
    } else if constexpr (std::is_same_v<T, bool> || (std::is_integral_v<T> && sizeof(T) == 1)) {
      self().stage_byte(static_cast<std::uint8_t>(x));
    } else if constexpr (std::is_unsigned_v<T>) {
      self().stage_whole(x);
    } else if constexpr (std::is_integral_v<T>) {
      auto wide = static_cast<std::int64_t>(x);
      self().stage_whole((static_cast<std::uint64_t>(wide) << 1) ^
                         static_cast<std::uint64_t>(wide >> 63));
    } else if constexpr (std::is_same_v<T, double>) {
      auto bits = std::bit_cast<std::uint64_t>(x);
      self().stage_raw(&bits, sizeof bits);
    } else if constexpr (is_duration<T>::value) {
      put(static_cast<std::int64_t>(x.count()));
    } else if constexpr (std::is_same_v<T, std::string>) {
      self().stage_whole(x.size());
      self().stage_raw(x.data(), x.size());
    } else if constexpr (byte_block<T>) {
      const auto view = x.view();
      self().stage_whole(view.size());
      self().stage_raw(view.data(), view.size());
    } else if constexpr (is_std_array<T>::value) {
      if constexpr (is_byte<typename T::value_type>)
        self().stage_raw(x.data(), x.size());
      else
        for (const auto& item : x)
          put(item);
    } else if constexpr (is_optional<T>::value) {
      put(x.has_value());
      if (x)
        put(*x);
    } else if constexpr (is_atomic<T>::value) {
      put(x.load(std::memory_order_relaxed));
    } else if constexpr (is_bitset<T>::value) {
      put(static_cast<std::uint64_t>(x.to_ullong()));
    } else if constexpr (is_pair<T>::value) {
      put(x.first);
      put(x.second);
    } else if constexpr (is_variant<T>::value) {
      self().stage_whole(x.index());
      std::visit([this](const auto& alternative) { put(alternative); }, x);
    } else if constexpr (std::is_same_v<T, std::monostate> || is_not_archived<T>::value) {
    } else if constexpr (associative<T> || sequence<T>) {
      self().stage_whole(x.size());
      if constexpr (std::is_same_v<T, bytes>)
        self().stage_raw(x.data(), x.size());
      else
        for_each_in_order(x, [this](const auto& item) { put(item); });
    } else {
      // An inspect overload takes a mutable reference for the readers' sake; a writer changes
      // nothing.
      inspect(self(), const_cast<T&>(x));
    }
  }

  int depth_ = 0;
};

/// Writes values as bytes: unsigned integers as LEB128, signed ones zigzag, sizes before contents,
/// variants by index.
///
/// The format serves recordings, captured states and storage batches. It says nothing of types: the
/// reader must ask for what was written.
class byte_writer : public field_walk<byte_writer> {
public:
  explicit byte_writer(bytes& out) : out_(out) {}

  void put_varint(std::uint64_t x) { (*this)(x); }

  void put_raw(const void* data, std::size_t size) {
    flush();
    append(static_cast<const std::uint8_t*>(data), size);
  }

private:
  friend class field_walk<byte_writer>;

  static constexpr std::size_t varint_bytes_max = 10;

  void stage_byte(std::uint8_t x) {
    if (staged_ == stage_.size())
      flush();
    stage_[staged_++] = x;
  }

  void stage_whole(std::uint64_t x) {
    if (stage_.size() - staged_ < varint_bytes_max)
      flush();
    auto next = staged_; // A byte that is stored might be any member's, for all a compiler knows.
    for (; x >= 0x80; x >>= 7)
      stage_[next++] = static_cast<std::uint8_t>(x | 0x80);
    stage_[next++] = static_cast<std::uint8_t>(x);
    staged_ = next;
  }

  void stage_raw(const void* data, std::size_t size) {
    if (stage_.size() - staged_ < size)
      flush();
    if (size > stage_.size())
      return append(static_cast<const std::uint8_t*>(data), size);
    if (size != 0)
      std::memcpy(stage_.data() + staged_, data, size);
    staged_ += size;
  }

  void flush() { append(stage_.data(), std::exchange(staged_, 0)); }
  void append(const std::uint8_t* data, std::size_t size);

  bytes& out_;
  /// What an outermost call has written so far: appending to a vector costs more than the byte.
  std::array<std::uint8_t, 256> stage_;
  std::size_t staged_ = 0;
};

/// Reads what `byte_writer` wrote. Damaged input never crashes it or makes it allocate more than
/// the input justifies: it stops, and every later call returns false too.
class byte_reader {
public:
  using is_seedwalk_archive = void;

  explicit byte_reader(byte_view in) : in_(in) {}

  template <class... Ts>
  bool operator()(Ts&... xs) {
    return (get(xs) && ...);
  }

  bool ok() const { return ok_; }
  std::size_t left() const { return in_.size(); }

  bool get_varint(std::uint64_t& x) {
    x = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in_.empty())
        return fail();
      auto byte = in_.front();
      in_ = in_.subspan(1);
      x |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80)
        return true;
    }
    return fail();
  }

  bool get_raw(void* data, std::size_t size) {
    if (in_.size() < size)
      return fail();
    if (size != 0)
      std::memcpy(data, in_.data(), size);
    in_ = in_.subspan(size);
    return ok_;
  }

private:
  bool fail() {
    in_ = {};
    return ok_ = false;
  }

  /// A count of items, each of which takes at least `least` bytes of what is left.
  bool get_count(std::size_t& n, std::size_t least) {
    std::uint64_t x = 0;
    if (!get_varint(x))
      return false;
    if (x > in_.size() / least)
      return fail();
    n = static_cast<std::size_t>(x);
    return true;
  }

  template <class Variant, std::size_t I = 0>
  bool get_alternative(std::uint64_t index, Variant& x) {
    if constexpr (I == std::variant_size_v<Variant>) {
      return fail();
    } else {
      if (index != I)
        return get_alternative<Variant, I + 1>(index, x);
      return get(x.template emplace<I>());
    }
  }

  template <class T>
  bool get_number(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t raw = 0;
      if (!get_raw(&raw, 1) || raw > 1)
        return fail();
      x = raw != 0;
      return true;
    } else if constexpr (std::is_integral_v<T> && sizeof(T) == 1) {
      return get_raw(&x, 1);
    } else if constexpr (std::is_unsigned_v<T>) {
      std::uint64_t wide = 0;
      if (!get_varint(wide) || wide > std::numeric_limits<T>::max())
        return fail();
      x = static_cast<T>(wide);
      return true;
    } else if constexpr (std::is_integral_v<T>) {
      std::uint64_t wide = 0;
      if (!get_varint(wide))
        return false;
      x = static_cast<T>(static_cast<std::int64_t>((wide >> 1) ^ (~(wide & 1) + 1)));
      return true;
    } else {
      static_assert(std::is_same_v<T, double>, "no format for this number");
      std::uint64_t bits = 0;
      if (!get_raw(&bits, sizeof bits))
        return false;
      x = std::bit_cast<double>(bits);
      return true;
    }
  }

  template <class T>
  bool get(T& x) {
    using namespace detail;
    if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> raw{};
      if (!get(raw))
        return false;
      x = static_cast<T>(raw);
      return true;
    } else if constexpr (std::is_arithmetic_v<T>) {
      return get_number(x);
    } else if constexpr (is_duration<T>::value) {
      std::int64_t count = 0;
      if (!get(count))
        return false;
      x = T{count};
      return true;
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, bytes> ||
                         byte_block<T>) {
      return get_counted_bytes(x);
    } else if constexpr (is_std_array<T>::value) {
      if constexpr (is_byte<typename T::value_type>)
        return get_raw(x.data(), x.size());
      for (auto& item : x)
        if (!get(item))
          return false;
      return true;
    } else if constexpr (is_optional<T>::value) {
      bool is_present = false;
      if (!get(is_present))
        return false;
      if (!is_present) {
        x.reset();
        return true;
      }
      return get(x.emplace());
    } else if constexpr (is_atomic<T>::value) {
      typename T::value_type value{};
      if (!get(value))
        return false;
      x.store(value, std::memory_order_relaxed);
      return true;
    } else if constexpr (is_bitset<T>::value) {
      std::uint64_t bits = 0;
      if (!get(bits))
        return false;
      x = T{bits};
      return true;
    } else if constexpr (is_pair<T>::value) {
      return get(const_cast<std::remove_const_t<typename T::first_type>&>(x.first)) &&
             get(x.second);
    } else if constexpr (is_variant<T>::value) {
      std::uint64_t index = 0;
      return get_varint(index) && get_alternative(index, x);
    } else if constexpr (std::is_same_v<T, std::monostate> || is_not_archived<T>::value) {
      return ok_;
    } else if constexpr (associative<T>) {
      return get_associative(x);
    } else if constexpr (sequence<T>) {
      return get_items(x, [&] { return get(x.emplace_back()); });
    } else if constexpr (checks_itself<T>) {
      return inspect(*this, x) && ok_ && (x.is_consistent() || fail());
    } else {
      return inspect(*this, x) && ok_;
    }
  }

  template <class T>
  bool get_counted_bytes(T& x) {
    using namespace detail;
    std::size_t n = 0;
    if (!get_count(n, 1))
      return false;
    if constexpr (byte_block<T>) {
      const auto block = in_.first(n);
      in_ = in_.subspan(n);
      if constexpr (checks_bytes<T>)
        return x.assign(block) || fail();
      else
        x = T{block};
      return true;
    } else {
      x.resize(n);
      return get_raw(x.data(), n);
    }
  }

  /// A count, and as many items in the place of those of `x`; `get_one` adds the next.
  template <class T, class GetOne>
  bool get_items(T& x, GetOne get_one) {
    std::size_t n = 0;
    if (!get_count(n, 1))
      return false;
    x.clear();
    for (std::size_t i = 0; i != n; ++i)
      if (!get_one())
        return false;
    return true;
  }

  template <class T>
  bool get_associative(T& x) {
    return get_items(x, [&] {
      typename T::key_type key{};
      if constexpr (requires { typename T::mapped_type; }) {
        typename T::mapped_type value{};
        if (!get(key) || !get(value))
          return false;
        x.emplace_hint(x.end(), std::move(key), std::move(value));
      } else {
        if (!get(key))
          return false;
        x.emplace_hint(x.end(), std::move(key));
      }
      return true;
    });
  }

  byte_view in_;
  bool ok_ = true;
};

/// The bytes of one value.
template <class T>
bytes to_archive(const T& value) {
  bytes out;
  byte_writer{out}(value);
  return out;
}

/// Reads one value and nothing after it; false if the bytes are not exactly one.
template <class T>
bool from_archive(byte_view in, T& value) {
  byte_reader reader{in};
  return reader(value) && reader.left() == 0;
}

} // namespace seedwalk::net
