#include "tools/db_access.hpp"

#include <fmt/format.h>

#include "actors/config_text.hpp"
#include "net/archive.hpp"

namespace seedwalk::tools {

namespace {

using result = tl::expected<store::answer, store::error>;

tl::unexpected<store::error> failed(const std::string& path, const std::string& what) {
  return tl::unexpected(store::error{store::error_code::io, fmt::format("{}: {}", path, what)});
}

result ask_crawl(control_client& crawl, const std::string& path, const store::query& what) {
  const nlohmann::json request{{"command", "db-query"},
                               {"schema", store::database::schema},
                               {"query", actors::print_hex(net::to_archive(what))}};
  std::string answered;
  const auto done = crawl.ask(request, [&answered](const nlohmann::json& line) {
    if (line.value("type", "") == "answer")
      answered = line.value("answer", "");
  });
  if (!done)
    return failed(path, done.error());
  const auto archived = actors::parse_hex(answered);
  store::answer answer;
  if (!archived || !net::from_archive(*archived, answer) || answer.index() != what.index())
    return failed(path, "the crawl that has it open answers in a way that this build cannot read");
  return answer;
}

} // namespace

tl::expected<db_access, store::error> db_access::open(const std::string& path,
                                                      const std::string& chain) {
  store::database_options options;
  options.disk.create = false;
  options.chain = chain;
  db_access access;
  access.path_ = path;
  access.database_ = std::make_unique<store::database>(path, options);
  const auto opened = access.database_->open();
  if (opened)
    return access;
  access.database_.reset();
  if (opened.error().code != store::error_code::locked)
    return tl::unexpected(opened.error());
  auto crawl = control_client::connect(path);
  if (!crawl) {
    auto error = opened.error();
    error.message += fmt::format(" (and no crawl answers there: {})", crawl.error());
    return tl::unexpected(error);
  }
  access.crawl_ = std::move(*crawl);
  return access;
}

result db_access::ask(const store::query& what) {
  return crawl_ ? ask_crawl(*crawl_, path_, what) : database_->answer(what);
}

} // namespace seedwalk::tools
