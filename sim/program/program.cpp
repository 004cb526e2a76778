#include "sim/program/program.hpp"

namespace seedwalk::sim {

namespace {

/// What a replayed program stands on, and what it keeps.
struct replayed_program {
  ground on;
  std::shared_ptr<void> kept;
};

} // namespace

tl::expected<replay_result, recording_error> replay(const std::string& path, const program& started,
                                                    const replay_options& options) {
  const replay_builder build = [&started](const replay_ground& given) -> std::shared_ptr<void> {
    auto result = std::make_shared<replayed_program>(replayed_program{
        {given.process, given.network, given.header.configuration, given.header.seed}, {}});
    result->kept = started(result->on).kept;
    return result;
  };
  return replay(path, build, options);
}

} // namespace seedwalk::sim
