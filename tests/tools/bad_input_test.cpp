#include <filesystem>
#include <fstream>

#include <leveldb/db.h>
#include <sys/mount.h>

#include "net/base/archive.hpp"
#include "store/database.hpp"
#include "tests/tools/crawl_fixture.hpp"

namespace seedwalk::tools {
namespace {

namespace fs = std::filesystem;

/// What a crawl is told, and what it cannot do.
class bad_input : public crawl_fixture {
protected:
  /// That it ends with `code` and one line with `part` in it, logs aside.
  static void expect_refused(const finished_program& run, int code, const std::string& part) {
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_EQ(count_lines(run.err), 1u) << run.err;
    EXPECT_NE(run.err.find(part), std::string::npos) << run.err;
  }

  /// A database with the whole zoo in it.
  void fill() {
    serve(40, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::pruned, 1}}});
    const auto run = run_seedwalk(crawl({"--quiet"}));
    ASSERT_EQ(run.code, 0) << run.err;
  }

  /// Cuts those files of the database whose names begin so, to half their size; how many those are.
  std::size_t truncate(const std::string& beginning) const {
    std::size_t cut = 0;
    for (const auto& entry : fs::directory_iterator{folder_ / "db"})
      if (entry.path().filename().string().starts_with(beginning)) {
        fs::resize_file(entry.path(), entry.file_size() / 2);
        ++cut;
      }
    return cut;
  }
};

TEST_F(bad_input, a_database_of_a_newer_schema_is_left_alone) {
  fill();
  const auto rewrite = [&](const std::string& value) {
    leveldb::DB* opened = nullptr;
    ASSERT_TRUE(leveldb::DB::Open({}, folder_ / "db", &opened).ok());
    const std::unique_ptr<leveldb::DB> raw{opened};
    ASSERT_TRUE(raw->Put({}, "mheader", value).ok());
  };
  std::string before;
  {
    leveldb::DB* opened = nullptr;
    ASSERT_TRUE(leveldb::DB::Open({}, folder_ / "db", &opened).ok());
    const std::unique_ptr<leveldb::DB> raw{opened};
    ASSERT_TRUE(raw->Get({}, "mheader", &before).ok());
  }
  const auto newer = net::to_archive(store::database::schema + 1);
  rewrite({newer.begin(), newer.end()});
  expect_refused(run_seedwalk(crawl()), 2, "newer version of this program");
  rewrite(before);
  expect_sound();
}

TEST_F(bad_input, a_truncated_database_is_damaged) {
  fill();
  ASSERT_EQ(truncate("MANIFEST"), 1u);
  expect_refused(run_seedwalk(crawl()), 13, folder_ / "db");
}

TEST_F(bad_input, a_database_without_its_current_version_is_damaged) {
  fill();
  ASSERT_EQ(truncate("CURRENT"), 1u);
  expect_refused(run_seedwalk(crawl()), 13, folder_ / "db");
}

TEST_F(bad_input, the_database_of_a_running_crawl_is_locked_for_another_and_read_through_it) {
  serve(8, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::silent, 3}}});
  running_program first{beside({"--clearnet-handshake-timeout", "10m"})};
  ASSERT_TRUE(first.await("visited"));
  expect_refused(run_seedwalk(crawl()), 2, "another process has this database open");
  const auto stats = run_seedwalk({"db", "stats", "--json", "--db", folder_ / "db"});
  EXPECT_EQ(stats.code, 0) << stats.err;
  EXPECT_EQ(nlohmann::json::parse(stats.out)["known"], 8);
  first.signal(SIGINT);
  EXPECT_EQ(first.finish().code, 0);
  expect_sound();
}

TEST_F(bad_input, what_a_running_crawl_finds_wrong_in_a_command_is_told_from_what_it_cannot_do) {
  serve(8, {.shares = {{sim::node_kind::honest, 1}, {sim::node_kind::silent, 3}}});
  running_program running{beside({"--clearnet-handshake-timeout", "10m"})};
  ASSERT_TRUE(running.await("visited"));
  const auto ctl = [this](words command) {
    command.insert(command.begin(), "ctl");
    command.insert(command.end(), {"--db", folder_ / "db"});
    return run_seedwalk(command);
  };
  const auto file = folder_.write("bad.toml", "[limits]\nmax_conections = 9\n");
  expect_refused(ctl({"ban", "nobody"}), 2, "nobody");
  expect_refused(ctl({"ban", "\xff"}), 2, "UTF-8");
  expect_refused(ctl({"disconnect", "nobody"}), 2, "ctl disconnect");
  expect_refused(ctl({"broadcast-ping", "--to-network", "nowhere"}), 2, "nowhere");
  expect_refused(ctl({"reload", file}), 2, "max_conections");
  expect_refused(ctl({"reload", folder_ / "none.toml"}), 2, "none.toml");
  expect_refused(ctl({"disconnect", "127.9.9.9:1"}), 1, "not connected");
  expect_refused(ctl({"unban", "127.9.9.9"}), 1, "no such ban");
  running.signal(SIGINT);
  EXPECT_EQ(running.finish().code, 0);
  expect_refused(ctl({"ban", "nobody"}), 1, "no crawl answers there");
}

TEST_F(bad_input, a_folder_in_which_nothing_can_be_written_is_refused) {
  // Not even root can write there.
  expect_refused(run_seedwalk(crawl({"--db", "/proc/seedwalk"})), 2, "/proc/seedwalk");
  std::ofstream{folder_ / "file"} << "hello";
  expect_refused(run_seedwalk(crawl({"--db", folder_ / "file"})), 2, "file");
  expect_refused(run_seedwalk(crawl({"--record", "/proc/seedwalk.rec"})), 2, "/proc/seedwalk.rec");
}

TEST_F(bad_input, a_port_in_use_is_refused_and_costs_nothing) {
  fill();
  const auto taken = "127.0.0.1:" + std::to_string(zoo_port_);
  const auto run = run_seedwalk(crawl({"--listen", taken, "--quiet", "--log-level", "error"}));
  expect_refused(run, 2, "cannot listen on " + taken);
  expect_sound();
}

TEST_F(bad_input, arguments_that_make_no_sense_are_refused_before_anything_begins) {
  expect_refused(run_seedwalk(crawl({"--connect", "127.0.0.1.9:1"})), 2, "--connect");
  expect_refused(run_seedwalk(crawl({"--connect", "127.0.0.1:70000"})), 2, "--connect");
  expect_refused(run_seedwalk(crawl({"--max-connections", "0"})), 2, "--max-connections 0");
  expect_refused(run_seedwalk(crawl({"--threads", "2", "--record", folder_ / "crawl.rec"})), 2,
                 "--record needs one thread");
  const auto file = folder_.write("bad.toml", "[limits]\nmax_inbound = 7\nmax_conections = 9\n");
  expect_refused(run_seedwalk(crawl({"--config", file})), 2, file + ":3");
  EXPECT_NE(run_seedwalk(crawl({"--config", file})).err.find("max_conections"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "db"));
}

// The database that nobody names lies in folders that a new machine does not have, and the first
// crawl of a new user ended with an error about them.
TEST(default_database, is_made_with_its_folders_where_nobody_named_another) {
  const temporary_folder folder;
  const std::vector<std::string> variables = {"HOME=" + (folder / "new/home")};
  const std::vector<std::string> nothing_to_do = {"crawl", "--network", "regtest", "--once",
                                                  "--no-dns"};
  const auto run = run_seedwalk(nothing_to_do, variables);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(fs::exists(folder / "new/home/.local/share/seedwalk/regtest/CURRENT"));
  auto named = nothing_to_do;
  named.insert(named.end(), {"--db", folder / "not/there"});
  EXPECT_EQ(run_seedwalk(named, variables).code, 2);
  EXPECT_FALSE(fs::exists(folder / "not"));
}

TEST(mistyped_options, are_named_before_what_else_a_public_chain_wants) {
  const auto run = run_seedwalk({"crawl", "--max-connections", "0"});
  EXPECT_EQ(run.code, 2);
  EXPECT_NE(run.err.find("--max-connections 0"), std::string::npos) << run.err;
}

/// A file system of a size, for as long as it lives. Only root can have it.
class small_disk {
public:
  small_disk(std::string at, const std::string& size) : at_(std::move(at)) {
    fs::create_directory(at_);
    mounted_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() {
    if (mounted_)
      ::umount2(at_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

  /// Fills it to the last byte.
  void fill_up() const {
    std::ofstream filler{at_ + "/filler", std::ios::binary};
    const std::string block(4096, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }

private:
  std::string at_;
  bool mounted_ = false;
};

class full_disk : public bad_input {
protected:
  void SetUp() override {
    disk_ = std::make_unique<small_disk>(folder_ / "disk", "8m");
    if (!disk_->mounted())
      GTEST_SKIP() << "a small file system can only be mounted by root: the full disk is not shown";
    serve(300, {.shares = {{sim::node_kind::honest, 9}, {sim::node_kind::silent, 1}}});
  }

  words onto_the_disk(const words& more) const {
    words result = {"--db", folder_ / "disk/db", "--log-level", "error"};
    result.insert(result.end(), more.begin(), more.end());
    return result;
  }

  void expect_sound_disk() const {
    fs::remove(folder_ / "disk/filler");
    const auto check = run_seedwalk({"db", "check", "--db", folder_ / "disk/db"});
    EXPECT_EQ(check.code, 0) << check.out << check.err;
  }

  std::unique_ptr<small_disk> disk_;
};

TEST_F(full_disk, ends_a_crawl_with_its_reason_and_harms_nothing) {
  // A few nodes at a time: the disk is full long before the crawl is over.
  running_program crawl{beside(onto_the_disk(
      {"--max-connections", "2", "--full-patience", "2s", "--clearnet-handshake-timeout", "5s"}))};
  ASSERT_TRUE(crawl.await("visited"));
  disk_->fill_up();
  const auto run = crawl.finish();
  EXPECT_EQ(run.code, 1) << run.err;
  const auto last = run.err.substr(run.err.rfind('\n', run.err.size() - 2) + 1);
  EXPECT_TRUE(last.starts_with("seedwalk crawl: ")) << last;
  EXPECT_NE(last.find("No space left on device"), std::string::npos) << last;
  expect_sound_disk();
  const auto again = run_seedwalk(this->crawl(onto_the_disk({"--json"})));
  ASSERT_EQ(again.code, 0) << again.err;
  const auto report = nlohmann::json::parse(again.out);
  EXPECT_EQ(report["census"], 1);
  EXPECT_EQ(report["resumed"], true);
  EXPECT_EQ(report["known"], 300);
}

// The summary praised a recording of which the half was missing.
TEST_F(full_disk, cuts_a_recording_short_and_that_is_said_at_the_end) {
  running_program crawl{beside(
      {"--record", folder_ / "disk/crawl.rec", "--json", "--clearnet-handshake-timeout", "2s"})};
  ASSERT_TRUE(crawl.await("visited"));
  disk_->fill_up();
  const auto run = crawl.finish();
  EXPECT_EQ(run.code, 1) << run.err;
  EXPECT_NE(run.err.find("the recording ended before the crawl"), std::string::npos) << run.err;
  const auto report = nlohmann::json::parse(run.out);
  EXPECT_NE(report.value("recording_problem", ""), "");
  EXPECT_EQ(report["finished"], true);
}

TEST_F(full_disk, is_waited_for_and_nothing_is_lost) {
  running_program crawl{beside(
      onto_the_disk({"--max-connections", "2", "--clearnet-handshake-timeout", "5s", "--json"}))};
  ASSERT_TRUE(crawl.await("visited"));
  disk_->fill_up();
  ASSERT_TRUE(crawl.await("dialling pauses"));
  fs::remove(folder_ / "disk/filler");
  crawl.signal(SIGINT);
  const auto run = crawl.finish();
  ASSERT_EQ(run.code, 0) << run.err;
  const auto report = nlohmann::json::parse(run.out);
  expect_sound_disk();
  const auto stats = nlohmann::json::parse(
      run_seedwalk({"db", "stats", "--json", "--db", folder_ / "disk/db"}).out);
  EXPECT_EQ(stats["known"], report["known"]);
}

} // namespace
} // namespace seedwalk::tools
