#include "tools/command_line.hpp"

#include <algorithm>
#include <memory>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "net/base/closest_name.hpp"

namespace seedwalk::tools {

namespace {

/// CLI11's messages may end in a newline or a list over several lines; ours are one line.
std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (!text.empty() && (text.back() == ' ' || text.back() == '.'))
    text.pop_back();
  return text;
}

/// CLI11's own help prints `--no-once{false}`: how it negates a flag, which is nobody's to type.
class help_formatter : public CLI::Formatter {
public:
  std::string make_option_name(const CLI::Option* option, bool positional) const override {
    auto name = Formatter::make_option_name(option, positional);
    constexpr std::string_view negation = "{false}";
    if (const auto at = name.find(negation); at != std::string::npos)
      name.erase(at, negation.size());
    return name;
  }
};

std::string indented(const std::string& lines) {
  std::string text = "  ";
  for (const char c : lines) {
    text += c;
    if (c == '\n')
      text += "  ";
  }
  return text;
}

} // namespace

command_line::command_line(std::string name, std::string purpose, std::string examples)
    : name_(std::move(name)), app_(std::move(purpose), "seedwalk " + name_) {
  app_.formatter(std::make_shared<help_formatter>());
  app_.set_help_flag("-h,--help", "this text");
  app_.footer("\nExamples:\n" + indented(examples));
}

void command_line::hide(CLI::Option* option) {
  if (hidden_.empty())
    app_.add_flag("--help-all", help_all_, "this text, with all options");
  option->group("");
  hidden_.push_back(option);
}

std::optional<exit_code> command_line::parse(const invocation& invoked) {
  if (!hidden_.empty() &&
      std::ranges::find(invoked.arguments, "--help-all") != invoked.arguments.end()) {
    for (auto* option : hidden_)
      option->group("More options");
    invoked.terminal.out << app_.help();
    return exit_code::done;
  }
  std::vector<std::string> reversed(invoked.arguments.rbegin(), invoked.arguments.rend());
  try {
    app_.parse(std::move(reversed));
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    invoked.terminal.out << app_.help();
    return exit_code::done;
  } catch (const CLI::ExtrasError& e) {
    const auto unknown = unknown_option(invoked.arguments);
    return refuse(invoked, unknown.empty() ? one_line(e.what()) : unknown);
  } catch (const CLI::ParseError& e) {
    return refuse(invoked, one_line(e.what()));
  }
}

std::string command_line::unknown_option(const std::vector<std::string>& arguments) const {
  std::vector<std::string> known;
  for (const auto* option : app_.get_options()) {
    for (const auto& name : option->get_lnames())
      known.push_back("--" + name);
    for (const auto& name : option->get_fnames())
      known.push_back("--" + name);
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const auto& argument : arguments) {
    const auto typed = argument.substr(0, argument.find('='));
    if (argument == "--")
      break;
    if (typed.starts_with("--") && std::ranges::find(known, typed) == known.end())
      return fmt::format("there is no option {}{}", typed, net::did_you_mean(typed, names));
  }
  return {};
}

exit_code command_line::refuse(const invocation& invoked, const std::string& message) const {
  invoked.terminal.err << fmt::format("seedwalk {0}: {1}; see seedwalk {0} --help\n", name_,
                                      message);
  return exit_code::usage;
}

chosen_subcommand choose_subcommand(invocation& invoked, std::string_view command,
                                    std::span<const std::string_view> names,
                                    std::string_view help) {
  if (invoked.arguments.empty()) {
    invoked.terminal.err << fmt::format(
        "seedwalk {0}: one of {1} is missing; see seedwalk {0} --help\n", command,
        fmt::join(names, ", "));
    return {{}, exit_code::usage};
  }
  const auto typed = invoked.arguments.front();
  if (typed == "--help" || typed == "-h") {
    invoked.terminal.out << help;
    return {{}, exit_code::done};
  }
  if (std::ranges::find(names, typed) == names.end()) {
    invoked.terminal.err << fmt::format(
        "seedwalk {0}: there is no \"{1}\"{2}; see seedwalk {0} --help\n", command, typed,
        net::did_you_mean(typed, names));
    return {{}, exit_code::usage};
  }
  invoked.arguments.erase(invoked.arguments.begin());
  return {typed, exit_code::done};
}

} // namespace seedwalk::tools
