#pragma once

#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "store/database.hpp"
#include "store/query.hpp"
#include "tools/control_client.hpp"

namespace seedwalk::tools {

/// A database to ask, whoever has it: opened here if nobody else has it open, else through the
/// control socket of the crawl that does.
///
/// Both ways take the same queries and bring the same answers, so that no command needs to know
/// which it is.
class db_access {
public:
  /// Opens the database at `path`, which must exist, of `chain` unless that is empty.
  static tl::expected<db_access, store::error> open(const std::string& path,
                                                    const std::string& chain);

  tl::expected<store::answer, store::error> ask(const store::query& what);

  /// The database itself where it is open here; null where a crawl has it.
  store::database* local() { return database_.get(); }

private:
  db_access() = default;

  std::string path_;
  std::unique_ptr<store::database> database_;
  std::optional<control_client> crawl_;
};

} // namespace seedwalk::tools
