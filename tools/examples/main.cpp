#include "tools/examples/command.hpp"

int main(int argc, char** argv) {
  return seedwalk::examples::run_command(argc, argv);
}
