#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "net/base/bytes.hpp"
#include "net/base/random.hpp"

namespace seedwalk::sim {

/// The name of an event, or of something that events come from: a hash of what stays when others
/// are taken out of a world. `name_from("link", from, to, nth)`.
template <class... Parts>
std::uint64_t name_from(std::string_view kind, Parts... parts) {
  const std::array<std::uint64_t, sizeof...(Parts)> words = {static_cast<std::uint64_t>(parts)...};
  return net::keyed_hash(0, kind,
                         {reinterpret_cast<const std::uint8_t*>(words.data()), sizeof words});
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

  std::uint64_t operator()(std::string_view purpose, std::uint64_t name) const {
    const auto value = net::keyed_hash(seed_, purpose,
                                       {reinterpret_cast<const std::uint8_t*>(&name), sizeof name});
    if (listener_ != nullptr)
      listener_->on_draw(purpose, name, value);
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
