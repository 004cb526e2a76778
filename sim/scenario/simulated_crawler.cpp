#include "sim/scenario/simulated_crawler.hpp"

#include <utility>

#include "actors/config/build_identity.hpp"
#include "net/base/archive.hpp"
#include "sim/record/process_recording.hpp"

namespace seedwalk::sim {

namespace {

storage::options storage_options(const simulated_crawler::options& o) {
  storage::options result;
  result.host = o.name;
  result.listener = o.doors;
  result.database = storage::small_database(o.endpoints_expected);
  result.database.schedule = o.recipe.config.schedule;
  result.database.limits.known = o.recipe.config.storage.max_known;
  result.database.limits.per_ipv4_address = o.recipe.config.storage.max_per_ipv4;
  result.database.limits.per_ipv6_64 = o.recipe.config.storage.max_per_ipv6_64;
  result.database.limits.per_ipv6_48 = o.recipe.config.storage.max_per_ipv6_48;
  result.database.limits.inbound = o.recipe.config.storage.max_inbound_records;
  result.database.chain = o.recipe.config.network.name;
  result.database.seed = o.seed;
  return result;
}

std::unique_ptr<disk> make_disk(const simulated_crawler::options& o) {
  auto drive = o.drive;
  drive.seed = o.seed;
  return std::make_unique<disk>(drive);
}

} // namespace

simulated_crawler::simulated_crawler(sim::world& world, sim::internet& internet, options o)
    : world_(world), internet_(internet), options_(std::move(o)),
      process_(world, {options_.name, options_.wall_steps}), heard_(process_, options_.doors),
      storage_(storage_options(options_), world.events(), process_, make_disk(options_)),
      watched_storage_(process_, storage_) {
  make_program();
}

simulated_crawler::~simulated_crawler() {
  process_.kill();
}

void simulated_crawler::make_program() {
  doors_.push_back(std::make_unique<network>(
      internet_, heard_, network::host{options_.addresses, process_.incarnation()}));
  door_ = doors_.back().get();
  net::network* next = door_;
  if (options_.network_between) {
    between_ = options_.network_between(*door_);
    next = between_.get();
  }
  if (options_.doors != nullptr) {
    calls_ = std::make_unique<heard_network>(*next, *options_.doors);
    next = calls_.get();
  }
  watched_network_ = std::make_unique<watched_network>(process_, *next);
  program_ = std::make_unique<actors::crawl_program>(
      actors::crawl_doors{process_, *watched_network_, watched_storage_, process_}, options_.recipe,
      options_.seed, options_.build, nullptr);
  program_->add_kinds(kinds_);
  program_->add_parts(parts_);
  parts_.add_number("network", [this] { return watched_network_->last_asked(); });
  parts_.add_number("storage", [this] { return watched_storage_.last_asked(); });
  if (options_.on_program)
    options_.on_program(*program_);
}

tl::expected<void, store::error> simulated_crawler::start() {
  if (auto opened = storage_.open(); !opened)
    return opened;
  root_ = process_.prefix() + "crawler";
  self_ = program_->start(root_);
  return {};
}

recording_header simulated_crawler::recording_header() const {
  auto header = recording_header_of(process_);
  header.build = actors::build_identity();
  header.configuration = net::to_archive(options_.recipe);
  header.seed = options_.seed;
  header.told_build = options_.build;
  return header;
}

void simulated_crawler::stop(int signal) {
  process_.deliver(self_, net::control_completion{net::stop_requested{signal}});
}

void simulated_crawler::reload(const std::string& contents) {
  process_.deliver(self_,
                   net::control_completion{net::reload_requested{"test.toml", contents, {}}});
}

void simulated_crawler::end_process() {
  process_.kill();
  process_.drop_timers_of_the_dead();
  door_->vanish();
  self_ = net::nobody;
}

void simulated_crawler::kill(const loss_model& loss) {
  end_process();
  storage_.crash(loss);
}

void simulated_crawler::kill_in(std::uint64_t nth_change, const call_progress& progress,
                                const loss_model& loss) {
  end_process();
  storage_.crash_in(nth_change, progress, loss);
}

void simulated_crawler::end_at_once() {
  kill({loss_model::bytes::keep, loss_model::names::keep});
  is_gone_ = true;
}

tl::expected<void, store::error> simulated_crawler::restart() {
  program_.reset();
  process_.restart();
  make_program();
  auto started = start();
  is_gone_ = !started;
  if (is_gone_)
    process_.kill();
  return started;
}

std::vector<std::string> simulated_crawler::recreate() {
  // Those of before a change may live in the actors' states alone, which die with the actors.
  const auto kept = program_->env().settings.all();
  return sim::recreate(process_, kinds_);
}

net::owner simulated_crawler::actor(const std::string& below) const {
  const auto wanted = root_ + "/" + below;
  for (auto id = self_.id; id != self_.id + 16; ++id)
    if (process_.name_of({id}) == wanted)
      return {id};
  return net::nobody;
}

} // namespace seedwalk::sim
