#include "tools/db_access.hpp"

#include <fmt/format.h>

#include "actors/control/control_queries.hpp"
#include "store/folder_lock.hpp"

namespace seedwalk::tools {

namespace {

/// How often a database is looked for that is opened and closed by others meanwhile.
constexpr int attempts = 3;

using answer_of_store = tl::expected<store::answer, store::error>;

tl::unexpected<store::error> failed(const std::string& path, const std::string& text) {
  return tl::unexpected(store::error{store::error_code::io, fmt::format("{}: {}", path, text)});
}

answer_of_store ask_crawl(control_client& crawl, const std::string& path,
                          const store::query& query) {
  tl::expected<store::answer, std::string> answer =
      tl::unexpected<std::string>("the crawl that has it open gave no answer");
  const auto done =
      crawl.ask(actors::query_request(query), [&answer, &query](const nlohmann::json& line) {
        answer = actors::answer_in(line, query);
      });
  if (!done)
    return failed(path, done.error().message);
  if (!answer)
    return failed(path, answer.error());
  return std::move(*answer);
}

} // namespace

db_access::db_access(std::string path, store::database_options options)
    : path_(std::move(path)), options_(std::move(options)) {
  options_.disk.look = true;
}

tl::expected<db_access, store::error> db_access::open(const std::string& path,
                                                      store::database_options options) {
  db_access access{path, std::move(options)};
  if (auto found = access.find(); !found)
    return tl::unexpected(std::move(found.error()));
  return access;
}

tl::expected<void, store::error> db_access::find() {
  database_.reset();
  crawl_.reset();
  for (int attempt = 0; attempt != attempts && !store::folder_lock::is_held(path_); ++attempt) {
    database_ = std::make_unique<store::database>(path_, options_);
    const auto opened = database_->open();
    // A process that begins to write takes files away that were about to be read, found or not
    // missed.
    if (database_->is_as_opened()) {
      if (!opened)
        database_.reset();
      return opened;
    }
    database_.reset();
  }
  return connect();
}

tl::expected<void, store::error> db_access::connect() {
  auto crawl = control_client::connect(path_);
  if (!crawl)
    return tl::unexpected(store::error{
        store::error_code::locked,
        fmt::format("{}: another process has this database open, and no crawl answers there: {}",
                    path_, crawl.error())});
  if (!options_.chain.empty())
    if (const auto same = crawl->expect_chain(options_.chain); !same)
      return tl::unexpected(store::error{same.error().bad_request ? store::error_code::other_chain
                                                                  : store::error_code::io,
                                         fmt::format("{}: {}", path_, same.error().message)});
  crawl_ = std::move(*crawl);
  return {};
}

answer_of_store db_access::ask(const store::query& query) {
  for (int attempt = 1;; ++attempt) {
    auto answer = crawl_ ? ask_crawl(*crawl_, path_, query) : database_->answer(query);
    if (answer || attempt == attempts)
      return answer;
    // A crawl may have begun, or ended, since the last question.
    if (crawl_ ? store::folder_lock::is_held(path_) : database_->is_as_opened())
      return answer;
    if (auto found = find(); !found)
      return tl::unexpected(std::move(found.error()));
  }
}

} // namespace seedwalk::tools
