#include <array>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "tools/bench/schedulers/kernel_parts.hpp"

namespace seedwalk::bench {

/// A consumer looks, finds nothing, and says that it sleeps: what came in between wakes nobody.
void lost_wakeup(stage& on) {
  const auto has_it = std::make_shared<bool>(false);
  const auto box = on.actor("box", [items = 0, sleeper = net::nobody](player& me, word what, int,
                                                                      net::owner from) mutable {
    if (what == word::ask)
      me.say(from, word::answer, items);
    if (what == word::stop)
      sleeper = from;
    if (what == word::give) {
      ++items;
      if (sleeper != net::nobody)
        me.say(sleeper, word::go);
    }
  });
  const auto consumer = on.actor("consumer", [=](player& me, word what, int items, net::owner) {
    if (what == word::go)
      me.say(box, word::ask);
    else if (items > 0)
      *has_it = true;
    else
      me.say(box, word::stop);
  });
  const auto producer =
      on.actor("producer", [=](player& me, word, int, net::owner) { me.say(box, word::give); });
  on.tell(consumer, word::go);
  on.tell_later(10, producer, word::go);
  on.expect_at_end([=] { return *has_it; });
}

/// A queue of one place wakes whoever waits longest, which may be the one that cannot go on either.
void full_queue(stage& on) {
  const auto taken = std::make_shared<int>(0);
  const auto queue = on.actor("queue", [held = 0, waiting = std::deque<net::owner>{}](
                                           player& me, word what, int, net::owner from) mutable {
    const auto can = what == word::give ? held == 0 : held == 1;
    if (!can)
      return waiting.push_back(from);
    held = what == word::give ? 1 : 0;
    me.say(from, word::done);
    if (!waiting.empty()) {
      me.say(waiting.front(), word::go);
      waiting.pop_front();
    }
  });
  const auto producer = [=](player& me, word what, int, net::owner) {
    if (what == word::go)
      me.say(queue, word::give);
  };
  const auto consumer = [=](player& me, word what, int, net::owner) {
    if (what == word::go)
      me.say(queue, word::take);
    else
      ++*taken;
  };
  on.tell_in_turn({on.actor("giver0", producer), on.actor("taker0", consumer),
                   on.actor("giver1", producer), on.actor("taker1", consumer)},
                  word::go);
  on.expect_at_end([=] { return *taken == 2; });
}

/// Three forks, three who take the left one and then the right one, and give both back.
void philosophers(stage& on) {
  const auto fed = std::make_shared<int>(0);
  std::vector<net::owner> forks;
  for (int i = 0; i != 3; ++i)
    forks.push_back(on.actor(std::string{"fork"} + static_cast<char>('0' + i),
                             [waiting = std::deque<net::owner>{},
                              is_free = true](player& me, word what, int, net::owner from) mutable {
                               if (what == word::take && !is_free)
                                 return waiting.push_back(from);
                               if (what == word::give && waiting.empty()) {
                                 is_free = true;
                                 return;
                               }
                               is_free = false;
                               auto next = from;
                               if (what == word::give) {
                                 next = waiting.front();
                                 waiting.pop_front();
                               }
                               me.say(next, word::answer);
                             }));
  for (std::size_t i = 0; i != 3; ++i) {
    const auto left = forks[i];
    const auto right = forks[(i + 1) % 3];
    const auto one = on.actor(std::string{"philosopher"} + static_cast<char>('0' + i),
                              [=](player& me, word what, int, net::owner from) {
                                if (what == word::go)
                                  return me.say(left, word::take);
                                if (from == left)
                                  return me.say(right, word::take);
                                ++*fed;
                                me.say(left, word::give);
                                me.say(right, word::give);
                              });
    on.tell_later(static_cast<int>(1 + 8 * i), one, word::go);
  }
  on.expect_at_end([=] { return *fed == 3; });
}

/// A question and its timer end at the same moment; the next question is under way when the client
/// hears of the timer of the first.
void stale_timer(stage& on) {
  const auto client = std::make_shared<net::owner>();
  const auto service = on.actor("service", [=](player& me, word what, int, net::owner) {
    if (what == word::ask)
      me.wait(std::chrono::microseconds{999}); // asked in the client's next microsecond
    else
      me.say(*client, word::answer);
  });
  *client =
      on.actor("client", [=, &on, question = 0](player& me, word what, int, net::owner) mutable {
        if (what == word::done && question == 2)
          on.fail(); // the second question has hardly begun
        if (what == word::done || question == 2)
          return;
        if (++question == 1)
          me.wait(std::chrono::microseconds{1'000});
        me.say(service, word::ask);
      });
  on.tell(*client, word::go);
}

/// Three are asked, and one again that seems slow: three answers are taken for all three.
void answered_twice(stage& on) {
  struct shared {
    std::vector<net::owner> members;
    std::array<bool, 3> has_answered{};
  };
  const auto known = std::make_shared<shared>();
  for (int i = 0; i != 3; ++i)
    known->members.push_back(on.actor(std::string{"member"} + static_cast<char>('0' + i),
                                      [=](player& me, word what, int, net::owner from) {
                                        if (what == word::ask)
                                          me.say(from, word::answer, i);
                                      }));
  const auto asker = on.actor(
      "asker", [=, &on, answers = 0](player& me, word what, int value, net::owner) mutable {
        if (what == word::go)
          for (const auto one : known->members)
            me.say(one, word::ask);
        if (what == word::again && answers < 3)
          me.say(known->members[0], word::ask);
        if (what != word::answer)
          return;
        known->has_answered[static_cast<std::size_t>(value)] = true;
        if (++answers == 3)
          for (const auto has : known->has_answered)
            if (!has)
              on.fail();
      });
  on.tell(asker, word::go);
  on.tell_later(6, asker, word::again);
}

} // namespace seedwalk::bench
