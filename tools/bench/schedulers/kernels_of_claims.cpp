#include <memory>
#include <string>
#include <vector>

#include "tools/bench/schedulers/kernel_parts.hpp"

namespace seedwalk::bench {

/// The owner of five tasks looks how many are left, and then does the next: a thief must not have
/// taken it in between.
void work_stealing(stage& on) {
  const auto tasks =
      on.actor("tasks", [&on, left = 5](player& self, word heard, int, net::owner from) mutable {
        if (heard == word::ask)
          self.say(from, word::answer, left);
        if (heard == word::take && left-- == 0)
          on.fail();
        if (heard == word::give && left > 0)
          --left; // a thief is told whether there was one; the owner believes what it saw
      });
  const auto owner = on.actor("owner", [=](player& self, word heard, int left, net::owner) {
    if (heard == word::answer && left == 0)
      return;
    if (heard == word::answer) {
      self.say(tasks, word::take);
      self.again();
    } else {
      self.say(tasks, word::ask);
    }
  });
  const auto thief =
      on.actor("thief", [=](player& self, word, int, net::owner) { self.say(tasks, word::give); });
  on.tell(owner, word::go);
  on.tell_later(30, thief, word::go);
}

/// A client frees its slot while the worker's result is on its way; the next client gets the slot.
void reused_slot(stage& on) {
  const auto table = on.actor("table", [&on, holder = net::nobody, is_second = false](
                                           player& self, word heard, int, net::owner from) mutable {
    if (heard == word::ask && holder == net::nobody) {
      holder = from;
      self.say(from, word::answer);
    } else if (heard == word::give) {
      holder = net::nobody;
      is_second = true;
    } else if (heard == word::done && is_second && holder != net::nobody) {
      on.fail(); // the first client's result, and the second client has its slot
    }
  });
  const auto worker = on.actor("worker", [=](player& self, word heard, int, net::owner) {
    if (heard == word::go)
      self.again();
    else
      self.say(table, word::done);
  });
  const auto first = on.actor("first", [=](player& self, word heard, int turns, net::owner) {
    if (heard == word::go)
      return self.say(table, word::ask);
    if (heard == word::answer)
      self.say(worker, word::go);
    if (turns == 4)
      self.say(table, word::give); // long enough, it thinks
    else
      self.again(turns + 1);
  });
  const auto second = on.actor("second", [=](player& self, word heard, int, net::owner) {
    if (heard == word::go)
      self.say(table, word::ask);
  });
  on.tell(first, word::go);
  on.tell_later(12, second, word::go);
}

/// Acceptors ask whether the connection is free, and accept it if it was.
void double_accept(stage& on) {
  const auto listener = on.actor(
      "listener", [&on, accepted = 0](player& self, word heard, int, net::owner from) mutable {
        if (heard == word::ask)
          self.say(from, word::answer, accepted == 0 ? 1 : 0);
        if (heard == word::take && ++accepted == 2)
          on.fail();
      });
  const auto acceptor = [&](std::string name) {
    return on.actor(std::move(name), [=](player& self, word heard, int is_free, net::owner) {
      if (heard == word::go)
        self.say(listener, word::ask);
      else if (is_free == 1)
        self.say(listener, word::take);
    });
  };
  const auto first = acceptor("first");
  const auto second = acceptor("second");
  on.tell(first, word::go);
  on.tell_later(6, second, word::go);
}

/// At most two connections, counted when they stand: dials under way are forgotten.
void late_count(stage& on) {
  const auto manager = on.actor(
      "manager", [&on, standing = 0](player& self, word heard, int, net::owner from) mutable {
        if (heard == word::ask && standing < 2)
          self.say(from, word::go);
        if (heard == word::done && ++standing == 4)
          on.fail();
      });
  std::vector<net::owner> dials;
  for (int i = 0; i != 4; ++i) {
    const auto number = static_cast<char>('0' + i);
    const auto peer =
        on.actor(std::string{"peer"} + number, [=](player& self, word heard, int, net::owner) {
          if (heard == word::go)
            self.again();
          else
            self.say(manager, word::done);
        });
    // Asks for the peer: what the manager allows, the peer hears of.
    dials.push_back(on.actor(std::string{"dial"} + number,
                             [=](player& self, word heard, int turns, net::owner from) {
                               if (heard == word::go && from == manager)
                                 return self.say(peer, word::go);
                               if (heard == word::go || turns < 5 * i)
                                 return self.again(heard == word::go ? 0 : turns + 1);
                               self.say(manager, word::ask);
                             }));
  }
  for (const auto dial : dials)
    on.tell(dial, word::go);
}

/// A popper reads the top and what is below it, and pops if the top is still the same: somebody has
/// popped both and pushed the first again.
void popped_twice(stage& on) {
  const auto stack =
      on.actor("stack", [&on, items = std::vector<int>{3, 2, 1}](
                            player& self, word heard, int value, net::owner from) mutable {
        if (heard == word::ask)
          self.say(from, word::answer,
                   items.back() * 10 + (items.size() > 1 ? items[items.size() - 2] : 0));
        if (heard == word::give)
          items.push_back(value);
        if (heard == word::take && value == 0 && items.size() > 1)
          items.pop_back();
        if (heard == word::take && value != 0 && items.back() == value / 10) {
          if (items.size() < 2 || items[items.size() - 2] != value % 10)
            on.fail(); // what it takes for the new top is not there
          items.pop_back();
          if (items.empty())
            items.push_back(9);
        }
      });
  const auto popper = on.actor("popper", [=](player& self, word heard, int seen, net::owner) {
    self.say(stack, heard == word::go ? word::ask : word::take, seen);
  });
  const auto other = on.actor("other", [=](player& self, word, int turns, net::owner) {
    if (turns < 2)
      self.say(stack, word::take);
    else
      self.say(stack, word::give, 1);
    if (turns < 2)
      self.again(turns + 1);
  });
  on.tell(popper, word::go);
  on.tell_later(8, other, word::go);
}

/// Each leads if nobody has said that it does; who hears of a leader follows.
void two_leaders(stage& on) {
  struct shared {
    std::vector<net::owner> all;
    int leaders = 0;
  };
  const auto votes = std::make_shared<shared>();
  for (int i = 0; i != 3; ++i)
    votes->all.push_back(
        on.actor(std::string{"member"} + static_cast<char>('0' + i),
                 [=, &on, follows = false](player& self, word heard, int, net::owner) mutable {
                   if (heard == word::add)
                     follows = true;
                   if (heard != word::go || follows)
                     return;
                   if (++votes->leaders == 3)
                     on.fail();
                   for (const auto one : votes->all)
                     if (one != self.self())
                       self.say(one, word::add);
                 }));
  on.tell(votes->all[0], word::go);
  on.tell_later(5, votes->all[1], word::go);
  on.tell_later(9, votes->all[2], word::go);
}

} // namespace seedwalk::bench
