#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <rapidcheck.h>

#include "actors/config/config_table.hpp"

namespace seedwalk::actors {

/// Texts that `option` accepts, by what its help calls the value; `salt` makes two draws differ.
inline option_texts drawn_texts(const config_option& option, unsigned salt) {
  const auto one_of = [salt](std::vector<std::string> all) { return all[salt % all.size()]; };
  const auto second = [](unsigned n) { return fmt::format("{}s", n); };
  if (option.kind == value_kind::boolean)
    return {one_of({"true", "false"})};
  if (option.path == "schedule.backoff") {
    option_texts waits;
    for (unsigned i = 0; i != 6; ++i)
      waits.push_back(second(salt + i + 1));
    return waits;
  }
  if (option.path == "schedule.full_retries")
    return {second(salt + 1), second(salt + 2)};
  if (option.value == "CHAIN")
    return {one_of({"main", "testnet3", "testnet4", "signet", "regtest"})};
  if (option.value == "HEX")
    return {fmt::format("{:04x}", salt % 65'536)};
  if (option.value == "DURATION")
    return {second(salt)};
  if (option.value == "SIZE")
    return {fmt::format("{}K", salt)};
  if (option.value.starts_with("trace|"))
    return {one_of({"trace", "debug", "info", "warning", "error"})};
  if (option.value == "logfmt|json")
    return {one_of({"logfmt", "json"})};
  if (option.kind == value_kind::integer)
    return {fmt::format("{}", salt)};
  if (option.value == "NET")
    return {one_of({"ipv4", "ipv6", "torv3"}), one_of({"cjdns", "yggdrasil"})};
  if (option.value == "ADDR[:PORT]" || option.value == "ADDR:PORT") {
    const auto first = fmt::format("127.0.0.{}:{}", salt % 256, 1 + salt % 60'000);
    return option.kind == value_kind::list ? option_texts{first, "[::1]:8333"}
                                           : option_texts{first};
  }
  if (option.value == "HOST[:PORT]")
    return {fmt::format("127.0.0.{}:{}", salt % 256, 1 + salt % 60'000),
            fmt::format("node{}.example.org", salt), "Localhost:8333"};
  if (option.value == "RULE")
    return {fmt::format("10.{}.0.0/16", salt % 256), fmt::format("127.0.0.1:{}", 1 + salt % 9'999)};
  const auto text = fmt::format("a \"quoted\" \\ text\t{}", salt);
  return option.kind == value_kind::list ? option_texts{text, "another"} : option_texts{text};
}

} // namespace seedwalk::actors
