#include <gtest/gtest.h>

#include "store/folder_contents.hpp"

namespace seedwalk::store {
namespace {

using kind = folder_verdict::kind;

TEST(store_folder_contents, names_are_told_apart_as_leveldb_does) {
  for (const auto& [name, expected] : std::initializer_list<std::pair<const char*, file_kind>>{
           {"CURRENT", file_kind::current},
           {"CURRENT (conflicted copy)", file_kind::foreign},
           {"LOCK", file_kind::lock},
           {"LOG", file_kind::info_log},
           {"LOG.old", file_kind::info_log},
           {"MANIFEST-000012", file_kind::manifest},
           {"MANIFEST-", file_kind::foreign},
           {"MANIFEST-12x", file_kind::foreign},
           {"000012.log", file_kind::log},
           {"20261127.log", file_kind::log},
           {"crawl.log", file_kind::foreign},
           {".log", file_kind::foreign},
           {"000012.ldb", file_kind::table},
           {"7.sst", file_kind::table},
           {"000012.ldb~", file_kind::foreign},
           {"000012.dbtmp", file_kind::temporary},
           {"control.sock", file_kind::foreign},
           {"", file_kind::foreign}})
    EXPECT_EQ(kind_of_file(name), expected) << name;
}

TEST(store_folder_contents, what_a_folder_without_current_is) {
  EXPECT_EQ(judge_without_current({}).type, kind::empty);
  EXPECT_EQ(judge_without_current({"LOCK", "control.sock", "lost+found", "notes"}).type,
            kind::empty);
  EXPECT_EQ(judge_without_current({"MANIFEST-000001", "000001.dbtmp"}).type, kind::empty)
      << "the machine went off while it was made";
  EXPECT_EQ(judge_without_current({"000005.ldb"}).type, kind::foreign);
  EXPECT_EQ(judge_without_current({"20261127.log"}).type, kind::foreign);
  EXPECT_EQ(judge_without_current({"MANIFEST-000004"}).type, kind::incomplete);
  const auto verdict = judge_without_current(
      {"MANIFEST-999999", "000009.ldb", "MANIFEST-1000000", "000008.log", "000007.ldb", "1.sst"});
  EXPECT_EQ(verdict.type, kind::incomplete);
  EXPECT_EQ(verdict.manifests, (std::vector<std::string>{"MANIFEST-999999", "MANIFEST-1000000"}));
  EXPECT_EQ(verdict.examples, (std::vector<std::string>{"000007.ldb", "000008.log", "000009.ldb"}));
}

TEST(store_folder_contents, a_log_is_missed_where_there_was_one) {
  EXPECT_TRUE(lacks_its_log({"CURRENT", "MANIFEST-000004", "000005.ldb"}));
  EXPECT_FALSE(lacks_its_log({"CURRENT", "MANIFEST-000004", "000006.log"}));
  EXPECT_FALSE(lacks_its_log({"CURRENT", "MANIFEST-000001"})) << "its maker died before the log";
  EXPECT_FALSE(lacks_its_log({"CURRENT", "MANIFEST-000001", "000005.ldb"})) << "repaired";
}

} // namespace
} // namespace seedwalk::store
