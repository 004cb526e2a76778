#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/db_subcommands.hpp"

namespace seedwalk::tools {

exit_code run_db_migrate(invocation& invoked) {
  db_line line{
      "db migrate",
      "Brings a database of an earlier version up to date, in place; a crawl does the same "
      "when it opens one. Killed on the way, it goes on the next time. The earlier version "
      "does not open it any more: copy the folder before, if that may be wanted.",
      "seedwalk db migrate --db ./main-db\nseedwalk db migrate --db ./main-db --json"};
  bool as_json = false;
  line.app().add_flag("--json", as_json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  auto code = exit_code::done;
  auto place = line.place(invoked, code);
  if (!place)
    return code;
  place->options.disk.create = false;
  store::database db{place->path, place->options};
  if (const auto opened = db.open(); !opened)
    return line.fail(invoked, opened.error());
  const auto done = db.migrated().value_or(store::migration_report{db.schema, db.schema, 0, 0});
  if (as_json)
    invoked.terminal.out << nlohmann::json{{"from", done.from},
                                           {"to", done.to},
                                           {"looked_at", done.looked_at},
                                           {"migrated", done.from != done.to}}
                         << '\n';
  else if (done.from == done.to)
    invoked.terminal.out << fmt::format("schema {}: there is nothing to do\n", done.to);
  else
    invoked.terminal.out << fmt::format("from schema {} to {}: {} values were looked at\n",
                                        done.from, done.to, done.looked_at);
  return exit_code::done;
}

} // namespace seedwalk::tools
