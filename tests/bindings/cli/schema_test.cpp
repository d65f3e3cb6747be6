#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bindings/cli/exit_code.hpp"
#include "bindings/cli/schema_diff.hpp"
#include "core/lmdb/lmdb_storage.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/everything.hpp"
#include "tests/bindings/cli/place.hpp"

namespace vitrine::test {
namespace {

using testing::HasSubstr;

struct SchemaTest : testing::Test {
    SchemaTest() {
        Store store = Store::open(file);
        fill_with_everything(store);
        store.close();
    }
    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(place.file(name)) << text;
        return place.file(name);
    }
    [[nodiscard]] Ran diff(const std::string& program) const {
        return run_command({"schema", file, "--diff", program, "-I", VITRINE_SCHEMA_DIR});
    }

    const Place place;
    const std::string file = place.file("store");
};

TEST_F(SchemaTest, PrintsATextThatCompilesToTheSameTypes) {
    const Ran printed = run_command({"schema", file});
    ASSERT_EQ(printed.code, cli::kOk) << printed.err;
    const std::string program = write("printed.capnp", printed.out);
    const auto stored = core::lmdb::open(file, {.read_only = true})->types();
    const auto verdicts = cli::compare_with_file(stored, program, {VITRINE_SCHEMA_DIR});
    EXPECT_GE(verdicts.size(), 5U);
    EXPECT_THAT(printed.out, HasSubstr("former @46! :union $Vitrine.was(\"earlier\") {"));
    for (const cli::TypeVerdict& type : verdicts) {
        // Ref and TreeRef are imported.
        if (type.name == "Ref" || type.name == "TreeRef") continue;
        EXPECT_EQ(type.verdict, "equal") << type.name << type.why << '\n' << printed.out;
    }
}

TEST_F(SchemaTest, ComparesWithAProgramAndIsOneWhenItWouldBeRefused) {
    const std::string text = run_command({"schema", file}).out;
    const Ran same = diff(write("same.capnp", text));
    EXPECT_EQ(same.code, cli::kOk) << same.out << same.err;
    EXPECT_THAT(same.out, HasSubstr("equal        Item\n"));

    std::string renamed = text;
    renamed.replace(renamed.find("flag @0 :Bool"), 4, "flog");
    const Ran refused = diff(write("renamed.capnp", renamed));
    EXPECT_EQ(refused.code, cli::kNo);
    EXPECT_THAT(refused.out, HasSubstr("refused      Item: "));
    EXPECT_THAT(refused.out, HasSubstr("flog"));

    std::string grown = text;
    grown.replace(grown.find("flag @0 :Bool;"), 14, "flag @0 :Bool; more @48 :Text;");
    const Ran accepted = diff(write("grown.capnp", grown));
    EXPECT_EQ(accepted.code, cli::kOk) << accepted.out << accepted.err;
    EXPECT_THAT(accepted.out, HasSubstr("grown        Item\n"));
}

TEST_F(SchemaTest, AProgramThatDoesNotCompileIsNamedAndThree) {
    const Ran broken = diff(write("broken.capnp", "this is no schema"));
    EXPECT_EQ(broken.code, cli::kUnusable);
    EXPECT_THAT(broken.err, HasSubstr("broken.capnp"));
    EXPECT_EQ(diff(place.file("absent.capnp")).code, cli::kUnusable);
    EXPECT_EQ(run_command({"schema", file, "-I", "x"}).code, cli::kUsage);
}

}  // namespace
}  // namespace vitrine::test
