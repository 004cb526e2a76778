#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "net/door/completion.hpp"
#include "net/door/network.hpp"

namespace seedwalk::conformance {

/// What the suite needs of an implementation of the network door, and of the world around it.
///
/// Threads: one. Completions reach the sink on the thread that calls `run_until` or `settle`, from
/// inside those calls.
class network_under_test {
public:
  virtual ~network_under_test() = default;

  virtual net::network& door() = 0;

  /// Runs the world until `done()`, which is asked after each completion and once before the first.
  /// False if it has not come true after 30 s of the implementation's time, or if nothing is left
  /// that could happen.
  virtual bool run_until(const std::function<bool()>& done) = 0;

  /// Runs the world until all that has been caused has happened, deadlines excepted: to show that
  /// something does not.
  virtual void settle() = 0;

  /// True if no completion can be on its way to the sink while the door is being called. Then
  /// nothing may be heard after a close() but `closed`.
  virtual bool completions_are_immediate() const { return true; }

  /// Where one can listen on a port of the implementation's choice.
  virtual net::address any_port() = 0;

  /// A dial to it is refused.
  virtual net::address refusing_address() = 0;

  /// A dial to it is never answered. None: not to be had here.
  virtual std::optional<net::address> silent_address() = 0;

  /// Of another machine: nobody can listen on it.
  virtual net::address foreign_address() = 0;

  /// A name that resolves to loopback addresses.
  virtual std::string known_name() = 0;

  /// An empty folder for Unix sockets. None: the implementation has none.
  virtual std::optional<std::string> unix_folder() = 0;

  /// Puts at `path` what a process that died while listening leaves. Only with a `unix_folder`.
  virtual void leave_dead_socket(const std::string& path) = 0;
};

/// An implementation's name, as it appears in the names of the tests, and how to make one that
/// delivers to a sink.
struct implementation {
  std::string name;
  std::function<std::unique_ptr<network_under_test>(net::completion_sink&)> make;

  friend std::ostream& operator<<(std::ostream& out, const implementation& x) {
    return out << x.name;
  }
};

/// All that were added, by name.
const std::vector<implementation>& implementations();

/// Adds one, before main: `const bool added = add_implementation({"asio", ...});`
bool add_implementation(implementation added);

} // namespace seedwalk::conformance
