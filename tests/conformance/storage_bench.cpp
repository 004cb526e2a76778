#include "tests/conformance/storage_bench.hpp"

#include <utility>

namespace seedwalk::storage_conformance {

storage_bench::storage_bench(const storage_implementation& made) : world_(made.make(referee_)) {
  referee_.watch(*world_);
}

void storage_bench::require(bool holds, const std::string& otherwise) {
  if (!holds)
    found_.push_back(otherwise);
}

store::request_id storage_bench::write(store::batch batch, net::owner owner) {
  return referee_.write(std::move(batch), owner);
}

store::request_id storage_bench::look(net::owner owner) {
  return referee_.query(store::bans_query{}, owner);
}

void storage_bench::hear_all() {
  require(world_->run_until([this] { return referee_.owed() == 0; }),
          std::to_string(referee_.owed()) + " calls do not complete");
}

void storage_bench::hear(store::error_code code, std::size_t count) {
  require(world_->run_until([&] { return referee_.heard_of(code) >= count; }),
          std::to_string(referee_.heard_of(code)) + " of " + std::to_string(count) +
              " completions with " + std::string(name_of(code)) + " were heard");
}

void storage_bench::look_now() {
  look();
  hear_all();
}

std::uint64_t storage_bench::visits_now() {
  referee_.query(store::stats_query{}, {2});
  hear_all();
  return referee_.visits_told();
}

void storage_bench::hold() {
  world_->settle();
  world_->hold();
  referee_.held(true);
}

void storage_bench::release() {
  referee_.held(false);
  world_->release();
}

void storage_bench::set_trouble(trouble kind) {
  hear_all();
  referee_.troubled(kind);
  world_->set_trouble(kind);
}

void storage_bench::stop() {
  referee_.stopping();
  world_->stop();
  hear_all();
}

void storage_bench::crash(std::uint64_t seed) {
  referee_.crashed();
  world_->crash(seed);
}

void storage_bench::reopen() {
  const auto opened = world_->reopen();
  if (!opened)
    require(false, "the database does not open again: " + opened.error().message);
  referee_.watch(*world_);
}

std::vector<std::string> storage_bench::complaints() {
  hear_all();
  world_->settle();
  auto all = std::exchange(found_, {});
  const auto& violations = referee_.violations();
  all.insert(all.end(), violations.begin(), violations.end());
  return all;
}

namespace {

net::endpoint target(std::uint32_t n) {
  return net::ipv4_endpoint(0x01020000u + n, 8333);
}

} // namespace

store::operation put(std::uint32_t n, std::uint64_t value) {
  return store::add_ban{{target(n), std::to_string(value), store::timestamp{1'800'000'000}, {}}};
}

store::operation visit(std::uint32_t n) {
  store::visit_record made;
  made.started = made.ended = store::timestamp{1'800'000'000};
  return store::record_visit{target(n), made};
}

store::operation lift(std::uint32_t n) {
  return store::lift_ban{target(n)};
}

} // namespace seedwalk::storage_conformance
