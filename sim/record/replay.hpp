#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "actors/runtime/control.hpp"
#include "actors/runtime/image.hpp"
#include "actors/runtime/process.hpp"
#include "net/base/archive.hpp"
#include "net/base/sink.hpp"
#include "net/door/completion.hpp"
#include "net/door/network.hpp"
#include "sim/record/recording_reader.hpp"

namespace seedwalk::sim {

/// The doors whose completions a recording may have. Those of network and control are there
/// already; a program adds its others.
class replayed_doors {
public:
  replayed_doors() {
    add<net::completion>();
    add<net::control_completion>();
  }

  template <class Completion>
  void add() {
    deliver_[net::door_number<Completion>] = [](sim::process& process,
                                                const recorded_completion& entry) {
      Completion message;
      if (!net::from_archive(entry.bytes, message))
        return false;
      process.deliver_archived(entry.to, std::move(message), entry.bytes);
      return true;
    };
  }

  /// Whether completions of this door are known.
  bool has(std::uint8_t door) const { return deliver_[door] != nullptr; }

  /// Delivers it; false if its bytes are not those of a completion. Precondition: `has` the door.
  bool deliver(sim::process& process, const recorded_completion& entry) const {
    return deliver_[entry.door](process, entry);
  }

private:
  std::array<bool (*)(process&, const recorded_completion&), 256> deliver_{};
};

/// What a builder throws where the recording's configuration or the image is not this program's.
class foreign_recording : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What a replayed program is given to stand on.
struct replay_ground {
  sim::process& process;
  net::network& network; ///< Does nothing, and is in the chain.
  replayed_doors& doors; ///< To add those that the program has besides.
  image_parts& parts;    ///< The same for what it has in an image.
  const recording_header& header;
  /// Where it goes on from; null: from the beginning. Then the program spawns nobody. It brings
  /// the actors of the image back, when it has added its parts and restored them.
  const process_image* image = nullptr;
};

/// Spawns, on the ground that is given, the same actors in the same order as the recorded program
/// did, from the recording's header. What it returns is kept until the last actor is gone: the
/// environments that they share, and doors of its own.
using replay_builder = std::function<std::shared_ptr<void>(const replay_ground& ground)>;

/// The first step that did not go as recorded.
struct replay_difference {
  std::uint64_t step = 0;
  std::uint16_t recorded = 0; ///< 16 bits of the chain after it.
  std::uint16_t replayed = 0; ///< The same, here; of the chain before it, if no step was made.
  std::string actor;          ///< Whose step it was here. Empty: no actor had anything to do.
  std::string message;        ///< The type of the message that it took.
  std::string state; ///< What it knew here after the step, as JSON. Empty: it ended with the step.
};

/// What became of a replay.
struct replay_result {
  std::uint64_t hash = 0;           ///< The chain here, where the replay ended.
  std::uint64_t steps = 0;          ///< Made here, and equal but for that of `first_difference`.
  bool verified = false;            ///< Every step of the recording was made, and none differs.
  bool complete = false;            ///< The recording has its end frame, and it was reached.
  std::string reason;               ///< How the recorded run ended, if `complete`.
  std::chrono::nanoseconds wall{0}; ///< What the replay took.
  std::chrono::nanoseconds recorded{0}; ///< How far the recorded run's steady time came.
  std::optional<replay_difference> first_difference;
  /// The recording is damaged after the step `steps`, which is the last good one.
  std::optional<recording_error> damage;
};

/// Which part of a recording is replayed, and what is kept of it.
struct replay_options {
  std::uint64_t until_step = UINT64_MAX; ///< Stops, verified as far as that, after this one.
  /// Goes on from this moment of the recorded run, instead of from its beginning.
  std::optional<process_image> from = std::nullopt;
  /// Told of the first quiescent moment after this step or a later one, and gets what it was then.
  std::uint64_t image_after_step = UINT64_MAX;
  std::function<void(process_image)> on_image = {};
};

/// Runs a recording again, without network and storage, and compares 16 bits of the chain after
/// each step and all of it at the end. It stops at the first difference.
///
/// A recording that was cut off is replayed to its last whole frame and is `verified` as far as it
/// goes. The error: the recording cannot be begun at all.
tl::expected<replay_result, recording_error>
replay(const std::string& path, const replay_builder& build, const replay_options& options = {});

} // namespace seedwalk::sim
