#include <memory>
#include <set>

#include "bindings/cli/commands.hpp"
#include "bindings/cli/print.hpp"

namespace vitrine::cli {
namespace {

struct Word {
    std::string name;  // "--json"
    std::string what;
};

// In single quotes, as all three shells read them.
std::string quoted(std::string text) {
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4)
        text.replace(at, 1, "'\\''");
    return "'" + text + "'";
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<Word> options_of(const CLI::App& command) {
    std::vector<Word> words;
    for (const CLI::Option* option : command.get_options())
        for (const std::string& name : option->get_lnames())
            words.push_back({"--" + name, option->get_description()});
    return words;
}

std::string names_of(const std::vector<Word>& words) {
    std::string names;
    for (const Word& word : words) names += (names.empty() ? "" : " ") + word.name;
    return names;
}

void print_bash(const CLI::App& app) {
    std::string names;
    std::string cases;
    for (const CLI::App* command : commands_of(app)) {
        names += (names.empty() ? "" : " ") + command->get_name();
        cases += fmt::format("        {}) words={} ;;\n", command->get_name(),
                             quoted(names_of(options_of(*command))));
    }
    print(R"(# bash completion for vitrine: source this, or put it into
# ~/.local/share/bash-completion/completions/vitrine
_vitrine() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} words=
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W '{} --help' -- "$current"))
        return
    fi
    case ${{COMP_WORDS[1]}} in
{}    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}}
complete -o filenames -F _vitrine vitrine)",
          names, cases);
}

void print_zsh(const CLI::App& app) {
    print("#compdef vitrine");
    print("# zsh completion for vitrine: put this as _vitrine into a folder of $fpath");
    print("local -a commands\ncommands=(");
    for (const CLI::App* command : commands_of(app))
        print("  {}", quoted(command->get_name() + ":" + command->get_description()));
    print(")\nif (( CURRENT == 2 )); then\n  _describe command commands\n  return\nfi");
    print("case $words[2] in");
    for (const CLI::App* command : commands_of(app)) {
        print("  {})\n    local -a options\n    options=(", command->get_name());
        for (const Word& word : options_of(*command)) {
            std::string name = word.name;
            print("      {}", quoted(name + ":" + word.what));
        }
        print(
            "    )\n    if [[ $PREFIX == -* ]]; then\n      _describe option options\n    else\n"
            "      _files\n    fi\n    ;;");
    }
    print("esac");
}

void print_fish(const CLI::App& app) {
    print("# fish completion for vitrine: put this into ~/.config/fish/completions/vitrine.fish");
    for (const CLI::App* command : commands_of(app)) {
        print("complete -c vitrine -f -n __fish_use_subcommand -a {} -d {}", command->get_name(),
              quoted(command->get_description()));
        for (const Word& word : options_of(*command))
            print("complete -c vitrine -n '__fish_seen_subcommand_from {}' -l {} -d {}",
                  command->get_name(), word.name.substr(2), quoted(word.what));
    }
}

int run(const CLI::App& app, const std::string& shell) {
    if (shell == "bash")
        print_bash(app);
    else if (shell == "zsh")
        print_zsh(app);
    else
        print_fish(app);
    return kOk;
}

}  // namespace

void add_completion(CommandLine& line) {
    auto shell = std::make_shared<std::string>();
    CLI::App& command =
        line.add({.name = "completion",
                  .summary = "Completion of commands and options for a shell",
                  .details = "Examples:\n"
                             "  source <(vitrine completion bash)\n"
                             "  vitrine completion zsh > ~/.zfunc/_vitrine\n"
                             "  vitrine completion fish > ~/.config/fish/completions/vitrine.fish",
                  .run = [&app = line.app(), shell] { return run(app, *shell); }});
    command.add_option("shell", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace vitrine::cli
