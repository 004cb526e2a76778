#pragma once

#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "store/database.hpp"
#include "store/query.hpp"
#include "tools/control_client.hpp"

namespace seedwalk::tools {

/// A database to ask, in use or not: looked into here if nobody writes it, else asked for through
/// the control socket of the crawl that does.
///
/// Both ways take the same queries and bring the same answers, so that no command needs to know
/// which it is. Looking locks nobody out: where a crawl begins or ends between two questions, the
/// next one finds the other way.
class db_access {
public:
  /// Looks for the database at `path`, which must exist, of `options.chain` unless that is empty.
  static tl::expected<db_access, store::error> open(const std::string& path,
                                                    store::database_options options);

  tl::expected<store::answer, store::error> ask(const store::query& query);

  /// The database itself where it is looked into here; null where a crawl has it.
  store::database* local() { return database_.get(); }

private:
  db_access(std::string path, store::database_options options);

  /// Opens it here, or connects to the crawl that has it.
  tl::expected<void, store::error> find();
  tl::expected<void, store::error> connect();

  std::string path_;
  store::database_options options_;
  std::unique_ptr<store::database> database_;
  std::optional<control_client> crawl_;
};

} // namespace seedwalk::tools
