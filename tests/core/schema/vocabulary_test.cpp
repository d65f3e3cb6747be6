#include "core/schema/vocabulary.hpp"

#include <gtest/gtest.h>

#include <vitrine/vitrine.capnp.h>

#include "tests/core/schema/parsed.hpp"

namespace vitrine::core::schema {
namespace {

TEST(VocabularyTest, HasTheIdsOfTheImportableSchema) {
    EXPECT_EQ(capnp::typeId<vitrine::schema::Ref<>>(), kRefType);
    EXPECT_EQ(capnp::typeId<vitrine::schema::TreeRef>(), kTreeRefType);
    const test::Parsed text(test::account("a @0 :Text $Vitrine.was(\"b\");"));
    const auto annotation = text["Account"].getFields()[0].getProto().getAnnotations()[0];
    EXPECT_EQ(annotation.getId(), kWasAnnotation);
}

TEST(VocabularyTest, GivesARefOneDataWordWhateverItsTarget) {
    const auto node = capnp::Schema::from<vitrine::schema::Ref<>>().getProto();
    EXPECT_EQ(node.getStruct().getDataWordCount(), 1);
    EXPECT_EQ(node.getStruct().getPointerCount(), 0);
}

}  // namespace
}  // namespace vitrine::core::schema
