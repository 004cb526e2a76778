#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include "net/base/inspect.hpp"
#include "net/base/sink.hpp"

namespace seedwalk::net {

/// Somebody wants the run to end in order: a signal to the process, or a scenario that drew one.
struct stop_requested {
  int signal = 0; ///< SIGINT, SIGTERM; 0 if it was no signal.
  SEEDWALK_INSPECT(stop_requested, signal)
};

/// Somebody wants a file read again (SIGHUP). The contents come with the request: no actor opens a
/// file, so a replay needs none.
struct reload_requested {
  /// Longer files are refused with an `error`.
  static constexpr std::size_t max_contents_bytes = 1u << 20;

  std::string path;
  std::string contents;
  std::string error; ///< The system's words if the file could not be read, else empty.
  SEEDWALK_INSPECT(reload_requested, path, contents, error)
};

/// Everything that can come through the control door, in one type. Recordings store it by index:
/// append only.
using control_completion = std::variant<stop_requested, reload_requested>;

/// Where the control door puts what the operator wants. Commands on the control socket do not come
/// here: their bytes enter by the network door.
using control_sink = sink<control_completion>;

template <>
inline constexpr std::uint8_t door_number<control_completion> = 2;

} // namespace seedwalk::net
