#include <fstream>

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
