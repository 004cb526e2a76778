#pragma once

#include <string>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "store/query.hpp"

namespace seedwalk::actors {

// A query of the storage door, and its answer, as the JSON objects that cross the control socket:
// the archived value in hexadecimal, beside the schema of the database. Both sides use these, so
// that `seedwalk db` sees the same through a running crawl as in a database of its own. Errors are
// one line.

/// {"command": "db-query", "schema": 2, "query": "..."}.
nlohmann::json query_request(const store::query& query);

/// The query in a request; the error is to be the answer.
tl::expected<store::query, std::string> query_in(const nlohmann::json& request);

/// {"type": "answer", "answer": "..."}.
nlohmann::json answer_line(const store::answer& answer);

/// The answer in a line that answers `asked`.
tl::expected<store::answer, std::string> answer_in(const nlohmann::json& line,
                                                   const store::query& asked);

} // namespace seedwalk::actors
