// What SEEDWALK_INSPECT must not let pass: ../CMakeLists.txt has this compiled once for each case,
// and expects what the compiler says. Case 0 has to pass.

#include <optional>
#include <string>
#include <utility>

#include "net/base/archive.hpp"

namespace {

using namespace seedwalk;

#if SEEDWALK_CASE == 0

struct whole {
  int peer = 0;
  std::optional<std::string> text;

  SEEDWALK_INSPECT(whole, text, peer)
};

class secretive {
public:
  int sum() const { return peer_ + attempts_; }

  SEEDWALK_INSPECT(secretive, peer_, attempts_)

private:
  int peer_ = 0;
  int attempts_ = 0;
};

struct empty {
  SEEDWALK_INSPECT(empty)
};

net::bytes archives() {
  return net::to_archive(std::pair{std::pair{whole{}, empty{}}, secretive{}});
}

#elif SEEDWALK_CASE == 1 // a field forgotten

struct forgetful {
  int peer = 0;
  std::optional<std::string> text;

  SEEDWALK_INSPECT(forgetful, peer)
};

#elif SEEDWALK_CASE == 2 // a private one

class forgetful {
public:
  int sum() const { return peer_ + attempts_; }

  SEEDWALK_INSPECT(forgetful, peer_)

private:
  int peer_ = 0;
  int attempts_ = 0;
};

#elif SEEDWALK_CASE == 3 // an array, and a reference

struct forgetful {
  int peers[3] = {};
  const int& most;

  SEEDWALK_INSPECT(forgetful, peers)
};

#elif SEEDWALK_CASE == 4 // those of a base class

struct base {
  int peer = 0;
};

struct forgetful : base {
  int attempts = 0;

  SEEDWALK_INSPECT(forgetful, attempts)
};

#elif SEEDWALK_CASE == 5 // all of them

struct forgetful {
  int peer = 0;

  SEEDWALK_INSPECT(forgetful)
};

net::bytes archives() {
  return net::to_archive(forgetful{});
}

#elif SEEDWALK_CASE == 6 // one named twice, instead of another

struct forgetful {
  int peer = 0;
  int attempts = 0;

  SEEDWALK_INSPECT(forgetful, peer, peer)
};

#elif SEEDWALK_CASE == 7 // one that is none

struct forgetful {
  int peer = 0;
  int attempts = 0;

  SEEDWALK_INSPECT(forgetful, peer, attempt)
};

#endif

} // namespace
