#include "core/schema/misfit.hpp"

#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <capnp/message.h>

#include "core/schema/record_walk.hpp"

namespace vitrine::core::schema {
namespace {

// Reads everything; an accessor that meets what it does not expect throws kj::Exception.
class FullRead : public RecordWalk<FullRead> {
  public:
    static bool enters(capnp::Type type) {
        return type.isStruct() || type.isList() || type.isText() || type.isData();
    }
    void record(capnp::DynamicStruct::Reader reader) { members(reader); }
    /// Where it was when it threw.
    [[nodiscard]] std::string place() const { return path(); }
};

}  // namespace

std::optional<std::string> find_misfit(capnp::StructSchema schema, Words payload) {
    FullRead read;
    try {
        const auto* words = reinterpret_cast<const capnp::word*>(payload.data());
        const auto root = capnp::readMessageUnchecked<capnp::AnyPointer>(words);
        read.record(root.getAs<capnp::DynamicStruct>(schema));
    } catch (const kj::Exception& error) {
        const std::string place = read.place();
        return (place.empty() ? "" : place + ": ") + error.getDescription().cStr();
    }
    return std::nullopt;
}

}  // namespace vitrine::core::schema
