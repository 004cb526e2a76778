#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tools/bench/schedulers/kernel_parts.hpp"

namespace seedwalk::bench {

namespace {

/// Holds a number, which `ask` is answered with.
net::owner cell(stage& on, std::string name, int value = 0) {
  return on.actor(std::move(name),
                  [value](player& me, word what, int number, net::owner from) mutable {
                    if (what == word::give)
                      value = number;
                    if (what == word::add)
                      value += number;
                    if (what == word::give || what == word::add)
                      me.say(from, word::done);
                    if (what == word::ask)
                      me.say(from, word::answer, value);
                  });
}

} // namespace

/// SCTBench's reorder_N: each setter writes a, then b; who looks must not see the first without the
/// second. The looker is told last.
template <int Setters>
void reorder(stage& on) {
  const auto pair =
      on.actor("pair", [&on, a = 0, b = 0](player&, word what, int, net::owner) mutable {
        if (what == word::give)
          a = 1;
        if (what == word::add)
          b = -1;
        if (what == word::ask && a == 1 && b == 0)
          on.fail();
      });
  std::vector<net::owner> told;
  for (int i = 0; i != Setters; ++i)
    told.push_back(
        on.actor(fmt::format("setter{}", i), [=](player& me, word what, int, net::owner) {
          if (what == word::go) {
            me.say(pair, word::give);
            me.again();
          } else {
            me.say(pair, word::add);
          }
        }));
  told.push_back(
      on.actor("checker", [=](player& me, word, int, net::owner) { me.say(pair, word::ask); }));
  on.tell_in_turn(told, word::go);
}

template void reorder<3>(stage&);
template void reorder<5>(stage&);
template void reorder<10>(stage&);
template void reorder<50>(stage&);

/// SCTBench's twostage_N: writers give 1 to the first cell and then 2 to the second; who finds the
/// first given must find the second given, too. The reader is told last.
template <int Writers>
void two_stage(stage& on) {
  const auto first = cell(on, "first");
  const auto second = cell(on, "second");
  std::vector<net::owner> told;
  for (int i = 0; i != Writers; ++i)
    told.push_back(on.actor(fmt::format("writer{}", i),
                            [=, is_half = false](player& me, word what, int, net::owner) mutable {
                              if (what == word::go)
                                me.say(first, word::give, 1);
                              if (what == word::done && !is_half) {
                                is_half = true;
                                me.say(second, word::give, 2);
                              }
                            }));
  told.push_back(on.actor("reader", [=, &on](player& me, word what, int value, net::owner from) {
    if (what == word::go)
      me.say(first, word::ask);
    else if (from == first && value == 1)
      me.say(second, word::ask);
    else if (from == second && value != 2)
      on.fail();
  }));
  on.tell_in_turn(told, word::go);
}

template void two_stage<5>(stage&);
template void two_stage<20>(stage&);
template void two_stage<100>(stage&);

/// Money goes from one account to the other; an audit adds both up.
void torn_transfer(stage& on) {
  const auto left = cell(on, "left", 10);
  const auto right = cell(on, "right", 10);
  const auto clerk =
      on.actor("clerk", [=, given = 0](player& me, word what, int, net::owner from) mutable {
        if (what == word::go)
          me.say(left, word::add, -1);
        else if (from == left)
          me.say(right, word::add, 1);
        else if (++given < 5)
          me.say(left, word::add, -1);
      });
  const auto audit = on.actor(
      "audit", [=, &on, sum = 0](player& me, word what, int value, net::owner from) mutable {
        if (what == word::go)
          return me.say(left, word::ask);
        sum += value;
        if (from == left)
          me.say(right, word::ask);
        else if (sum < 20)
          on.fail();
      });
  on.tell(audit, word::go);
  on.tell_later(3, clerk, word::go);
}

/// A cache asks for a value by way of a proxy; a writer changes it, and says to the cache that what
/// it has is invalid.
void stale_cache(stage& on) {
  const auto store = cell(on, "store", 1);
  const auto has_asked = std::make_shared<net::owner>();
  const auto proxy = on.actor("proxy", [=](player& me, word what, int value, net::owner from) {
    if (what == word::ask) {
      *has_asked = from;
      me.say(store, word::ask);
    } else {
      me.say(*has_asked, word::answer, value);
    }
  });
  const auto cache = on.actor("cache", [=, &on, kept = 0](player& me, word what, int value,
                                                          net::owner) mutable {
    if (what == word::go)
      me.say(proxy, word::ask);
    if (what == word::answer)
      kept = value;
    if (what == word::stop)
      kept = 0;
    if (what == word::take && kept == 1) // the writer has been told that nobody sees it any more
      on.fail();
  });
  const auto writer = on.actor("writer", [=](player& me, word what, int, net::owner) {
    if (what == word::go)
      me.say(store, word::give, 2);
    if (what == word::done) {
      me.say(cache, word::stop);
      me.again();
    }
    if (what == word::again)
      me.say(cache, word::take);
  });
  on.tell(cache, word::go);
  on.tell_later(7, writer, word::go);
}

/// Two write five lines each into a log that takes a line a message; x y x y x is what nobody
/// thought of.
void interleaved_logs(stage& on) {
  const auto log =
      on.actor("log", [&on, lines = std::string{}](player&, word, int value, net::owner) mutable {
        lines += value == 0 ? 'x' : 'y';
        if (lines == "xyxyx")
          on.fail();
      });
  const auto writer = [&](int which) {
    return on.actor(which == 0 ? "x" : "y",
                    [=, written = 0](player& me, word, int, net::owner) mutable {
                      me.say(log, word::add, which);
                      if (++written != 5)
                        me.again();
                    });
  };
  const auto x = writer(0);
  const auto y = writer(1);
  on.tell(x, word::go);
  on.tell_later(8, y, word::go);
}

} // namespace seedwalk::bench
