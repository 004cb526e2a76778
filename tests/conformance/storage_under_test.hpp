#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "store/storage.hpp"

namespace seedwalk::storage_conformance {

/// What is wrong with a disk.
enum class trouble : std::uint8_t {
  none,
  full,     ///< Nothing more fits on it.
  failing,  ///< Every change fails.
  unsynced, ///< Every sync fails: what was appended before it is neither there nor gone.
};

/// What the suite needs of an implementation of the storage door, and of the disk behind it. It is
/// made with an empty database, open.
///
/// Threads: one. Completions reach the sink on the thread that calls `run_until`, `settle` or
/// `let_pass`, from inside those; from inside a call of the door, too, if that is what the door
/// does.
class storage_under_test {
public:
  virtual ~storage_under_test() = default;

  /// Another one after `reopen`.
  virtual store::storage& door() = 0;

  /// Runs the world until `done()`, which is asked after each completion and once before the first.
  /// False if it has not come true after 30 s of the implementation's time, or if nothing is left
  /// that could happen.
  virtual bool run_until(const std::function<bool()>& done) = 0;

  /// Runs the world until all that was asked for is heard, or, while the disk is held up, until
  /// that is what everything else waits for.
  virtual void settle() = 0;

  /// Lets a drawn part of what was asked for happen.
  virtual void let_pass(std::uint64_t draw) = 0;

  /// True if no completion can be on its way to the sink while the door is being called.
  virtual bool completions_are_immediate() const { return true; }

  /// True if a stop answers what waits with `stopped`, instead of carrying it out.
  virtual bool stops_drop() const { return false; }

  /// The next request, which has to be a batch, waits for the disk until `release`, and so does
  /// what is asked for after it. Precondition of both: nothing is under way, or it is held up.
  virtual void hold() = 0;
  virtual void release() = 0;

  /// From now on. Precondition: nothing is under way.
  virtual void set_trouble(trouble kind) = 0;

  /// Stops the door, and returns when it has. Precondition: the disk is not held up.
  virtual void stop() = 0;

  /// The power fails now. The disk keeps what was durable and a drawn part of the rest; it is in no
  /// trouble, and not held up any more.
  virtual void crash(std::uint64_t seed) = 0;

  /// Opens the database again. Precondition: it was stopped, or the power failed.
  virtual tl::expected<void, store::error> reopen() = 0;
};

/// An implementation's name, as it appears in the names of the tests, and how to make one that
/// delivers to a sink.
struct storage_implementation {
  std::string name;
  std::function<std::unique_ptr<storage_under_test>(store::completion_sink&)> make;

  friend std::ostream& operator<<(std::ostream& out, const storage_implementation& x) {
    return out << x.name;
  }
};

/// All that were added, by name.
const std::vector<storage_implementation>& storage_implementations();

/// Adds one, before main.
bool add_storage_implementation(storage_implementation added);

/// The simulated door, events in order: what a broken one is made of. Without `syncs` its database
/// acknowledges what is not on the disk.
std::unique_ptr<storage_under_test> make_simulated_storage(store::completion_sink& sink,
                                                           bool syncs = true);

} // namespace seedwalk::storage_conformance
