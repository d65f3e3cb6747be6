#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "bindings/cli/exit_code.hpp"
#include "bindings/cli/progress_bar.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/everything.hpp"
#include "tests/bindings/cli/place.hpp"

namespace vitrine::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct ShellTest : testing::Test {
    ShellTest() {
        Store store = Store::open(file);
        fill_with_everything(store);
        store.close();
    }
    const Place place;
    const std::string file = place.file("store");
};

TEST_F(ShellTest, AProgressBarIsOnATerminalAndNotInAPipe) {
    const Ran terminal = run_in_terminal({"export", file, "-o", place.file("a")});
    EXPECT_EQ(terminal.code, cli::kOk);
    EXPECT_THAT(terminal.out, HasSubstr("exporting ["));
    EXPECT_THAT(terminal.out, testing::EndsWith("\r\x1B[K"));  // nothing of it stays
    const Ran pipe = run_command({"export", file, "-o", place.file("b")});
    EXPECT_EQ(pipe.code, cli::kOk);
    EXPECT_EQ(pipe.err, "");
    EXPECT_EQ(pipe.out, "");
}

TEST_F(ShellTest, AProgressBarDoesNotMixWithAnAnswerOnTheTerminal) {
    const Ran ran = run_in_terminal({"export", file});
    EXPECT_EQ(ran.code, cli::kOk);
    EXPECT_THAT(ran.out, StartsWith("{\"format\""));
    EXPECT_THAT(ran.out, Not(HasSubstr("exporting [")));
}

TEST_F(ShellTest, CtrlCEndsAWatchWell) {
    const Ran ran = run_in_terminal({"stat", "--watch", "--interval", "3600", file}, "last object");
    EXPECT_EQ(ran.code, cli::kOk) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("on disk"));
}

TEST_F(ShellTest, CtrlCCancelsAnImportThatWaitsForMoreAndLeavesNothing) {
    // Its lines come from the terminal, where nobody types them.
    const Ran ran = run_in_terminal({"import", place.file("new"), "-"}, "reading from stdin");
    EXPECT_EQ(ran.code, cli::kCancelled) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("vitrine: importing was cancelled"));
    EXPECT_FALSE(std::filesystem::exists(place.file("new")));
    EXPECT_FALSE(std::filesystem::exists(place.file("new.importing")));
}

TEST_F(ShellTest, StatSaysWhoHasTheStoreInsteadOfNumbersItCannotKnow) {
    const Ran free = run_command({"stat", file, "--json"});
    EXPECT_EQ(free.code, cli::kOk);
    EXPECT_THAT(free.out, HasSubstr("\"in_use\":false"));
    EXPECT_THAT(free.out, HasSubstr("\"newest_version\":3"));
    const Store store = Store::open(file);
    const Ran busy = run_command({"stat", file});
    EXPECT_EQ(busy.code, cli::kOk);
    EXPECT_THAT(busy.out, HasSubstr("process " + std::to_string(::getpid())));
    EXPECT_THAT(run_command({"stat", file, "--json"}).out, Not(HasSubstr("newest_version")));
}

TEST_F(ShellTest, StatWatchesSoManyTimes) {
    const Ran ran =
        run_command({"stat", "--watch", "--interval", "0.01", "--count", "3", "--json", file});
    EXPECT_EQ(ran.code, cli::kOk);
    EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), 3);
    EXPECT_EQ(run_command({"stat", "--count", "3", file}).code, cli::kUsage);
    EXPECT_EQ(run_command({"stat", place.file("absent")}).code, cli::kUnusable);
}

TEST_F(ShellTest, BashCompletesCommandsAndOptions) {
    const std::string script = place.file("completion");
    std::ofstream(script) << run_command({"completion", "bash"}).out;
    const auto complete = [&](const std::string& words, int at) {
        const std::string out = place.file("out");
        const std::string line = "bash -c 'source " + script + "; COMP_WORDS=(" + words +
                                 "); COMP_CWORD=" + std::to_string(at) +
                                 "; _vitrine; echo ${COMPREPLY[*]}' > " + out;
        EXPECT_EQ(std::system(line.c_str()), 0);
        std::string reply;
        std::getline(std::ifstream(out), reply);
        return reply;
    };
    EXPECT_EQ(complete("vitrine exp", 1), "export");
    EXPECT_THAT(complete("vitrine ls --re", 2), "--reverse");
    EXPECT_THAT(complete("vitrine ls --", 2), HasSubstr("--prefix"));
}

TEST_F(ShellTest, CompletionKnowsEveryCommandInEveryShell) {
    for (const char* shell : {"bash", "zsh", "fish"}) {
        const Ran ran = run_command({"completion", shell});
        EXPECT_EQ(ran.code, cli::kOk);
        for (const char* command : {"info", "get", "ls", "export", "import", "completion"})
            EXPECT_THAT(ran.out, HasSubstr(command)) << shell;
    }
    EXPECT_EQ(run_command({"completion", "dos"}).code, cli::kUsage);
}

TEST(ProgressBarTest, IsToldToStopByASignalAndEndsTheCallWithCancelledError) {
    cli::ProgressBar bar("working");
    EXPECT_TRUE(bar.update(1, 2));
    ::raise(SIGINT);
    EXPECT_FALSE(bar.update(1, 2));
    EXPECT_FALSE(bar.progress()(1, 2));
    EXPECT_THROW(bar.step(1, 2), CancelledError);
}

}  // namespace
}  // namespace vitrine::test
