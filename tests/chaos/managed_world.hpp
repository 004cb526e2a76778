#pragma once

#include <utility>
#include <vector>

#include "actors/crawl/connection_manager.hpp"
#include "tests/chaos/held_world.hpp"
#include "tests/chaos/scripted_writer.hpp"

namespace seedwalk::test {

/// A connection manager among honest nodes; a script tells it who is due.
struct managed_world {
  managed_world(std::uint32_t count, const actors::crawl_recipe& recipe)
      : w(4, count, recipe), writer{w.inside, w.inside, {}, {}, {}} {}

  void start() {
    writer.manager = w.inside.next_owner();
    actors::connection_manager::state managing;
    managing.db_writer = net::spawn<scripted_writer>(w.inside, writer, "writer");
    managing.crawler = managing.db_writer;
    net::spawn_as<actors::connection_manager>(w.inside, w.crawler.program().env(), writer.manager,
                                              "crawler/manager", std::move(managing));
    w.inside.send(writer.manager, actors::begin_crawl{});
  }

  void pass(std::chrono::seconds time) {
    w.driver.run([] { return false; }, w.world.now().steady + time);
  }

  std::size_t questions() const { return writer.asked_at.size(); }

  /// The first `n` nodes, as due ones of class rest.
  std::vector<store::due_peer> due_nodes(std::size_t n) const {
    std::vector<store::due_peer> due(n);
    for (std::size_t i = 0; i != n; ++i) {
      due[i].peer = w.nodes.nodes()[i].at;
      due[i].queue = store::dial_class::rest;
    }
    return due;
  }

  held_world w;
  scripted_writer::environment writer;
};

} // namespace seedwalk::test
