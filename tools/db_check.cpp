#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/db_subcommands.hpp"

namespace seedwalk::tools {

namespace {

/// Reading everything needs the database closed elsewhere: its answers would change on the way.
exit_code refuse_running(const db_line& line, const invocation& invoked) {
  return line.refuse(invoked, "a crawl has the database open: end it first, this reads everything");
}

/// Where a crawl began to write meanwhile, files were taken away that were about to be read.
exit_code fail_to_read(const db_line& line, const invocation& invoked, const store::database& db,
                       const store::error& error) {
  return db.is_as_opened() ? line.fail(invoked, error) : refuse_running(line, invoked);
}

} // namespace

exit_code run_db_check(invocation& invoked) {
  db_line line{"db check", "Reads all of a database and proves that its records and indexes agree.",
               "seedwalk db check --db ./main-db\nseedwalk db check --db ./main-db --json"};
  bool as_json = false;
  line.app().add_flag("--json", as_json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  auto code = exit_code::done;
  auto db = line.open(invoked, code);
  if (!db)
    return code;
  if (db->local() == nullptr)
    return refuse_running(line, invoked);
  const auto report = db->local()->check();
  if (!report)
    return fail_to_read(line, invoked, *db->local(), report.error());
  if (as_json) {
    invoked.terminal.out << nlohmann::json{{"ok", report->problem_count == 0},
                                           {"peers", report->peers},
                                           {"visits", report->visits},
                                           {"problem_count", report->problem_count},
                                           {"problems", report->problems}}
                         << '\n';
  } else {
    for (const auto& problem : report->problems)
      invoked.terminal.out << problem << '\n';
    invoked.terminal.out << fmt::format("{} endpoints, {} visits, {} problems\n", report->peers,
                                        report->visits, report->problem_count);
  }
  return report->problem_count == 0 ? exit_code::done : exit_code::damaged;
}

exit_code run_db_digest(invocation& invoked) {
  db_line line{"db digest", "Prints a hash of all that a database holds.",
               "seedwalk db digest --db ./main-db"};
  bool as_json = false;
  line.app().add_flag("--json", as_json, "print one JSON document");
  if (const auto code = line.parse(invoked))
    return *code;
  auto code = exit_code::done;
  auto db = line.open(invoked, code);
  if (!db)
    return code;
  if (db->local() == nullptr)
    return refuse_running(line, invoked);
  const auto digest = db->local()->digest();
  if (!digest)
    return fail_to_read(line, invoked, *db->local(), digest.error());
  const auto text = fmt::format("{:016x}", *digest);
  if (as_json)
    invoked.terminal.out << nlohmann::json{{"digest", text}} << '\n';
  else
    invoked.terminal.out << text << '\n';
  return exit_code::done;
}

} // namespace seedwalk::tools
