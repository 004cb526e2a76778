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
  const auto box = on.actor("box", [items = 0, sleeper = net::nobody](player& self, word heard, int,
                                                                      net::owner from) mutable {
    if (heard == word::ask)
      self.say(from, word::answer, items);
    if (heard == word::stop)
      sleeper = from;
    if (heard == word::give) {
      ++items;
      if (sleeper != net::nobody)
        self.say(sleeper, word::go);
    }
  });
  const auto consumer = on.actor("consumer", [=](player& self, word heard, int items, net::owner) {
    if (heard == word::go)
      self.say(box, word::ask);
    else if (items > 0)
      *has_it = true;
    else
      self.say(box, word::stop);
  });
  const auto producer =
      on.actor("producer", [=](player& self, word, int, net::owner) { self.say(box, word::give); });
  on.tell(consumer, word::go);
  on.tell_later(10, producer, word::go);
  on.expect_at_end([=] { return *has_it; });
}

/// A queue of one place wakes the one that waits longest, which may not be able to go on either.
void full_queue(stage& on) {
  const auto taken = std::make_shared<int>(0);
  const auto queue = on.actor("queue", [held = 0, waiting = std::deque<net::owner>{}](
                                           player& self, word heard, int, net::owner from) mutable {
    const auto can = heard == word::give ? held == 0 : held == 1;
    if (!can)
      return waiting.push_back(from);
    held = heard == word::give ? 1 : 0;
    self.say(from, word::done);
    if (!waiting.empty()) {
      self.say(waiting.front(), word::go);
      waiting.pop_front();
    }
  });
  const auto producer = [=](player& self, word heard, int, net::owner) {
    if (heard == word::go)
      self.say(queue, word::give);
  };
  const auto consumer = [=](player& self, word heard, int, net::owner) {
    if (heard == word::go)
      self.say(queue, word::take);
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
                             [waiting = std::deque<net::owner>{}, is_free = true](
                                 player& self, word heard, int, net::owner from) mutable {
                               if (heard == word::take && !is_free)
                                 return waiting.push_back(from);
                               if (heard == word::give && waiting.empty()) {
                                 is_free = true;
                                 return;
                               }
                               is_free = false;
                               auto next = from;
                               if (heard == word::give) {
                                 next = waiting.front();
                                 waiting.pop_front();
                               }
                               self.say(next, word::answer);
                             }));
  for (std::size_t i = 0; i != 3; ++i) {
    const auto left = forks[i];
    const auto right = forks[(i + 1) % 3];
    const auto one = on.actor(std::string{"philosopher"} + static_cast<char>('0' + i),
                              [=](player& self, word heard, int, net::owner from) {
                                if (heard == word::go)
                                  return self.say(left, word::take);
                                if (from == left)
                                  return self.say(right, word::take);
                                ++*fed;
                                self.say(left, word::give);
                                self.say(right, word::give);
                              });
    on.tell_later(static_cast<int>(1 + 8 * i), one, word::go);
  }
  on.expect_at_end([=] { return *fed == 3; });
}

/// A question and its timer end at the same moment; the next question is under way when the client
/// hears of the timer of the first.
void stale_timer(stage& on) {
  const auto client = std::make_shared<net::owner>();
  const auto service = on.actor("service", [=](player& self, word heard, int, net::owner) {
    if (heard == word::ask)
      self.wait(std::chrono::microseconds{999}); // asked in the client's next microsecond
    else
      self.say(*client, word::answer);
  });
  *client =
      on.actor("client", [=, &on, question = 0](player& self, word heard, int, net::owner) mutable {
        if (heard == word::done && question == 2)
          on.fail(); // the second question has hardly begun
        if (heard == word::done || question == 2)
          return;
        if (++question == 1)
          self.wait(std::chrono::microseconds{1'000});
        self.say(service, word::ask);
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
                                      [=](player& self, word heard, int, net::owner from) {
                                        if (heard == word::ask)
                                          self.say(from, word::answer, i);
                                      }));
  const auto asker = on.actor(
      "asker", [=, &on, answers = 0](player& self, word heard, int value, net::owner) mutable {
        if (heard == word::go)
          for (const auto one : known->members)
            self.say(one, word::ask);
        if (heard == word::again && answers < 3)
          self.say(known->members[0], word::ask);
        if (heard != word::answer)
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
