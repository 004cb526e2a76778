#pragma once

#include "tools/bench/schedulers/stage.hpp"

/// The kernels, by what they are about. Each builds its actors on a stage.
namespace seedwalk::bench {

// kernels_of_reads.cpp: somebody looks between two writes
template <int Setters>
void reorder(stage& on);
extern template void reorder<3>(stage&);
extern template void reorder<5>(stage&);
extern template void reorder<10>(stage&);
extern template void reorder<50>(stage&);
template <int Writers>
void two_stage(stage& on);
extern template void two_stage<5>(stage&);
extern template void two_stage<20>(stage&);
extern template void two_stage<100>(stage&);
void torn_transfer(stage& on);
void stale_cache(stage& on);
void interleaved_logs(stage& on);

// kernels_of_claims.cpp: two take what is there once
void work_stealing(stage& on);
void reused_slot(stage& on);
void double_accept(stage& on);
void late_count(stage& on);
void popped_twice(stage& on);
void two_leaders(stage& on);

// kernels_of_waits.cpp: somebody waits for ever, or for the wrong thing
void lost_wakeup(stage& on);
void full_queue(stage& on);
void philosophers(stage& on);
void stale_timer(stage& on);
void answered_twice(stage& on);

// kernels_of_ends.cpp: something comes before the beginning or after the end
void late_close(stage& on);
void resumed_census(stage& on);
void early_use(stage& on);

} // namespace seedwalk::bench
