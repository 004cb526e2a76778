#include "tools/examples/http_text.hpp"

#include <charconv>
#include <cstdint>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

namespace seedwalk::examples {

namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t header_bytes_max = 8u << 10;
constexpr std::uint64_t body_bytes_max = 64u << 10;

template <class Parser>
http_found read(std::string_view text, Parser& parser, std::size_t& used) {
  parser.eager(true);
  parser.header_limit(header_bytes_max);
  parser.body_limit(body_bytes_max);
  boost::beast::error_code failed;
  used = parser.put(boost::asio::buffer(text.data(), text.size()), failed);
  if (failed == http::error::need_more)
    return http_found::part;
  if (failed)
    return http_found::garbage;
  return parser.is_done() ? http_found::whole : http_found::part;
}

} // namespace

http_found read_request(std::string_view text, http_request& request, std::size_t& used) {
  http::request_parser<http::string_body> parser;
  const auto found = read(text, parser, used);
  if (found != http_found::whole)
    return found;
  const auto& message = parser.get();
  request = {std::string{message.target()}, message.method() == http::verb::get,
             message.keep_alive()};
  return found;
}

http_found read_response(std::string_view text, unsigned& status, std::string& body,
                         std::size_t& used) {
  http::response_parser<http::string_body> parser;
  const auto found = read(text, parser, used);
  if (found != http_found::whole)
    return found;
  status = parser.get().result_int();
  body = parser.get().body();
  return found;
}

std::string http_response(unsigned status, std::string_view body, bool keep_alive) {
  const auto reason = http::obsolete_reason(http::int_to_status(status));
  return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                     "Connection: {}\r\n\r\n{}",
                     status, std::string_view{reason.data(), reason.size()}, body.size(),
                     keep_alive ? "keep-alive" : "close", body);
}

std::string http_answer(std::string_view target) {
  if (target == "/")
    return "200 hello";
  constexpr std::string_view sum = "/sum/";
  std::uint64_t number = 0;
  const auto* end = target.data() + target.size();
  if (target.starts_with(sum))
    if (const auto [rest, failed] = std::from_chars(target.data() + sum.size(), end, number);
        failed == std::errc{} && rest == end && number < 1'000'000'000)
      return fmt::format("200 {}", number * (number + 1) / 2);
  return "404 there is no such page";
}

} // namespace seedwalk::examples
