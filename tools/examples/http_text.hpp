#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace seedwalk::examples {

/// What is at the beginning of a stream.
enum class http_found { part, whole, garbage };

/// A request without what we do not ask of it.
struct http_request {
  std::string target;
  bool is_get = true;
  bool keep_alive = false;
};

/// Reads the first request of `text`; `used` is how many bytes it has. Parsed by Boost.Beast.
http_found read_request(std::string_view text, http_request& request, std::size_t& used);

/// A response, with all headers that it needs.
std::string http_response(unsigned status, std::string_view body, bool keep_alive);

/// The first response of `text`; `used` is how many bytes it has.
http_found read_response(std::string_view text, unsigned& status, std::string& body,
                         std::size_t& used);

/// What all servers of these examples answer: "/" with a greeting, "/sum/N" with 1 + 2 + ... + N.
/// The result begins with the status: "200 hello".
std::string http_answer(std::string_view target);

} // namespace seedwalk::examples
