#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace seedwalk::tools {

/// A new folder, removed with all that is in it.
class scratch_folder {
public:
  /// `purpose` is a part of its name: "seedwalk-bench-x4Fq0a".
  scratch_folder(const std::string& parent, const std::string& purpose)
      : path_(parent + "/seedwalk-" + purpose + "-XXXXXX") {
    made_ = mkdtemp(path_.data()) != nullptr;
  }
  ~scratch_folder() {
    std::error_code ignored;
    if (made_)
      std::filesystem::remove_all(path_, ignored);
  }
  /// Any other owner removes it.
  void leave() { made_ = false; }

  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  /// False: it could not be made, and `errno` says why until anything else is called.
  bool made() const { return made_; }
  const std::string& path() const { return path_; }

private:
  std::string path_;
  bool made_ = false;
};

} // namespace seedwalk::tools
