#include "actors/control/control_queries.hpp"

#include "actors/config/config_text.hpp"
#include "net/base/archive.hpp"
#include "store/database.hpp"

namespace seedwalk::actors {

namespace {

/// The text of a member; empty where there is none, or something else.
std::string text_in(const nlohmann::json& object, const char* name) {
  const auto i = object.find(name);
  return i != object.end() && i->is_string() ? i->get<std::string>() : std::string{};
}

template <class T>
bool unarchived(const std::string& hex, T& value) {
  const auto archived = parse_hex(hex);
  return archived && net::from_archive(*archived, value);
}

} // namespace

nlohmann::json query_request(const store::query& query) {
  return {{"command", "db-query"},
          {"schema", store::database::schema},
          {"query", print_hex(net::to_archive(query))}};
}

tl::expected<store::query, std::string> query_in(const nlohmann::json& request) {
  const auto schema = request.find("schema");
  if (schema == request.end() || *schema != store::database::schema)
    return tl::unexpected<std::string>("asked by a build whose databases have another schema");
  store::query query;
  if (!unarchived(text_in(request, "query"), query))
    return tl::unexpected<std::string>("not a query that this build can read");
  return query;
}

nlohmann::json answer_line(const store::answer& answer) {
  return {{"type", "answer"}, {"answer", print_hex(net::to_archive(answer))}};
}

tl::expected<store::answer, std::string> answer_in(const nlohmann::json& line,
                                                   const store::query& asked) {
  store::answer answer;
  if (text_in(line, "type") != "answer" || !unarchived(text_in(line, "answer"), answer) ||
      answer.index() != asked.index())
    return tl::unexpected<std::string>("not an answer that this build can read");
  return answer;
}

} // namespace seedwalk::actors
