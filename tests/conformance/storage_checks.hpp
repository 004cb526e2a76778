#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tests/conformance/storage_under_test.hpp"

namespace seedwalk::storage_conformance {

/// One part of the storage door's contract. A check says what it found wrong and fails no test by
/// itself, so that it can be asked about doors that are broken on purpose, too.
struct storage_check {
  std::string name;
  std::vector<std::string> (*run)(const storage_implementation& made);

  friend std::ostream& operator<<(std::ostream& out, const storage_check& x) {
    return out << x.name;
  }
};

/// All of them.
const std::vector<storage_check>& storage_checks();

/// One step of a drawn use of the door.
struct storage_command {
  enum class kind : std::uint8_t {
    write,
    look,
    let_pass,
    crash,      ///< And open again.
    stop,       ///< And open again.
    break_disk, ///< Mended by the next one, by a stop or by a crash.
    hold,       ///< A batch is made, and some of what follows waits for it.
    hear_all,
  };
  static constexpr std::uint8_t kinds = 8;
  kind type = kind::write;
  std::uint32_t draw = 0; ///< Decides the rest.
};

std::ostream& operator<<(std::ostream& out, const storage_command& x);

/// Makes these steps, looks at the end, and says what was wrong.
std::vector<std::string> play(const storage_implementation& made,
                              const std::vector<storage_command>& steps);

} // namespace seedwalk::storage_conformance
