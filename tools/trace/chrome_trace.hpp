#pragma once

#include <ostream>

#include "sim/trace/trace.hpp"

namespace seedwalk::tools {

/// Writes a trace in the Trace Event Format, as JSON: Perfetto (ui.perfetto.dev) and
/// chrome://tracing open it. Source: "Trace Event Format", Google (docs.google.com/document/d/
/// 1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
///
///     process 1  actors, a thread each; 2  nodes, the same; 3  the run and its faults
///     X          an entry. Time is frozen in a step, and a viewer wants to show something: a slice
///                lasts a microsecond, or up to the next of its thread. What happens at the same
///                moment in one thread stands a nanosecond apart.
///     s, f       what led to it: a flow from slice to slice. They are bound by time and thread,
///                and have the slices' category: viewers differ in what they go by
///     b, e       a fault's window
///     i          a broken promise, global
void write_chrome(const sim::trace& trace, std::ostream& out);

} // namespace seedwalk::tools
