#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/mailbox_element.hpp>

#include "net/base/archive.hpp"
#include "net/base/owner.hpp"

namespace seedwalk::sim {

/// A run that breaks a rule breaks it often: the first of them say enough.
inline constexpr std::size_t violations_max = 100;

} // namespace seedwalk::sim

namespace seedwalk::net {

/// A type that our archives can write: what may be sent from actor to actor.
template <class T>
concept archivable = requires(byte_writer& f, T& x) {
  inspect(f, x);
};

} // namespace seedwalk::net

namespace caf {

/// Our messages are inspectable by our archives, not by CAF's: they never leave the process by
/// CAF's means.
template <class T>
requires seedwalk::net::archivable<T>
struct allowed_unsafe_message_type<T> : std::true_type {
};

} // namespace caf

namespace seedwalk::net {

/// What a runtime knows of an actor beside its handle. All pointers outlive the enrolment.
struct enrolment {
  owner id;          ///< From `next_owner`.
  std::string name;  ///< Stable: "crawler/peer/127.1.0.1:18444#3".
  caf::actor handle; ///< Spawned lazily; runs nothing before its first message.
  std::size_t mailbox_max =
      0; ///< The most messages that may wait; checked with each that is sent. 0: unchecked.
  bool observer = false;       ///< Watches, and is not watched: its messages are no steps.
  const void* state = nullptr; ///< What `capture` writes.
  void (*capture)(const void* state, bytes& out) = nullptr;
  std::string (*describe)(const void* state) = nullptr; ///< The same as JSON, for people.
  std::string_view kind; ///< Names the factory that can bring it back.
};

/// The part of a runtime that actors see: names, spawning's bookkeeping, and messages by name.
///
/// Actors hold each other as `owner`, never as handles, so that all they know is data. A message to
/// somebody who is gone is dropped.
///
/// Threads: called from steps only. Implementations: `sim::process`, under which every runtime but
/// `--threads` runs, and `sim::threaded_runtime`.
class runtime {
public:
  virtual ~runtime() = default;

  virtual caf::actor_system& system() = 0;

  /// The number of the next actor to enrol.
  virtual owner next_owner() = 0;

  /// Makes an actor known. From now on messages reach it; where steps run at the same time, once
  /// `started` says so.
  virtual void enrol(enrolment actor) = 0;

  /// `owner` is ready: its `start` has returned, in the step of the actor that spawned it.
  virtual void started(net::owner owner) = 0;

  /// Forgets an actor that is about to quit. What still waits for it is dropped.
  virtual void retire(net::owner owner) = 0;

  /// Takes note that an actor threw: the run goes on, and its exit code will say so.
  virtual void note_failure(net::owner owner, std::string_view text) = 0;

  /// Sends `content` to `to`.
  template <class T>
  void send(owner to, T&& content) {
    using type = std::remove_cvref_t<T>;
    static_assert(archivable<type>, "a message needs an inspect overload");
    if (wants_payloads(to))
      note_payload(to_archive(content));
    enqueue(to, caf::make_mailbox_element(nullptr, caf::make_message_id(),
                                          caf::mailbox_element::forwarding_stack{},
                                          std::forward<T>(content)));
  }

protected:
  /// True if payloads for `to` are part of the run's chain (`--deep`, observers left out).
  virtual bool wants_payloads(owner to) const = 0;
  virtual void note_payload(const bytes& payload) = 0;
  virtual void enqueue(owner to, caf::mailbox_element_ptr element) = 0;
};

} // namespace seedwalk::net
