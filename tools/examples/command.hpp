#pragma once

namespace seedwalk::examples {

/// The program `seedwalk-examples`: what `main` returns.
int run_command(int argc, char** argv);

} // namespace seedwalk::examples
