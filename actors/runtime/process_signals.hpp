#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
} // namespace boost::asio

namespace seedwalk::sim {

/// Turns SIGINT, SIGTERM and SIGHUP of this process into calls of a handler, made by the thread
/// that runs the io_context. SIGPIPE and SIGXFSZ are ignored: writing that fails is an error.
///
/// A signal that is ignored when this begins stays ignored: who started the program wants it so
/// (SIGHUP by nohup, SIGINT by the `&` of a script).
///
/// The second SIGINT or SIGTERM ends the process at once with exit code 130, from within the signal
/// handler: it works even where the program hangs. What was acknowledged is durable already. SIGHUP
/// counts as neither: a terminal that goes sends it more than once.
///
/// At most one object at a time; its destruction brings back the handlers of before. The handlers
/// of a process are global, and so is the little that they touch.
class process_signals {
public:
  /// `io` outlives this object.
  process_signals(boost::asio::io_context& io, std::function<void(int signal)> handler);
  ~process_signals();

  process_signals(const process_signals&) = delete;
  process_signals& operator=(const process_signals&) = delete;

private:
  struct inside;
  std::shared_ptr<inside> inside_;
};

/// Whether the process ignores it.
bool signal_is_ignored(int signal);

} // namespace seedwalk::sim
