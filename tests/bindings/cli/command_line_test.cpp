#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitrine/vitrine.hpp>

#include "bindings/cli/exit_code.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/place.hpp"

namespace vitrine::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(CommandLineTest, HelpHasExamplesAndGoesToStdout) {
    const Ran ran = run_command({"info", "--help"});
    EXPECT_EQ(ran.code, cli::kOk);
    EXPECT_THAT(ran.out, HasSubstr("Examples:\n  vitrine info"));
    EXPECT_EQ(ran.err, "");
}

TEST(CommandLineTest, EveryCommandHasHelpWithAnExampleOfItself) {
    const std::string help = run_command({"--help"}).out;
    std::istringstream lines(help.substr(help.find("Subcommands:\n") + 13));
    std::string line;
    std::size_t commands = 0;
    while (std::getline(lines, line) && !line.empty()) {
        std::string name;
        std::istringstream(line) >> name;
        ++commands;
        const Ran ran = run_command({name, "--help"});
        EXPECT_EQ(ran.code, cli::kOk) << name;
        EXPECT_THAT(ran.out, HasSubstr("Examples:\n")) << name;
        EXPECT_THAT(ran.out, HasSubstr("vitrine " + name)) << name;
    }
    EXPECT_GE(commands, 12U);
}

TEST(CommandLineTest, TellsItsVersion) {
    const Ran ran = run_command({"--version"});
    EXPECT_EQ(ran.code, cli::kOk);
    EXPECT_THAT(ran.out, testing::MatchesRegex("vitrine [0-9.]+\n"));
}

TEST(CommandLineTest, OutputThatCannotBeWrittenIsThree) {
    const Place place;
    Store::open(place.file("s")).close();
    const std::string line = std::string(VITRINE_COMMAND) + " info " + place.file("s") +
                             " > /dev/full 2> " + place.file("err");
    const int status = std::system(line.c_str());
    EXPECT_EQ(WEXITSTATUS(status), cli::kUnusable);
    std::string message;
    std::getline(std::ifstream(place.file("err")), message);
    EXPECT_EQ(message, "vitrine: the output could not be written");
}

TEST(CommandLineTest, WrongUsageIsTwoAndSaysWhatAndWhereToLook) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{}, {"inform"}, {"info"}, {"info", "--no-such", "x"}}) {
        const Ran ran = run_command(arguments);
        EXPECT_EQ(ran.code, cli::kUsage);
        EXPECT_EQ(ran.out, "");
        EXPECT_THAT(ran.err, StartsWith("vitrine: "));
        EXPECT_THAT(ran.err, HasSubstr("--help"));
    }
}

TEST(CommandLineTest, AFileThatCannotBeUsedIsThreeAndIsNamed) {
    const Place place;
    const std::string absent = place.file("absent");
    const std::string garbage = place.file("garbage");
    const std::string empty = place.file("empty");
    std::ofstream(garbage) << std::string(10'000, 'x');
    std::ofstream(empty).flush();
    for (const std::string& file : {absent, garbage, empty}) {
        const Ran ran = run_command({"info", file});
        EXPECT_EQ(ran.code, cli::kUnusable) << file;
        EXPECT_EQ(ran.out, "");
        EXPECT_THAT(ran.err, StartsWith("vitrine: "));
        EXPECT_THAT(ran.err, HasSubstr(file));
    }
    EXPECT_FALSE(std::filesystem::exists(absent));
    EXPECT_EQ(std::filesystem::file_size(empty), 0U);
}

TEST(CommandLineTest, AStoreInUseIsThreeAndSaysBySomeone) {
    const Place place;
    const Store store = Store::open(place.file("busy"));
    const Ran ran = run_command({"info", place.file("busy")});
    EXPECT_EQ(ran.code, cli::kUnusable);
    EXPECT_THAT(ran.err, HasSubstr("process " + std::to_string(::getpid())));
}

TEST(CommandLineTest, LookingLeavesTheFolderAsItWas) {
    const Place place;
    Store::open(place.file("s")).close();
    std::filesystem::remove(place.file("s-lock"));
    EXPECT_EQ(run_command({"info", place.file("s")}).code, cli::kOk);
    EXPECT_FALSE(std::filesystem::exists(place.file("s-lock")));
}

}  // namespace
}  // namespace vitrine::test
