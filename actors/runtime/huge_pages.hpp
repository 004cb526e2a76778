#pragma once

namespace seedwalk::sim {

/// Lets the heap of this process lie on huge pages, for a program that does nothing but simulate. A
/// simulation is new memory that is touched once, all over: with pages of 4 KiB, of a crawl of
/// 20,000 nodes a seventh of the time went to page faults, and more to misses of the TLB. Asked for
/// is 1 GiB of addresses, of which the kernel gives what is touched, 2 MiB at a time; the heap goes
/// on growing behind it as ever. Where the kernel has no huge pages to give, or this allocator no
/// heap in one piece, nothing changes. Call it at the start, before there are threads; a second
/// call does nothing, and children that are forked have it, too. Thread rule: the main thread's.
///
/// Not for a crawler: its memory stays, and where little of each huge page is used that costs more
/// than it gains.
void use_huge_pages() noexcept;

} // namespace seedwalk::sim
