#include "tools/trace_target.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "tools/option_values.hpp"
#include "tools/recording_target.hpp"

namespace seedwalk::tools {

void trace_target::declare(CLI::App& app) {
  add_name(app, "--trace", path_, "write down what happens, for `seedwalk trace`: the newest of it")
      ->type_name("FILE");
}

tl::expected<void, std::string> trace_target::open() {
  if (path_.empty())
    return {};
  if (auto problem = problem_with_trace(path_); !problem.empty())
    return tl::unexpected(std::move(problem));
  auto made = output_file::create("--trace", path_);
  if (!made)
    return tl::unexpected(std::move(made.error()));
  file_ = std::move(*made);
  return {};
}

void trace_target::begin(sim::crawl_world& world, std::string again) {
  if (file_)
    trace_ = std::make_unique<sim::crawl_trace>(world, std::move(again));
}

void trace_target::finish(const sim::crawl_verdict& verdict) {
  if (!trace_)
    return;
  trace_->finish(verdict);
  trace_->write(file_->stream());
  file_->finish();
  const auto& made = trace_->recorder();
  told_ = fmt::format("traced {} entries", made.entries() - made.dropped());
  if (made.dropped() != 0)
    told_ += fmt::format(" (the first {} are gone: more than {} are not kept)", made.dropped(),
                         sim::trace_bounds{}.entries);
  told_ += fmt::format("; to see them: {}\n", page_command());
  trace_.reset();
}

std::string trace_target::page_command() const {
  if (path_.empty())
    return {};
  return fmt::format("seedwalk trace export {} --html {}", path_,
                     std::filesystem::path{path_}.replace_extension("html").string());
}

} // namespace seedwalk::tools
