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
                  [value](player& self, word heard, int number, net::owner from) mutable {
                    if (heard == word::give)
                      value = number;
                    if (heard == word::add)
                      value += number;
                    if (heard == word::give || heard == word::add)
                      self.say(from, word::done);
                    if (heard == word::ask)
                      self.say(from, word::answer, value);
                  });
}

} // namespace

/// SCTBench's reorder_N: each setter writes a, then b; who looks must not see the first without the
/// second. The looker is told last.
template <int Setters>
void reorder(stage& on) {
  const auto pair =
      on.actor("pair", [&on, a = 0, b = 0](player&, word heard, int, net::owner) mutable {
        if (heard == word::give)
          a = 1;
        if (heard == word::add)
          b = -1;
        if (heard == word::ask && a == 1 && b == 0)
          on.fail();
      });
  std::vector<net::owner> told;
  for (int i = 0; i != Setters; ++i)
    told.push_back(
        on.actor(fmt::format("setter{}", i), [=](player& self, word heard, int, net::owner) {
          if (heard == word::go) {
            self.say(pair, word::give);
            self.again();
          } else {
            self.say(pair, word::add);
          }
        }));
  told.push_back(
      on.actor("checker", [=](player& self, word, int, net::owner) { self.say(pair, word::ask); }));
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
    told.push_back(
        on.actor(fmt::format("writer{}", i),
                 [=, is_half = false](player& self, word heard, int, net::owner) mutable {
                   if (heard == word::go)
                     self.say(first, word::give, 1);
                   if (heard == word::done && !is_half) {
                     is_half = true;
                     self.say(second, word::give, 2);
                   }
                 }));
  told.push_back(on.actor("reader", [=, &on](player& self, word heard, int value, net::owner from) {
    if (heard == word::go)
      self.say(first, word::ask);
    else if (from == first && value == 1)
      self.say(second, word::ask);
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
      on.actor("clerk", [=, given = 0](player& self, word heard, int, net::owner from) mutable {
        if (heard == word::go)
          self.say(left, word::add, -1);
        else if (from == left)
          self.say(right, word::add, 1);
        else if (++given < 5)
          self.say(left, word::add, -1);
      });
  const auto audit = on.actor(
      "audit", [=, &on, sum = 0](player& self, word heard, int value, net::owner from) mutable {
        if (heard == word::go)
          return self.say(left, word::ask);
        sum += value;
        if (from == left)
          self.say(right, word::ask);
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
  const auto proxy = on.actor("proxy", [=](player& self, word heard, int value, net::owner from) {
    if (heard == word::ask) {
      *has_asked = from;
      self.say(store, word::ask);
    } else {
      self.say(*has_asked, word::answer, value);
    }
  });
  const auto cache = on.actor("cache", [=, &on, kept = 0](player& self, word heard, int value,
                                                          net::owner) mutable {
    if (heard == word::go)
      self.say(proxy, word::ask);
    if (heard == word::answer)
      kept = value;
    if (heard == word::stop)
      kept = 0;
    if (heard == word::take && kept == 1) // the writer has been told that nobody sees it any more
      on.fail();
  });
  const auto writer = on.actor("writer", [=](player& self, word heard, int, net::owner) {
    if (heard == word::go)
      self.say(store, word::give, 2);
    if (heard == word::done) {
      self.say(cache, word::stop);
      self.again();
    }
    if (heard == word::again)
      self.say(cache, word::take);
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
  const auto writer = [&](int writer_number) {
    return on.actor(writer_number == 0 ? "x" : "y",
                    [=, written = 0](player& self, word, int, net::owner) mutable {
                      self.say(log, word::add, writer_number);
                      if (++written != 5)
                        self.again();
                    });
  };
  const auto x = writer(0);
  const auto y = writer(1);
  on.tell(x, word::go);
  on.tell_later(8, y, word::go);
}

} // namespace seedwalk::bench
