#include "tools/examples/example.hpp"

namespace seedwalk::examples {

const std::vector<example>& all_examples() {
  static const std::vector<example> all = {echo_example(),  ping_pong_example(), chat_example(),
                                           tasks_example(), log_example(),       http_example(),
                                           fetch_example()};
  return all;
}

} // namespace seedwalk::examples
