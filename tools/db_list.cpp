#include <array>
#include <memory>
#include <ostream>
#include <utility>

#include <fmt/format.h>

#include "net/bitcoin/chain_params.hpp"
#include "store/export.hpp"
#include "tools/db_subcommands.hpp"
#include "tools/option_values.hpp"
#include "tools/output_file.hpp"
#include "tools/text_table.hpp"

namespace seedwalk::tools {

namespace {

/// A table is printed in parts of so many rows: memory stays small however much is known.
constexpr std::size_t rows_at_once = 1'000;

class peer_table {
public:
  explicit peer_table(std::ostream& out) : out_(out) {}

  void add(const net::endpoint& peer, const store::peer_record& r) {
    table_.add({net::to_string(peer),
                store::good(r) ? "good"
                : r.last       ? "failed"
                               : "untried",
                r.last ? std::string{net::name_of(r.last->outcome)} : "",
                time_text(r.last_try.count()), fmt::format("{}/{}", r.successes, r.tries),
                r.version ? fmt::format("{}", r.version->start_height) : "",
                r.version ? printable(r.version->user_agent) : ""});
    if (++waiting_ == rows_at_once)
      print();
  }

  void print() {
    table_.print(out_);
    waiting_ = 0;
  }

private:
  text_table table_{{{"address", text_table::align::left},
                     {"state", text_table::align::left},
                     {"last outcome", text_table::align::left},
                     {"last try (UTC)", text_table::align::left},
                     {"good", text_table::align::right},
                     {"height", text_table::align::right},
                     {"user agent", text_table::align::left}}};
  std::size_t waiting_ = 0;
  std::ostream& out_;
};

/// The rows of an export, in a format that it was told by name.
class row_writer {
public:
  row_writer(std::ostream& out, const std::string& format)
      : out_(out), format_(format), now_(wall_time()) {
    if (format_ == "csv")
      out_ << store::csv_header() << '\n';
    if (format_ == "dnsseed")
      out_ << store::dnsseed_header() << '\n';
  }

  void add(const net::endpoint& peer, const store::peer_record& r) {
    if (format_ == "csv")
      out_ << store::csv_row(peer, r) << '\n';
    else if (format_ == "dnsseed")
      out_ << store::dnsseed_row(peer, r, now_, policy_) << '\n';
    else
      out_ << store::json_row(peer, r) << '\n';
  }

  void want_port(std::uint16_t port) { policy_.port = port; }

private:
  std::ostream& out_;
  std::string format_;
  store::timestamp now_;
  store::seed_policy policy_;
};

} // namespace

exit_code run_db_list(invocation& invoked) {
  db_line line{"db list", "Lists the endpoints that a database knows.",
               "seedwalk db list --good --db ./main-db\nseedwalk db list --only torv3 --limit 20\n"
               "seedwalk db list --tried --json | jq -c 'select(.good|not)'"};
  bool as_json = false;
  db_selection selection;
  line.app().add_flag("--json", as_json, "print JSON lines");
  selection.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto problem = selection.problem(); !problem.empty())
    return line.refuse(invoked, problem);
  auto code = exit_code::done;
  auto db = line.open(invoked, code);
  if (!db)
    return code;
  auto& out = invoked.terminal.out;
  if (as_json)
    return for_each_peer(line, invoked, *db, selection,
                         [&out](const auto& peer, const auto& record) {
                           out << store::json_row(peer, record) << '\n';
                         })
        .value_or(exit_code::done);
  peer_table table{out};
  const auto failed =
      for_each_peer(line, invoked, *db, selection,
                    [&table](const auto& peer, const auto& record) { table.add(peer, record); });
  table.print();
  return failed.value_or(exit_code::done);
}

exit_code run_db_export(invocation& invoked) {
  db_line line{"db export", "Writes the endpoints that a database knows for other programs.",
               "seedwalk db export --format csv --output nodes.csv\n"
               "seedwalk db export --format dnsseed --tried > dnsseed.dump"};
  std::string format = "json";
  std::string path;
  std::uint16_t port = net::find_chain("main")->default_port;
  db_selection selection;
  add_name(line.app(), "--format", format, "dnsseed: as Bitcoin Core's makeseeds.py reads")
      ->type_name("json|csv|dnsseed")
      ->check(CLI::IsMember({"json", "csv", "dnsseed"}));
  add_name(line.app(), "--output", path, "write to this file, not to stdout")->type_name("FILE");
  add_number(line.app(), "--port", port, {1, 65'535},
             "dnsseed: the port that a node has to have to be called good");
  selection.declare(line.app());
  if (const auto code = line.parse(invoked))
    return *code;
  if (const auto problem = selection.problem(); !problem.empty())
    return line.refuse(invoked, problem);
  auto code = exit_code::done;
  auto db = line.open(invoked, code);
  if (!db)
    return code;
  std::unique_ptr<output_file> file;
  if (!path.empty()) {
    auto made = output_file::create("--output", path);
    if (!made)
      return line.refuse(invoked, made.error());
    file = std::move(*made);
  }
  row_writer rows{file ? file->stream() : invoked.terminal.out, format};
  rows.want_port(port);
  const auto failed =
      for_each_peer(line, invoked, *db, selection,
                    [&rows](const auto& peer, const auto& record) { rows.add(peer, record); });
  if (file)
    file->finish();
  return failed.value_or(exit_code::done);
}

} // namespace seedwalk::tools
