#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/db_subcommands.hpp"

namespace seedwalk::tools {

namespace {

/// Reading everything needs the database closed elsewhere: its answers would change on the way.
exit_code refuse_running(const db_line& line, const invocation& how) {
  return line.refuse(how, "a crawl has the database open: end it first, this reads everything");
}

/// Where a crawl began to write meanwhile, files were taken away that were about to be read.
exit_code fail_to_read(const db_line& line, const invocation& how, const store::database& db,
                       const store::error& error) {
  return db.is_as_opened() ? line.fail(how, error) : refuse_running(line, how);
}

} // namespace

exit_code run_db_check(invocation& how) {
  db_line line{"db check", "Reads all of a database and proves that its records and indexes agree.",
               "seedwalk db check --db ./main-db\nseedwalk db check --db ./main-db --json"};
  bool as_json = false;
  line.app().add_flag("--json", as_json, "print one JSON document");
  if (const auto code = line.parse(how))
    return *code;
  auto code = exit_code::done;
  auto db = line.open(how, code);
  if (!db)
    return code;
  if (db->local() == nullptr)
    return refuse_running(line, how);
  const auto report = db->local()->check();
  if (!report)
    return fail_to_read(line, how, *db->local(), report.error());
  if (as_json) {
    how.terminal.out << nlohmann::json{{"ok", report->problem_count == 0},
                                       {"peers", report->peers},
                                       {"visits", report->visits},
                                       {"problem_count", report->problem_count},
                                       {"problems", report->problems}}
                     << '\n';
  } else {
    for (const auto& problem : report->problems)
      how.terminal.out << problem << '\n';
    how.terminal.out << fmt::format("{} endpoints, {} visits, {} problems\n", report->peers,
                                    report->visits, report->problem_count);
  }
  return report->problem_count == 0 ? exit_code::done : exit_code::damaged;
}

exit_code run_db_digest(invocation& how) {
  db_line line{"db digest", "Prints a hash of all that a database holds.",
               "seedwalk db digest --db ./main-db"};
  bool as_json = false;
  line.app().add_flag("--json", as_json, "print one JSON document");
  if (const auto code = line.parse(how))
    return *code;
  auto code = exit_code::done;
  auto db = line.open(how, code);
  if (!db)
    return code;
  if (db->local() == nullptr)
    return refuse_running(line, how);
  const auto digest = db->local()->digest();
  if (!digest)
    return fail_to_read(line, how, *db->local(), digest.error());
  const auto text = fmt::format("{:016x}", *digest);
  if (as_json)
    how.terminal.out << nlohmann::json{{"digest", text}} << '\n';
  else
    how.terminal.out << text << '\n';
  return exit_code::done;
}

} // namespace seedwalk::tools
