#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bindings/cli/exit_code.hpp"
#include "tests/bindings/cli/child.hpp"
#include "tests/bindings/cli/everything.capnp.h"
#include "tests/bindings/cli/everything.hpp"
#include "tests/bindings/cli/place.hpp"

namespace vitrine::test {
namespace {

using testing::HasSubstr;

std::string content(const std::string& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

struct ExportTest : testing::Test {
    void fill() const {
        Store store = Store::open(file);
        fill_with_everything(store);
        store.close();
    }
    [[nodiscard]] std::string exported(const std::string& store) const {
        const Ran ran = run_command({"export", store});
        EXPECT_EQ(ran.code, cli::kOk) << ran.err;
        return ran.out;
    }
    [[nodiscard]] Ran import(const std::string& lines) const {
        std::ofstream(place.file("lines")) << lines;
        return run_command({"import", place.file("copy"), place.file("lines")});
    }

    const Place place;
    const std::string file = place.file("store");
    const std::string copy = place.file("copy");
};

TEST_F(ExportTest, OfTheImportedStoreIsEqual) {
    fill();
    const std::string lines = exported(file);
    const Ran imported = import(lines);
    ASSERT_EQ(imported.code, cli::kOk) << imported.err;
    EXPECT_EQ(exported(copy), lines);
    EXPECT_EQ(run_command({"schema", copy}).out, run_command({"schema", file}).out);
}

TEST_F(ExportTest, IsReadAgainByTheProgramWithAllThatJsonFindsHard) {
    fill();
    ASSERT_EQ(import(exported(file)).code, cli::kOk);
    const Store store = Store::open(copy);
    const Snapshot snapshot = store.snapshot();
    EXPECT_TRUE(store.verify().ok());
    const auto hard = snapshot.tree<std::string, Ref<everything::Item>>("hard");
    const auto item = [&](const char* name) { return snapshot.get(hard.at(name)); };
    std::uint64_t bits = 0;
    const double odd = item("odd nan")->getDouble();
    std::memcpy(&bits, &odd, sizeof bits);
    EXPECT_EQ(bits, 0xFFF8000000000123U);
    EXPECT_TRUE(std::signbit(item("minus zero")->getDouble()));
    EXPECT_TRUE(item("empty data")->hasData());
    EXPECT_FALSE(item("empty")->hasData());
    EXPECT_EQ(item("text of zeros")->getText().size(), 3U);
    EXPECT_EQ(std::string(item("not utf-8")->getText()), kBroken);
    EXPECT_TRUE(item("null in a union")->isWord());
    EXPECT_FALSE(item("null in a union")->hasWord());
    EXPECT_EQ(item("any struct")->getAny().getAs<everything::Item>().getText(), "inside");
    EXPECT_EQ(item("generic")->getPair().getSwapped().getFirst().getLabel(), "other way round");
    EXPECT_EQ(item("defaults overwritten")->getListed().size(), 0U);
    EXPECT_EQ(item("empty")->getListed().size(), 3U);
    EXPECT_EQ((snapshot.tree<int, std::string>("values-string").at(3).size()), 200'000U);
    EXPECT_EQ((snapshot.tree<std::string, std::int64_t>("many").size()), 5000U);
    EXPECT_EQ((snapshot.tree<int, int>("values-none").size()), 0U);
}

TEST_F(ExportTest, KeepsIdsAndNeverGivesOutOneThatSomethingStillRefersTo) {
    fill();
    ASSERT_EQ(import(exported(file)).code, cli::kOk);
    Store store = Store::open(copy);
    std::uint64_t dangling = 0;
    for (const RootInfo& root : store.snapshot().roots())
        if (root.name == "dangling") dangling = root.ref.id();
    ASSERT_NE(dangling, 0U);
    const auto made =
        store.transact([](Transaction& txn) { return txn.create<everything::Item>(); });
    EXPECT_GT(made.id(), dangling);
}

TEST_F(ExportTest, OfAnEmptyStoreHasAHeadAndAnEnd) {
    Store::open(file).close();
    const std::string lines = exported(file);
    EXPECT_EQ(lines,
              "{\"format\":\"vitrine export\",\"version\":1,\"ids\":15}\n"
              "{\"end\":true,\"objects\":0,\"trees\":0,\"entries\":0,\"roots\":0}\n");
    ASSERT_EQ(import(lines).code, cli::kOk);
    EXPECT_EQ(exported(copy), lines);
}

TEST_F(ExportTest, GoesToANewFileOnly) {
    fill();
    const std::string out = place.file("out");
    EXPECT_EQ(run_command({"export", file, "-o", out}).code, cli::kOk);
    EXPECT_EQ(content(out), exported(file));
    const Ran again = run_command({"export", file, "-o", out});
    EXPECT_EQ(again.code, cli::kUnusable);
    EXPECT_THAT(again.err, HasSubstr(out));
}

TEST_F(ExportTest, ImportNeverTouchesAFileThatIsThere) {
    std::ofstream(copy) << "mine";
    const Ran ran = import("");
    EXPECT_EQ(ran.code, cli::kUnusable);
    EXPECT_THAT(ran.err, HasSubstr("is there already"));
    EXPECT_EQ(content(copy), "mine");
}

TEST_F(ExportTest, ImportOfBadLinesNamesTheLineAndLeavesNothing) {
    fill();
    const std::string lines = exported(file);
    const auto nth = [&](int line) {  // where that line begins, the first is 0
        std::size_t at = 0;
        while (line-- > 0) at = lines.find('\n', at) + 1;
        return at;
    };
    const std::size_t objects = lines.find("{\"object\"");
    const auto with_id = [&](const char* id) {  // of the first object
        std::string text = lines;
        const std::size_t at = objects + std::string("{\"object\":").size();
        return text.replace(at, text.find(',', at) - at, id);
    };
    const std::pair<std::string, std::string> cases[] = {
        {"", "ends early, after line 0"},
        {"{}\n", "line 1: this is no export"},
        {"{\"format\":\"vitrine export\",\"version\":2,\"ids\":1}\n", "line 1: version 2"},
        {"garbage\n", "line 1: it is no JSON"},
        {lines.substr(0, nth(3)), "ends early, after line 3"},
        {lines.substr(0, lines.size() - 20), "it is no JSON"},
        {lines.substr(0, nth(1)) + "{\"key\":1,\"value\":1}\n", "line 2: an entry comes after"},
        {lines.substr(0, nth(1)) + "[]\n", "line 2: expected an object"},
        {lines.substr(0, nth(1)) + "{\"type\":\"0x12\",\"node\":\"AAAA\"}\n", "line 2: "},
        {lines.substr(0, objects) + "{\"object\":20,\"type\":\"0xa1c3e5f70921b4d6\","
                                    "\"value\":{\"tiny\":300}}\n",
         "tiny: 300 does not fit 8 bits"},
        {lines.substr(0, objects) + "{\"object\":20,\"type\":\"0xa1c3e5f70921b4d6\","
                                    "\"value\":{\"children\":[{\"nix\":1}]}}\n",
         "children[0]: Item has no field \"nix\""},
        {lines.substr(0, objects) + "{\"object\":20,\"type\":\"0xa1c3e5f70921b4d6\","
                                    "\"value\":{\"$words\":\"//////////8=\"}}\n",
         "a record is damaged"},
        {with_id("0"), "0 is no id of an object"},
        {with_id("1"), "#1 is not among the ids that the first line announced"},
        {with_id("99999999"), "#99999999 is not among the ids that the first line announced"},
        {with_id("1.5"), "1.5 is no integer"},
    };
    for (const auto& [text, message] : cases) {
        const Ran ran = import(text);
        EXPECT_EQ(ran.code, cli::kUnusable);
        EXPECT_THAT(ran.err, HasSubstr(message));
        EXPECT_FALSE(std::filesystem::exists(copy));
        EXPECT_FALSE(std::filesystem::exists(copy + ".importing"));
        EXPECT_FALSE(std::filesystem::exists(copy + ".importing-lock"));
    }
}

}  // namespace
}  // namespace vitrine::test
