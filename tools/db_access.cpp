#include "tools/db_access.hpp"

#include <fmt/format.h>

#include "actors/control_queries.hpp"

namespace seedwalk::tools {

namespace {

using result = tl::expected<store::answer, store::error>;

tl::unexpected<store::error> failed(const std::string& path, const std::string& what) {
  return tl::unexpected(store::error{store::error_code::io, fmt::format("{}: {}", path, what)});
}

result ask_crawl(control_client& crawl, const std::string& path, const store::query& what) {
  tl::expected<store::answer, std::string> answer =
      tl::unexpected<std::string>("the crawl that has it open gave no answer");
  const auto done =
      crawl.ask(actors::query_request(what), [&answer, &what](const nlohmann::json& line) {
        answer = actors::answer_in(line, what);
      });
  if (!done)
    return failed(path, done.error().message);
  if (!answer)
    return failed(path, answer.error());
  return std::move(*answer);
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
  if (!chain.empty())
    if (const auto same = crawl->expect_chain(chain); !same)
      return tl::unexpected(store::error{same.error().bad_request ? store::error_code::other_chain
                                                                  : store::error_code::io,
                                         fmt::format("{}: {}", path, same.error().message)});
  access.crawl_ = std::move(*crawl);
  return access;
}

result db_access::ask(const store::query& what) {
  return crawl_ ? ask_crawl(*crawl_, path_, what) : database_->answer(what);
}

} // namespace seedwalk::tools
