#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace seedwalk::sim {

/// What something is drawn or named for. Of a literal, its hash is known when compiled.
struct purpose {
  std::string_view text;
  std::uint64_t hash = 0;

  template <std::size_t N>
  consteval purpose(const char (&literal)[N]) : purpose(std::string_view{literal, N - 1}) {}

  /// FNV-1a.
  constexpr explicit purpose(std::string_view name) : text(name), hash(0xcbf29ce484222325) {
    for (const auto c : name)
      hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  }
};

/// One more word in a hash: the finaliser of SplitMix64. A dozen instructions, where hashing bytes
/// costs a hundred; a simulated run does this a few times for each event.
constexpr std::uint64_t mixed(std::uint64_t state, std::uint64_t word) {
  auto z = (state ^ word) + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// The name of an event, or of something that events come from: a hash of what stays when others
/// are taken out of a world. `name_from("link", from, to, nth)`.
template <class... Parts>
constexpr std::uint64_t name_from(purpose kind, Parts... parts) {
  auto result = mixed(kind.hash, sizeof...(parts));
  ((result = mixed(result, static_cast<std::uint64_t>(parts))), ...);
  return result;
}

/// 64 bits for a purpose and the name of an event.
constexpr std::uint64_t drawn(std::uint64_t seed, purpose what_for, std::uint64_t name) {
  return mixed(mixed(seed, what_for.hash), name);
}

/// Hears of everything that is drawn.
class draw_listener {
public:
  virtual ~draw_listener() = default;
  virtual void on_draw(std::string_view purpose, std::uint64_t name, std::uint64_t value) = 0;
};

/// What is left to chance in a simulated world: 64 bits for a purpose and the name of an event, and
/// nothing else. Equal names draw equal values, whatever else there is in the world.
class draws {
public:
  explicit draws(std::uint64_t seed) : seed_(seed) {}

  std::uint64_t operator()(purpose what_for, std::uint64_t name) const {
    const auto value = drawn(seed_, what_for, name);
    if (listener_ != nullptr)
      listener_->on_draw(what_for.text, name, value);
    return value;
  }

  std::uint64_t seed() const { return seed_; }

  /// What is drawn from now on comes from another seed.
  void reseed(std::uint64_t seed) { seed_ = seed; }

  /// Null: nobody.
  void listen(draw_listener* listener) { listener_ = listener; }

private:
  std::uint64_t seed_;
  draw_listener* listener_ = nullptr;
};

} // namespace seedwalk::sim
