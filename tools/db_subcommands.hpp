#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "tools/command_line.hpp"
#include "tools/config_flags.hpp"
#include "tools/db_access.hpp"

namespace seedwalk::tools {

/// The part that all `seedwalk db` commands share: the flags that say which database, and opening
/// it.
class db_line {
public:
  db_line(const std::string& name, std::string purpose, std::string examples);

  CLI::App& app() { return line_.app(); }

  /// Reads the arguments. Nothing: go on. Else: end with this.
  std::optional<exit_code> parse(const invocation& invoked) { return line_.parse(invoked); }

  struct database_place {
    std::string path;
    store::database_options options;
  };

  /// Which database the arguments name. Nothing: it was said why not; end with `code`.
  std::optional<database_place> place(const invocation& invoked, exit_code& code) const;

  /// Opens it for looking. Nothing: as above.
  std::optional<db_access> open(const invocation& invoked, exit_code& code) const;

  /// The port of endpoints that are named without one: that of the chain that was named, else
  /// main's.
  std::uint16_t default_port(const invocation& invoked) const;

  /// Says on stderr what went wrong with the database, and gives what to end with.
  exit_code fail(const invocation& invoked, const store::error& error) const;

  exit_code refuse(const invocation& invoked, const std::string& message) const {
    return line_.refuse(invoked, message);
  }

private:
  std::string name_;
  command_line line_;
  config_flags flags_;
};

/// Which endpoints of a database.
struct db_selection {
  bool good_only = false;
  bool tried_only = false;
  std::string network;                ///< "ipv4", ...; empty: all.
  std::optional<std::uint64_t> limit; ///< Nothing: no limit.

  void declare(CLI::App& app);

  /// What is wrong with what was given; empty if nothing is. To be asked before anything is
  /// printed.
  std::string problem() const;

  /// The question for its first page. Precondition: nothing is wrong with it.
  store::list_query query() const;
};

/// Gives `each` the endpoints of a selection in their order.
std::optional<exit_code>
for_each_peer(const db_line& line, const invocation& invoked, db_access& db,
              const db_selection& selection,
              const std::function<void(const net::endpoint&, const store::peer_record&)>& each);

/// Now, for what is relative to it: "this week", ages, averages that decay.
store::timestamp wall_time();

exit_code run_db_stats(invocation& invoked);
exit_code run_db_get(invocation& invoked);
exit_code run_db_list(invocation& invoked);
exit_code run_db_export(invocation& invoked);
exit_code run_db_censuses(invocation& invoked);
exit_code run_db_check(invocation& invoked);
exit_code run_db_digest(invocation& invoked);
exit_code run_db_migrate(invocation& invoked);

} // namespace seedwalk::tools
