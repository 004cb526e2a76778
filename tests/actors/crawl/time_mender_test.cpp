#include <optional>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "actors/crawl/time_mender.hpp"

namespace seedwalk::actors {
namespace {

using std::chrono::seconds;

/// A database of pages to mend; a pass goes through all of it.
struct mended_times {
  time_mender mender;
  std::optional<store::mend_times> writing;
  seconds now{1'000};
  seconds owed{0}; ///< By how much the clock was set back, for which no pass was begun yet.
  bool owed_for_good = false;
  std::uint8_t pages = 3;

  void write(std::optional<store::mend_times> page) {
    if (!page)
      return;
    RC_ASSERT(!writing);
    RC_ASSERT(mender.under_way());
    RC_ASSERT(page->now == now);
    writing = page;
  }

  /// The pass that a page begins is what is owed.
  void write_first(std::optional<store::mend_times> page) {
    if (!page)
      return;
    RC_ASSERT(page->part == 0);
    RC_ASSERT(page->after.empty());
    write(page);
  }

  void set_back(seconds by) {
    const bool busy = writing.has_value();
    owed += by;
    const auto page = mender.begin(now, by);
    RC_ASSERT(page.has_value() == !busy);
    if (page) {
      RC_ASSERT(!page->believed);
      RC_ASSERT(page->set_back == by);
      owed -= by;
    }
    write_first(page);
  }

  void believe() {
    const bool begins = owed_for_good && !writing;
    const auto page = mender.begin_for_good(now);
    RC_ASSERT(page.has_value() == begins);
    if (page) {
      RC_ASSERT(page->believed);
      owed_for_good = false;
    }
    write_first(page);
  }

  /// The page that is being written is; `set_meanwhile`: the clock was set back between its being
  /// written and its being told of.
  void finish_page(bool believed, seconds set_meanwhile) {
    const auto asked = *writing;
    store::times_mended done;
    done.part = static_cast<std::uint8_t>(asked.part + 1);
    done.after = {done.part};
    done.more = done.part < pages;
    writing.reset();
    mender.page_is_written();
    RC_ASSERT(!mender.under_way());
    if (set_meanwhile.count() > 0)
      set_back(set_meanwhile);
    const auto page = mender.page_is_mended(done, asked, now, believed);
    if (asked.believed && !believed)
      owed_for_good = true;
    if (set_meanwhile.count() > 0) {
      RC_ASSERT(!page);
      return;
    }
    const bool goes_on = done.more && (!asked.believed || believed);
    RC_ASSERT(page.has_value() == (goes_on || owed.count() > 0));
    if (goes_on) {
      RC_ASSERT(page->part == done.part);
      RC_ASSERT(page->after == done.after);
      RC_ASSERT(page->set_back == asked.set_back);
      RC_ASSERT(page->believed == asked.believed);
      write(page);
    } else if (page) {
      RC_ASSERT(page->set_back == owed);
      RC_ASSERT(!page->believed);
      owed = seconds{0};
      write_first(page);
    }
  }
};

TEST(time_mender, one_page_at_a_time_and_no_pass_is_forgotten) {
  EXPECT_TRUE(rc::check([] {
    mended_times m;
    for (int i = 0; i != 60; ++i) {
      m.now += seconds{*rc::gen::inRange(0, 5)};
      switch (*rc::gen::inRange(0, 6)) {
      case 0:
        m.set_back(seconds{*rc::gen::inRange(0, 100)});
        break;
      case 1:
        m.mender.mend_once_believed();
        m.owed_for_good = true;
        break;
      case 2:
        m.believe();
        break;
      default:
        if (m.writing)
          m.finish_page(*rc::gen::inRange(0, 4) > 0,
                        seconds{std::max(0, *rc::gen::inRange(-40, 10))});
      }
      RC_ASSERT(m.mender.under_way() == m.writing.has_value());
    }
    // In quiet it comes to an end, with all passes made.
    for (int pages = 0; m.writing; ++pages) {
      RC_ASSERT(pages < 3 * m.pages);
      m.finish_page(true, seconds{0});
    }
    RC_ASSERT(m.owed == seconds{0});
    m.believe();
    RC_ASSERT(!m.owed_for_good);
  }));
}

} // namespace
} // namespace seedwalk::actors
