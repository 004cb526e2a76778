#include "tools/bench/schedulers/kernels.hpp"

#include <algorithm>
#include <array>

#include "tools/bench/schedulers/kernel_parts.hpp"

namespace seedwalk::bench {

namespace {

constexpr std::array<kernel, 24> all = {{
    {"reorder-3", 2, "a check between the first write and every second one", reorder<3>},
    {"reorder-5", 2, "the same, of 5 writers", reorder<5>},
    {"reorder-10", 2, "the same, of 10", reorder<10>},
    {"reorder-50", 2, "the same, of 50", reorder<50>},
    {"two-stage-5", 2, "both cells read between the first write and the second", two_stage<5>},
    {"two-stage-20", 2, "the same, of 20 writers", two_stage<20>},
    {"two-stage-100", 2, "the same, of 100", two_stage<100>},
    {"torn-transfer", 2, "an audit between taking and giving", torn_transfer},
    {"stale-cache", 3, "an old value is cached after it was declared invalid", stale_cache},
    {"interleaved-logs", 5, "the lines of two writers alternate", interleaved_logs},
    {"work-stealing", 2, "the last task is stolen and done by its owner, too", work_stealing},
    {"reused-slot", 1, "a result reaches the slot's next owner", reused_slot},
    {"double-accept", 1, "two are told that a connection is free", double_accept},
    {"late-count", 1, "connections are counted when they stand, and limited when dialled",
     late_count},
    {"popped-twice", 1, "a stack whose top is the same again has other things below", popped_twice},
    {"two-leaders", 1, "two claim to lead before either has heard of the other", two_leaders},
    {"lost-wakeup", 1, "the wake-up comes between looking and going to sleep", lost_wakeup},
    {"full-queue", 1, "a queue wakes a producer where it should wake the consumer", full_queue},
    {"philosophers", 1, "each of three has one fork", philosophers},
    {"stale-timer", 1, "the timer of the question before ends this one", stale_timer},
    {"answered-twice", 1, "one who was asked twice counts as two", answered_twice},
    {"late-close", 1, "a file is closed before its last write", late_close},
    {"resumed-census", 1, "a census ends while work that was resumed is under way", resumed_census},
    {"early-use", 1, "a service is used before it has its configuration", early_use},
}};

} // namespace

std::span<const kernel> kernels() {
  return all;
}

const kernel* find_kernel(std::string_view name) {
  const auto found = std::ranges::find(all, name, &kernel::name);
  return found == all.end() ? nullptr : &*found;
}

} // namespace seedwalk::bench
