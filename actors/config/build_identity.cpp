#include "actors/config/build_identity.hpp"

#include <cstring>

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

namespace seedwalk::actors {

namespace {

constexpr std::size_t align4(std::size_t n) {
  return (n + 3) & ~std::size_t{3};
}

/// Looks through the notes of the program itself for the one that the linker derives from its
/// contents.
int find_build_id(dl_phdr_info* program, std::size_t, void* result) {
  for (int i = 0; i != program->dlpi_phnum; ++i) {
    const auto& header = program->dlpi_phdr[i];
    if (header.p_type != PT_NOTE)
      continue;
    auto at = reinterpret_cast<const char*>(program->dlpi_addr + header.p_vaddr);
    const auto end = at + header.p_memsz;
    while (at + sizeof(ElfW(Nhdr)) <= end) {
      ElfW(Nhdr) note;
      std::memcpy(&note, at, sizeof note);
      const auto name = at + sizeof note;
      const auto content = name + align4(note.n_namesz);
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
          std::memcmp(name, "GNU", 4) == 0) {
        for (std::size_t b = 0; b != note.n_descsz; ++b)
          *static_cast<std::string*>(result) +=
              fmt::format("{:02x}", static_cast<unsigned char>(content[b]));
        return 1;
      }
      at = content + align4(note.n_descsz);
    }
  }
  return 1; // The first object is the program; libraries do not matter.
}

} // namespace

std::string build_identity() {
  static const std::string identity = [] {
    std::string id;
    dl_iterate_phdr(find_build_id, &id);
    return fmt::format("{}+{}", SEEDWALK_VERSION, id.empty() ? "unidentified" : id);
  }();
  return identity;
}

} // namespace seedwalk::actors
