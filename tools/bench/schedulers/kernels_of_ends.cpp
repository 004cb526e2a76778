#include <memory>

#include "tools/bench/schedulers/kernel_parts.hpp"

namespace seedwalk::bench {

/// A writer's last write goes by a buffer, and what it says to the closer does not.
void late_close(stage& on) {
  const auto file =
      on.actor("file", [&on, is_open = true](player&, word heard, int, net::owner) mutable {
        if (heard == word::stop)
          is_open = false;
        if (heard == word::add && !is_open)
          on.fail();
      });
  const auto buffer = on.actor("buffer", [=](player& self, word, int value, net::owner) {
    self.say(file, word::add, value);
  });
  const auto closer = on.actor("closer", [=](player& self, word, int turns, net::owner) {
    if (turns == 3)
      self.say(file, word::stop);
    else
      self.again(turns + 1);
  });
  const auto writer = on.actor("writer", [=](player& self, word, int written, net::owner) {
    self.say(buffer, word::add, written);
    if (written == 5)
      self.say(closer, word::done);
    else
      self.again(written + 1);
  });
  on.tell(writer, word::go);
}

/// A census ends when its walker has nothing to do; what a resumed census brings is on its way to
/// the walker by way of the store.
void resumed_census(stage& on) {
  const auto has_ended = std::make_shared<bool>(false);
  const auto walker = on.actor(
      "walker", [=, &on, left = 3](player& self, word heard, int, net::owner from) mutable {
        if (heard == word::add) {
          if (*has_ended)
            on.fail();
          ++left;
        }
        if (heard == word::go || heard == word::again || heard == word::add) {
          if (left > 0 && --left > 0)
            self.again();
        }
        if (heard == word::ask)
          self.say(from, word::answer, left);
      });
  const auto store = on.actor("store", [=](player& self, word heard, int, net::owner) {
    if (heard == word::take)
      self.say(walker, word::add);
  });
  const auto census = on.actor("census", [=](player& self, word heard, int left, net::owner) {
    if (heard == word::go) {
      self.say(store, word::take);
      self.again(0);
    } else if (heard == word::again && left < 12) {
      self.again(left + 1);
    } else if (heard == word::again) {
      self.say(walker, word::ask);
    } else if (heard == word::answer && left == 0) {
      *has_ended = true;
    }
  });
  on.tell(walker, word::go);
  on.tell(census, word::go);
}

/// The configuration takes four turns to the service, and the client's first question ten.
void early_use(stage& on) {
  const auto service = on.actor(
      "service", [&on, is_configured = false](player&, word heard, int, net::owner) mutable {
        if (heard == word::give)
          is_configured = true;
        if (heard == word::ask && !is_configured)
          on.fail();
      });
  on.tell_later(4, service, word::give);
  on.tell_later(10, service, word::ask);
}

} // namespace seedwalk::bench
