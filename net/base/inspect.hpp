#pragma once

#include <concepts>

namespace seedwalk::net {

/// What `inspect` overloads are called with: an archive of ours (see net/base/archive.hpp).
///
/// A type that can be recorded, hashed or captured says what it is made of, once:
///
///     template <inspector F> friend auto inspect(F& f, dial_peer& x) { return f(x.peer,
///     x.attempt); }
///
/// The constraint keeps CAF's own inspectors away, which know no variants.
template <class F>
concept inspector = requires {
  typename F::is_seedwalk_archive;
};

} // namespace seedwalk::net
