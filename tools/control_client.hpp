#pragma once

#include <functional>
#include <string>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace seedwalk::tools {

/// Why a question was not answered.
struct control_error {
  std::string message;      ///< One line.
  bool bad_request = false; ///< The crawl says that it is what was asked: it can never be done.
};

/// Talks to a running crawl through the Unix socket in its database's folder; the protocol is in
/// README.md.
///
/// Blocking: for commands, not for actors. One request at a time.
class control_client {
public:
  /// The name of the socket in the folder.
  static constexpr const char* socket_name = "control.sock";

  /// A crawl that says nothing for so long has gone away, as far as a command is concerned.
  static constexpr int patience_seconds = 60;

  /// A line of an answer is at most that long.
  static constexpr std::size_t max_line_bytes = 64u << 20;

  /// Connects to the crawl that has the database at `folder` open.
  static tl::expected<control_client, std::string> connect(const std::string& folder);

  control_client(control_client&& other) noexcept;
  control_client& operator=(control_client&& other) noexcept;
  ~control_client();

  /// Sends `request` and gives `each` every line of the answer but the last. An answer that ends in
  /// {"type":"error"} is an error, and so is one that never ends.
  tl::expected<void, control_error> ask(const nlohmann::json& request,
                                        const std::function<void(const nlohmann::json&)>& each);

  /// That the crawl walks `chain`; else what is wrong, as a database of another chain would have
  /// it. A crawl that does not tell its chain is taken by its word: it is older than the question.
  tl::expected<void, control_error> expect_chain(const std::string& chain);

private:
  explicit control_client(int descriptor) : descriptor_(descriptor) {}

  tl::expected<void, std::string> send(std::string line);
  tl::expected<std::string, std::string> receive_line();

  int descriptor_ = -1;
  std::string received_; ///< Of lines not yet given away.
};

} // namespace seedwalk::tools
