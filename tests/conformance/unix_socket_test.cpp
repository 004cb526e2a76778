#include "tests/conformance/conformance_test.hpp"

namespace seedwalk::conformance {
namespace {

SEEDWALK_CONFORMANCE_SUITE(unix_sockets);

TEST_P(unix_sockets, carry_streams_like_any_other) {
  const auto folder = world().unix_folder();
  if (!folder)
    GTEST_SKIP() << "no Unix sockets here";
  const auto at = listen(net::unix_path{*folder + "/control"});
  const auto both = open(at);
  EXPECT_EQ(all<net::accepted>(at.id).front().peer, net::endpoint{});
  EXPECT_EQ(all<net::connected>(both.client).front().local, net::endpoint{});
  door().want(both.server, 100);
  door().want(both.client, 100);
  door().write(both.client, text("status"));
  door().end_output(both.client);
  await<net::input_ended>(both.server);
  door().write(both.server, text("fine"));
  door().end_output(both.server);
  await<net::closed>(both.client);
  await<net::closed>(both.server);
  EXPECT_EQ(net::as_text(bytes_of(both.server)), "status");
  EXPECT_EQ(net::as_text(bytes_of(both.client)), "fine");
  EXPECT_EQ(story(both.client), "connected drained received input_ended closed(none)");
}

/// A crawl whose database lay in a deep folder had no control socket, where `ctl` would have found
/// one: a `sockaddr_un` has room for 107 bytes.
TEST_P(unix_sockets, a_deep_folder_is_no_matter) {
  const auto folder = world().unix_folder();
  if (!folder)
    GTEST_SKIP() << "no Unix sockets here";
  const auto both = open(listen(net::unix_path{*folder + std::string(120, '/') + "control"}));
  door().want(both.server, 100);
  door().write(both.client, text("status"));
  door().end_output(both.client);
  await<net::input_ended>(both.server);
  EXPECT_EQ(net::as_text(bytes_of(both.server)), "status");
}

TEST_P(unix_sockets, an_abort_is_noticed) {
  const auto folder = world().unix_folder();
  if (!folder)
    GTEST_SKIP() << "no Unix sockets here";
  const auto both = open(listen(net::unix_path{*folder + "/control"}));
  door().write(both.client, text("unread"));
  await<net::drained>(both.client);
  door().want(both.client, 100);
  world().settle();
  door().close(both.server, net::closing::abort);
  await<net::closed>(both.client);
  EXPECT_EQ(story(both.client), "connected drained closed(reset)");
}

TEST_P(unix_sockets, nobody_there_is_refused) {
  const auto folder = world().unix_folder();
  if (!folder)
    GTEST_SKIP() << "no Unix sockets here";
  world().leave_dead_socket(*folder + "/dead");
  for (const auto* name : {"/never-was", "/dead"}) {
    const auto id = door().connect(net::unix_path{*folder + name}, generous, client_owner);
    EXPECT_EQ(await<net::connect_failed>(id).front().reason, net::error::refused) << name;
  }
}

TEST_P(unix_sockets, a_dead_path_is_replaced_and_a_live_one_is_not) {
  const auto folder = world().unix_folder();
  if (!folder)
    GTEST_SKIP() << "no Unix sockets here";
  const net::unix_path path{*folder + "/control"};
  world().leave_dead_socket(path.path);
  const auto first = listen(path);
  const auto second = door().listen(path, listener_owner);
  EXPECT_EQ(await<net::listen_failed>(second).front().reason, net::error::address_in_use);
  finish(open(first));

  door().stop_listening(first.id);
  world().settle();
  const auto late = door().connect(path, generous, client_owner);
  EXPECT_EQ(await<net::connect_failed>(late).front().reason, net::error::refused);
  finish(open(listen(path)));
}

TEST_P(unix_sockets, a_path_that_cannot_be_is_refused) {
  const auto folder = world().unix_folder();
  if (!folder)
    GTEST_SKIP() << "no Unix sockets here";
  const auto lost = door().listen(net::unix_path{*folder + "/no/such/folder"}, listener_owner);
  EXPECT_EQ(await<net::listen_failed>(lost).front().reason, net::error::address_not_available);
  for (const auto& path : {std::string(), *folder + "/" + std::string(200, 'x')}) {
    const auto id = door().listen(net::unix_path{path}, listener_owner);
    EXPECT_EQ(await<net::listen_failed>(id).front().reason, net::error::address_not_supported);
    const auto dial = door().connect(net::unix_path{path}, generous, client_owner);
    EXPECT_EQ(await<net::connect_failed>(dial).front().reason, net::error::address_not_supported);
  }
}

} // namespace
} // namespace seedwalk::conformance
