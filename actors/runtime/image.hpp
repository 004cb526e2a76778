#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "actors/runtime/actor_entry.hpp"
#include "actors/runtime/timer_queue.hpp"
#include "net/base/archive.hpp"
#include "net/base/inspect.hpp"
#include "net/base/instant.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::sim {

/// One captured actor.
struct captured_actor {
  net::owner id;
  std::string name;
  std::string kind;
  net::bytes state;
  event_counts counts; ///< What the names of its events go on from.

  SEEDWALK_INSPECT(captured_actor, id, name, kind, state, counts)
};

/// Everything that a process knows at a quiescent moment: right after one of its steps, with no
/// message in any mailbox. Another process, of the operating system too, goes on from it as if it
/// were the first.
///
/// Observers are not in it: what watches a run is no part of it.
struct process_image {
  std::string name; ///< What its actors' names begin with, as `process::options::name`.
  std::uint32_t incarnation = 1;
  net::instant now;       ///< By its own clocks.
  net::instant noted_now; ///< What the chain has of them.
  std::uint64_t chain = 0;
  std::uint64_t steps = 0; ///< Its own.
  std::uint64_t seed = 0;  ///< Of what is drawn from now on.
  std::uint64_t last_owner = 0;
  std::uint64_t born = 0;
  std::map<std::string, std::uint64_t> ordinals; ///< Of actors that were not spawned by ours.
  timer_queue::image timers;
  std::vector<captured_actor> actors;      ///< By number.
  std::map<std::string, net::bytes> parts; ///< See `image_parts`.

  SEEDWALK_INSPECT(process_image, name, incarnation, now, noted_now, chain, steps, seed, last_owner,
                   born, ordinals, timers, actors, parts)
};

/// What belongs to an image and is not the process's: the numbers that doors have given, and what a
/// program keeps beside its actors. Each part has a name, and an archive of its own.
///
/// Whoever is asked outlives this. Threads: that of the world.
class image_parts {
public:
  using capturer = std::function<net::bytes()>;
  using restorer = std::function<bool(net::byte_view archived)>;

  /// `restore` says whether the bytes were such a part. Adding a name again replaces it.
  void add(std::string name, capturer capture, restorer restore = {}) {
    parts_.insert_or_assign(std::move(name), std::pair{std::move(capture), std::move(restore)});
  }

  /// The same of one number: `read` says it, `resume` goes on from it.
  void add_number(std::string name, std::function<std::uint64_t()> read,
                  std::function<void(std::uint64_t)> resume = {}) {
    restorer restore;
    if (resume)
      restore = [resume = std::move(resume)](net::byte_view archived) {
        std::uint64_t number = 0;
        const bool good = net::from_archive(archived, number);
        if (good)
          resume(number);
        return good;
      };
    add(
        std::move(name), [read = std::move(read)] { return net::to_archive(read()); },
        std::move(restore));
  }

  void capture_into(process_image& image) const {
    for (const auto& [name, part] : parts_)
      image.parts[name] = part.first();
  }

  /// Gives each part what the image has of it. Returns the names of those that could not be
  /// restored, because the image has no such part or its bytes are none.
  std::vector<std::string> restore(const process_image& image) const {
    std::vector<std::string> lost;
    for (const auto& [name, part] : parts_) {
      const auto known = image.parts.find(name);
      if (known == image.parts.end() || !part.second || !part.second(known->second))
        lost.push_back(name);
    }
    return lost;
  }

private:
  std::map<std::string, std::pair<capturer, restorer>> parts_;
};

} // namespace seedwalk::sim
