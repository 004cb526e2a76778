# Writes a source with the parts of the page in it: cmake -DPAGE=folder -DOUT=file -P embed_page.cmake
#
# The scripts are one script, in this order.
set(scripts model.js text.js view.js draw.js panel.js explain.js main.js)
file(READ ${PAGE}/page.html html)
file(READ ${PAGE}/page.css style)
set(script "")
foreach(one IN LISTS scripts)
  file(READ ${PAGE}/${one} text)
  string(APPEND script "${text}")
endforeach()
file(WRITE ${OUT} "#include \"tools/trace/page_parts.hpp\"

namespace seedwalk::tools {

const std::string_view page_html = R\"~page~(${html})~page~\";
const std::string_view page_style = R\"~page~(${style})~page~\";
const std::string_view page_script = R\"~page~(${script})~page~\";

} // namespace seedwalk::tools
")
