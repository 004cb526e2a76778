#include "sim/network/internet.hpp"

namespace seedwalk::sim {

namespace {

net::endpoint without_port(net::endpoint at) {
  at.port = 0;
  return at;
}

net::endpoint without_address(net::endpoint at) {
  at.address = {};
  return at;
}

template <class Map, class Key>
net::error enter(Map& answers, const Key& key, const dial_answer& answer) {
  return answers.emplace(key, answer).second ? net::error::none : net::error::address_in_use;
}

} // namespace

internet::internet(const internet_options& o, schedule& events)
    : options_(o), events_(events), streams_(o.streams, events, *this),
      datagrams_(o.datagrams, events) {
  names_.emplace("localhost", name_answer{{}, {net::ipv4_endpoint(0x7f000001, 0)}, {}});
}

void internet::set_faults(std::vector<fault_rule> rules) {
  datagrams_.set_faults(rules);
  streams_.set_faults(std::move(rules));
}

net::error internet::answer(const net::endpoint& at, const dial_answer& answer) {
  return enter(answers_, at, answer);
}

net::error internet::answer_loopback(const net::endpoint& any, const dial_answer& answer) {
  return enter(loopback_answers_, without_address(any), answer);
}

net::error internet::answer(const std::string& path, const dial_answer& answer) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos)
    return net::error::address_not_available;
  // Slashes that follow each other are one.
  const auto end_of_folder = path.find_last_not_of('/', slash);
  if (!folders_.contains(path.substr(0, end_of_folder + 1)))
    return net::error::address_not_available;
  return enter(path_answers_, path, answer);
}

void internet::forget_loopback(const net::endpoint& any) {
  loopback_answers_.erase(without_address(any));
}

void internet::add_host(const net::endpoint& address) {
  hosts_.insert(without_port(address));
}

bool internet::has_host(const net::endpoint& address) const {
  return net::is_loopback(address) || hosts_.contains(without_port(address));
}

void internet::set_proxy(const net::endpoint& at, proxy_state state) {
  proxies_[at] = state;
}

proxy_state internet::proxy_at(const net::endpoint& at) const {
  const auto known = proxies_.find(at);
  return known == proxies_.end() ? proxy_state::absent : known->second;
}

void internet::set_name(const std::string& host, name_answer answer) {
  names_[host] = std::move(answer);
}

name_answer internet::look_up(const std::string& host) const {
  if (const auto known = names_.find(host); known != names_.end()) {
    auto answer = known->second;
    if (answer.reason == net::error::none && answer.addresses.empty())
      answer.reason = net::error::name_not_found;
    return answer;
  }
  if (const auto numeric = net::parse_endpoint(host, 1))
    return {net::error::none, {*numeric}, {}};
  name_answer nobody;
  nobody.reason = net::error::name_not_found;
  return nobody;
}

dial_answer internet::find(const route& route) {
  const auto refused = dial_answer{dial_answer::kind::fails, nullptr, net::error::refused};
  if (!route.path.empty()) {
    const auto at = path_answers_.find(route.path);
    return at == path_answers_.end() ? refused : at->second;
  }
  if (const auto at = answers_.find(route.to); at != answers_.end())
    return at->second;
  if (net::is_loopback(route.to)) {
    const auto at = loopback_answers_.find(without_address(route.to));
    return at == loopback_answers_.end() ? refused : at->second;
  }
  if (has_host(route.to) || options_.unknown == unknown_host::refused)
    return refused;
  if (options_.unknown == unknown_host::unreachable)
    return {dial_answer::kind::fails, nullptr, net::error::host_unreachable};
  return {};
}

} // namespace seedwalk::sim
