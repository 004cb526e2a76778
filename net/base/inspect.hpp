#pragma once

#include <type_traits>
#include <utility>

namespace seedwalk::net {

/// What `inspect` overloads are called with: an archive of ours (net/base/archive.hpp,
/// net/base/json_writer.hpp).
///
/// The constraint keeps CAF's own inspectors away, which know no variants.
template <class F>
concept inspector = requires {
  typename F::is_seedwalk_archive;
};

/// An archive that wants the names too. It is told them just before the values: those of the
/// fields as one text, "peer, attempt".
template <class F>
concept naming_inspector = inspector<F> && requires(F& archive, const char* text) {
  archive.name_fields(text, text);
};

/// A field that archives pass over on purpose, because what they have leads back to it. It is named
/// like the others, so that nobody has forgotten it; why it is left out stands where it is.
template <class T>
struct not_archived : T {
  not_archived() = default;
  not_archived(T value) : T(std::move(value)) {}
};

} // namespace seedwalk::net

/// Makes a type one that can be recorded, hashed, captured and printed: it names what the type is
/// made of, once, in the order in which archives have it.
///
///     struct dial_peer {
///       endpoint peer;
///       std::uint32_t attempt = 0;
///
///       SEEDWALK_INSPECT(dial_peer, peer, attempt)
///     };
///
/// Every field has to be named, private ones too, and each once: one that is left out does not
/// compile ("only 1 name provided for structured binding ... 'dial_peer' decomposes into 2
/// elements"). A base class with fields of its own does not either: make it a field. What archives
/// do not know how to write does not compile once such an archive is used.
///
/// A type whose fields cannot have just any values has a public `bool is_consistent() const`:
/// `byte_reader` asks it.
///
/// Names are free where the archive is no `naming_inspector`. No field may be called `archive`.
#define SEEDWALK_INSPECT(type, ...)                                                                \
  static void names_every_field([[maybe_unused]] type& inspected) {                                \
    static_assert(__VA_OPT__(true ||) std::is_empty_v<type>, "name the fields of " #type);         \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wshadow\"")                  \
        __VA_OPT__([[maybe_unused]] auto& [__VA_ARGS__] = inspected;                               \
                   /* every field, and each once */) _Pragma("GCC diagnostic pop")                 \
  }                                                                                                \
  template <::seedwalk::net::inspector F>                                                          \
  auto inspect_fields(F& archive) {                                                                \
    if constexpr (::seedwalk::net::naming_inspector<F>)                                            \
      archive.name_fields(#type, "" #__VA_ARGS__);                                                 \
    return archive(__VA_ARGS__);                                                                   \
  }                                                                                                \
  template <::seedwalk::net::inspector F>                                                          \
  friend auto inspect(F& archive, type& inspected) {                                               \
    return inspected.inspect_fields(archive);                                                      \
  }
