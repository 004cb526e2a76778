// Opening a folder that lacked CURRENT made a new database there and deleted the old one's tables;
// a look at a database wrote a new manifest into it, and locked a crawl out. So: everything that
// may be wrong with a file of a database's folder, against every command.

#include <filesystem>
#include <functional>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "store/database.hpp"
#include "store/folder_contents.hpp"
#include "tests/tools/loopback_port.hpp"
#include "tests/tools/run_program.hpp"

namespace seedwalk::tools {
namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;
using store::file_kind;

/// What a copy, a crash, a sync tool or an operator does to a file.
struct harm {
  std::string name;
  std::function<void(const fs::path& file)> inflict;
};

void write_file(const fs::path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary} << bytes;
}

const std::vector<harm>& harms() {
  static const std::vector<harm> all = {
      {"missing", [](const fs::path& f) { fs::remove(f); }},
      {"empty", [](const fs::path& f) { fs::resize_file(f, 0); }},
      {"half", [](const fs::path& f) { fs::resize_file(f, fs::file_size(f) / 2); }},
      {"zeros", [](const fs::path& f) { write_file(f, std::string(fs::file_size(f), '\0')); }},
      {"foreign", [](const fs::path& f) { write_file(f, "somebody else's\n"); }},
      {"a folder",
       [](const fs::path& f) {
         fs::remove(f);
         fs::create_directory(f);
       }},
      {"dangling",
       [](const fs::path& f) {
         fs::remove(f);
         fs::create_symlink("nowhere", f);
       }},
      {"a link",
       [](const fs::path& f) {
         fs::create_directory(f.parent_path() / "moved");
         fs::rename(f, f.parent_path() / "moved" / f.filename());
         fs::create_symlink(fs::path{"moved"} / f.filename(), f);
       }},
      {"doubled", [](const fs::path& f) { fs::copy_file(f, f.string() + " (conflicted copy)"); }},
      {"unreadable", [](const fs::path& f) { fs::permissions(f, fs::perms::none); }},
      {"read-only", [](const fs::path& f) { fs::permissions(f, fs::perms::owner_read); }},
  };
  return all;
}

/// All that is in a folder, so that any change shows. LOCK is LevelDB's to make, and says nothing.
std::map<std::string, std::string> picture_of(const fs::path& folder) {
  std::map<std::string, std::string> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat s {};
    ::lstat(entry.path().c_str(), &s);
    out[entry.path().lexically_relative(folder)] = fmt::format(
        "{:o} {} {}.{} {}", s.st_mode, s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec,
        entry.is_regular_file() && !entry.is_symlink() ? text_of_file(entry.path()) : "");
  }
  return out;
}

class folder_matrix : public testing::Test {
protected:
  static constexpr std::uint32_t endpoints = 600;

  static net::endpoint endpoint(std::uint32_t number) {
    return net::ipv4_endpoint(0x01020000u + number, 18'444);
  }

  /// A database of a table and a log that holds what came last.
  void SetUp() override {
    fill(0, endpoints / 2);
    fill(endpoints / 2, endpoints);
    for (const auto& entry : fs::directory_iterator(whole()))
      names_.push_back(entry.path().filename());
    std::ranges::sort(names_);
    const auto has = [this](file_kind kind) {
      return std::ranges::count(names_, kind, store::kind_of_file) == 1;
    };
    ASSERT_TRUE(has(file_kind::table) && has(file_kind::log) && has(file_kind::manifest));
    begin_again();
  }

  void fill(std::uint32_t first, std::uint32_t end) const {
    store::database_options options;
    options.chain = "regtest";
    store::database db{whole().string(), options};
    ASSERT_TRUE(db.open());
    store::record_announcements heard{endpoint(60'000), store::timestamp{1'800'000'000}, {}};
    for (auto n = first; n != end; ++n)
      heard.announcements.push_back({endpoint(n), 1'800'000'000, 1});
    ASSERT_TRUE(db.apply({{heard}}));
  }

  void TearDown() override { allow_everything(); }

  fs::path whole() const { return folder_ / "whole"; }
  fs::path place() const { return folder_ / "db"; }

  void allow_everything() const {
    if (fs::is_directory(fs::symlink_status(place())))
      fs::permissions(place(), fs::perms::owner_all);
  }

  /// A whole database in its place, as if nothing had happened.
  void begin_again() const {
    allow_everything();
    fs::remove_all(place());
    fs::copy(whole(), place(), fs::copy_options::recursive);
  }

  /// Runs a command as somebody who may not simply do everything, even if that is root.
  static finished_program run_as_mortal(words arguments) {
    arguments.insert(arguments.begin(), SEEDWALK_COMMAND);
    if (::geteuid() == 0)
      arguments.insert(arguments.begin(), {"setpriv", "--bounding-set=-all"});
    return run_program_file(arguments);
  }

  std::vector<words> looks() const {
    const auto address = net::to_string(endpoint(endpoints - 1));
    const words flags = {"--db", place().string(), "--network", "regtest"};
    std::vector<words> all = {{"db", "stats", "--json"}, {"db", "get", address, "--json"},
                              {"db", "list", "--json"},  {"db", "export", "--format", "csv"},
                              {"db", "check"},           {"db", "digest"},
                              {"crawl", "--dry-run"}};
    for (auto& look : all)
      look.insert(look.end(), flags.begin(), flags.end());
    return all;
  }

  /// A crawl that reaches nobody, and writes that down.
  words crawl() const {
    return {"crawl",     "--network",
            "regtest",   "--allow-unroutable",
            "--db",      place().string(),
            "--once",    "--fixed",
            "--connect", fmt::format("127.0.0.1:{}", port_),
            "--quiet",   "--log-level",
            "error"};
  }

  static void expect_advice(const finished_program& done, const std::string& path,
                            const std::string& text) {
    EXPECT_LT(done.code, 128) << text << done.err;
    EXPECT_NE(done.err.find(path), std::string::npos) << text << done.err;
    EXPECT_EQ(std::ranges::count(done.err, '\n'), 1) << text << done.err;
  }

  temporary_folder folder_;
  std::vector<std::string> names_;
  std::uint16_t port_ = free_loopback_port();
};

/// The end of a log that a machine did not finish counts for nothing, and what is before it does.
bool may_cost_the_last_writes(const std::string& name, const std::string& harm) {
  return store::kind_of_file(name) == file_kind::log && (harm == "empty" || harm == "half");
}

TEST_F(folder_matrix, looking_changes_nothing_and_says_the_truth_or_why_not) {
  std::map<std::string, std::string> truth;
  const auto untouched = picture_of(place());
  for (const auto& look : looks()) {
    const auto done = run_as_mortal(look);
    ASSERT_EQ(done.code, 0) << fmt::format("{}", fmt::join(look, " ")) << done.err;
    ASSERT_EQ(done.err, "") << fmt::format("{}", fmt::join(look, " "));
    truth[look[1]] = done.out;
    ASSERT_EQ(picture_of(place()), untouched) << fmt::format("{}", fmt::join(look, " "));
  }
  for (const auto& name : names_)
    for (const auto& [harm, inflict] : harms()) {
      begin_again();
      inflict(place() / name);
      allow_everything();
      const auto before = picture_of(place());
      for (const auto& look : looks()) {
        const auto context = fmt::format("{} {}: {}\n", name, harm, fmt::join(look, " "));
        const auto done = run_as_mortal(look);
        const bool told = done.err.find(name) != std::string::npos;
        const bool excused = may_cost_the_last_writes(name, harm);
        const bool unknown = done.err.find("is not known") != std::string::npos;
        if (done.code == 0)
          EXPECT_TRUE(told || excused || done.out == truth[look[1]]) << context << done.err;
        else if (unknown)
          EXPECT_TRUE(told || excused) << context << done.err;
        else if (done.out.empty()) // What a check finds it prints as its result.
          expect_advice(done, place().string(), context);
        EXPECT_EQ(picture_of(place()), before) << context;
      }
    }
}

/// What is there still, here or where openings set things aside.
bool is_kept(const fs::path& folder, const std::string& name, const std::string& bytes) {
  for (const auto& at : {folder / name, folder / "unclaimed" / name})
    if (fs::is_regular_file(at) && text_of_file(at) == bytes)
      return true;
  return false;
}

TEST_F(folder_matrix, a_crawl_goes_on_from_all_that_was_there_or_leaves_it_as_it_is) {
  for (const auto& name : names_)
    for (const auto& [harm, inflict] : harms()) {
      begin_again();
      inflict(place() / name);
      const auto context = fmt::format("{} {}\n", name, harm);
      std::map<std::string, std::string> files;
      for (const auto& entry : fs::directory_iterator(place()))
        if (entry.is_regular_file() && entry.path().filename() != "LOCK")
          files[entry.path().filename()] = text_of_file(entry.path());
      const auto done = run_as_mortal(crawl());
      const bool told = done.err.find(name) != std::string::npos;
      if (done.code != 0) {
        expect_advice(done, place().string(), context);
        for (const auto& [file, bytes] : files)
          EXPECT_TRUE(is_kept(place(), file, bytes)) << context << file << '\n' << done.err;
        continue;
      }
      if (told) { // What LevelDB passes over stays.
        EXPECT_TRUE(is_kept(place(), name, files[name])) << context << done.err;
      }
      const auto stats = run_as_mortal({"db", "stats", "--json", "--db", place().string()});
      const auto known = nlohmann::json::parse(stats.out)["known"].get<std::uint32_t>();
      EXPECT_TRUE(told || may_cost_the_last_writes(name, harm) || known == endpoints + 1)
          << context << known << done.err;
      EXPECT_EQ(run_as_mortal({"db", "check", "--db", place().string()}).code, 0) << context;
    }
}

/// The folder itself: read-only, closed, a link, gone; with other people's files in it.
TEST_F(folder_matrix, a_folder_that_may_not_be_written_can_be_looked_into) {
  std::map<std::string, std::string> truth;
  for (const auto& look : looks())
    truth[look[1]] = run_as_mortal(look).out;
  const auto expect_truth = [&] {
    for (const auto& look : looks()) {
      const auto done = run_as_mortal(look);
      EXPECT_EQ(done.code, 0) << done.err;
      EXPECT_EQ(done.out, truth[look[1]]);
    }
  };
  for (const auto& name : names_)
    fs::permissions(place() / name, fs::perms::owner_read);
  fs::permissions(place(), fs::perms::owner_read | fs::perms::owner_exec);
  expect_truth();
  const auto refused = run_as_mortal(crawl());
  EXPECT_EQ(refused.code, 2) << refused.err;
  expect_advice(refused, place().string(), "a crawl in a read-only folder\n");

  begin_again();
  fs::rename(place(), folder_ / "elsewhere");
  fs::create_directory_symlink(folder_ / "elsewhere", place());
  expect_truth();
  fs::remove(place());
  fs::rename(folder_ / "elsewhere", place());
  for (const char* stranger : {"notes.txt", "000077.ldb", "000002.log.bak", "crawl.log"})
    write_file(place() / stranger, "somebody else's");
  expect_truth();

  fs::permissions(place(), fs::perms::none);
  for (const auto& look : looks()) {
    const auto done = run_as_mortal(look);
    EXPECT_EQ(done.code, 2) << done.err;
    expect_advice(done, place().string(), look[1]);
    EXPECT_NE(done.err.find("may not be read"), std::string::npos) << done.err;
  }
  allow_everything();
}

TEST_F(folder_matrix, where_no_database_is_none_is_made_by_looking) {
  for (const bool empty : {true, false}) {
    begin_again();
    fs::remove_all(place());
    if (empty)
      fs::create_directory(place());
    for (const auto& look : looks()) {
      const auto done = run_as_mortal(look);
      const bool plans = look[0] == "crawl"; // An empty database is a crawl's to begin.
      EXPECT_EQ(done.code, plans ? 0 : 2) << done.err;
      EXPECT_TRUE(empty ? fs::is_empty(place()) : !fs::exists(place()));
    }
  }
  fs::remove_all(place());
  write_file(place(), "a file");
  for (const auto& look : looks()) {
    const auto done = run_as_mortal(look);
    EXPECT_EQ(done.code, 2) << done.err;
    expect_advice(done, place().string(), look[1]);
  }
}

} // namespace
} // namespace seedwalk::tools
