#pragma once

#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/tools/temporary_folder.hpp"

namespace seedwalk::tools {

/// A file that a command is given to read or to write, and what is wrong with it.
struct bad_file {
  const char* name;
  std::string path;
  const char* message;
};

/// Adds a file that may not be used, with these rights alone. Root may use all, and gets none.
inline void add_without_rights(std::vector<bad_file>& files, const temporary_folder& folder,
                               mode_t rights, const char* message) {
  if (::geteuid() == 0)
    return;
  const auto closed = folder.write("closed", "x");
  ::chmod(closed.c_str(), rights);
  files.push_back({"a file without rights", closed, message});
}

} // namespace seedwalk::tools
