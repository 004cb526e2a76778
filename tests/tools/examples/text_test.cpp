#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tools/examples/http_text.hpp"
#include "tools/examples/input_text.hpp"

namespace seedwalk::examples {
namespace {

TEST(input_text, lines_are_the_same_however_they_arrive) {
  EXPECT_TRUE(rc::check([] {
    const auto lines = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
    std::string text;
    for (const auto& line : lines)
      text += line + "\n";
    input_text input;
    std::vector<std::string> read;
    while (!text.empty()) {
      const auto size = *rc::gen::inRange<std::size_t>(1, text.size() + 1);
      RC_ASSERT(input.append(net::as_bytes(text.substr(0, size))));
      text.erase(0, size);
      while (const auto line = input.line())
        read.push_back(*line);
    }
    RC_ASSERT(read == lines);
  }));
}

TEST(input_text, a_line_without_an_end_is_too_much_at_some_point) {
  input_text input;
  const std::string part(input_text::bytes_max / 4 + 1, 'x');
  for (int i = 0; i != 3; ++i)
    EXPECT_TRUE(input.append(net::as_bytes(part)));
  EXPECT_FALSE(input.append(net::as_bytes(part)));
}

TEST(input_text, numbers_are_whole_words) {
  std::string_view line = "12 012x  7";
  EXPECT_EQ(take_number(line), 12u);
  EXPECT_EQ(take_number(line), std::nullopt);
  EXPECT_EQ(take_number(line), std::nullopt); // between two spaces is no word
  EXPECT_EQ(take_number(line), 7u);
  EXPECT_EQ(take_number(line), std::nullopt);
}

TEST(http_text, a_request_is_whole_when_its_last_byte_is_there) {
  const std::string text = "GET /sum/4 HTTP/1.1\r\nHost: example\r\n\r\n";
  http_request request;
  std::size_t used = 0;
  for (std::size_t size = 0; size != text.size(); ++size)
    EXPECT_EQ(read_request(text.substr(0, size), request, used), http_found::part) << size;
  ASSERT_EQ(read_request(text + text, request, used), http_found::whole);
  EXPECT_EQ(used, text.size());
  EXPECT_EQ(request.target, "/sum/4");
  EXPECT_TRUE(request.is_get);
  EXPECT_TRUE(request.keep_alive);
}

TEST(http_text, a_client_of_http_1_0_keeps_its_connection_if_it_says_so) {
  http_request request;
  std::size_t used = 0;
  ASSERT_EQ(read_request("GET / HTTP/1.0\r\n\r\n", request, used), http_found::whole);
  EXPECT_FALSE(request.keep_alive);
  ASSERT_EQ(read_request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", request, used),
            http_found::whole);
  EXPECT_TRUE(request.keep_alive);
}

TEST(http_text, bytes_that_are_no_request_are_garbage_or_not_whole) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    http_request request;
    std::size_t used = 0;
    if (!text.empty() && text[0] != 'G' && text.find("HTTP/1") == std::string::npos)
      RC_ASSERT(read_request(text, request, used) != http_found::whole);
  }));
  http_request request;
  std::size_t used = 0;
  const auto endless = "GET /" + std::string(10'000, 'x');
  EXPECT_EQ(read_request(endless, request, used), http_found::garbage);
}

TEST(http_text, a_response_is_read_as_it_was_written) {
  EXPECT_TRUE(rc::check([](const std::string& body, bool keep_alive) {
    unsigned status = 0;
    std::string read;
    std::size_t used = 0;
    const auto text = http_response(404, body, keep_alive);
    RC_ASSERT(read_response(text, status, read, used) == http_found::whole);
    RC_ASSERT(status == 404u);
    RC_ASSERT(read == body);
    RC_ASSERT(used == text.size());
  }));
}

TEST(http_text, sums_are_right) {
  EXPECT_EQ(http_answer("/sum/4"), "200 10");
  EXPECT_EQ(http_answer("/"), "200 hello");
  for (const auto* target : {"/sum/", "/sum/4x", "/sum/9999999999", "/other", ""})
    EXPECT_EQ(http_answer(target).substr(0, 3), "404") << target;
}

} // namespace
} // namespace seedwalk::examples
