#include <memory>

#include "tools/bench/schedulers/kernel_parts.hpp"

namespace seedwalk::bench {

/// A writer's last write goes by a buffer, and what it says to the closer does not.
void late_close(stage& on) {
  const auto file =
      on.actor("file", [&on, is_open = true](player&, word what, int, net::owner) mutable {
        if (what == word::stop)
          is_open = false;
        if (what == word::add && !is_open)
          on.fail();
      });
  const auto buffer = on.actor(
      "buffer", [=](player& me, word, int value, net::owner) { me.say(file, word::add, value); });
  const auto closer = on.actor("closer", [=](player& me, word, int turns, net::owner) {
    if (turns == 3)
      me.say(file, word::stop);
    else
      me.again(turns + 1);
  });
  const auto writer = on.actor("writer", [=](player& me, word, int written, net::owner) {
    me.say(buffer, word::add, written);
    if (written == 5)
      me.say(closer, word::done);
    else
      me.again(written + 1);
  });
  on.tell(writer, word::go);
}

/// A census ends when its walker has nothing to do; what a resumed census brings is on its way to
/// the walker by way of the store.
void resumed_census(stage& on) {
  const auto has_ended = std::make_shared<bool>(false);
  const auto walker =
      on.actor("walker", [=, &on, left = 3](player& me, word what, int, net::owner from) mutable {
        if (what == word::add) {
          if (*has_ended)
            on.fail();
          ++left;
        }
        if (what == word::go || what == word::again || what == word::add) {
          if (left > 0 && --left > 0)
            me.again();
        }
        if (what == word::ask)
          me.say(from, word::answer, left);
      });
  const auto store = on.actor("store", [=](player& me, word what, int, net::owner) {
    if (what == word::take)
      me.say(walker, word::add);
  });
  const auto census = on.actor("census", [=](player& me, word what, int left, net::owner) {
    if (what == word::go) {
      me.say(store, word::take);
      me.again(0);
    } else if (what == word::again && left < 12) {
      me.again(left + 1);
    } else if (what == word::again) {
      me.say(walker, word::ask);
    } else if (what == word::answer && left == 0) {
      *has_ended = true;
    }
  });
  on.tell(walker, word::go);
  on.tell(census, word::go);
}

/// The configuration takes four turns to the service, and the client's first question ten.
void early_use(stage& on) {
  const auto service = on.actor(
      "service", [&on, is_configured = false](player&, word what, int, net::owner) mutable {
        if (what == word::give)
          is_configured = true;
        if (what == word::ask && !is_configured)
          on.fail();
      });
  on.tell_later(4, service, word::give);
  on.tell_later(10, service, word::ask);
}

} // namespace seedwalk::bench
