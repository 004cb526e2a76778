#pragma once

#include <string_view>

namespace seedwalk::tools {

// The files of `tools/trace/page`, which the build puts into the program: embed_page.cmake.

/// What the page is made of, with @TITLE@, @STYLE@, @DATA@ and @SCRIPT@ in it, in this order.
extern const std::string_view page_html;
extern const std::string_view page_style;
extern const std::string_view page_script;

} // namespace seedwalk::tools
