#pragma once

#include <capnp/any.h>
#include <capnp/dynamic.h>

namespace vitrine::fuzz {

/// Reads all of a record by its schema, as a program would; of long lists a part, since a list of
/// nothing may be as long as it likes. What Cap'n Proto refuses on the way it says by an exception.
class TouchRecord {
  public:
    void all(const capnp::DynamicValue::Reader& value) {
        switch (value.getType()) {
            case capnp::DynamicValue::STRUCT: return record(value.as<capnp::DynamicStruct>());
            case capnp::DynamicValue::LIST: return list(value.as<capnp::DynamicList>());
            case capnp::DynamicValue::TEXT: return bytes(value.as<capnp::Text>().asBytes());
            case capnp::DynamicValue::DATA: return bytes(value.as<capnp::Data>());
            case capnp::DynamicValue::ENUM: sum_ += value.as<capnp::DynamicEnum>().getRaw(); return;
            case capnp::DynamicValue::INT:
                sum_ += static_cast<std::uint64_t>(value.as<std::int64_t>());
                return;
            case capnp::DynamicValue::ANY_POINTER:
                sum_ += value.as<capnp::AnyPointer>().targetSize().wordCount;
                return;
            default: return;
        }
    }
    [[nodiscard]] std::uint64_t sum() const { return sum_; }

  private:
    template <class Read>
    static void attempt(Read read) {
        try {
            read();
        } catch (const kj::Exception&) {
            return;  // this member; the next one may be readable
        }
    }
    void record(capnp::DynamicStruct::Reader reader) {
        for (const auto field : reader.getSchema().getNonUnionFields())
            attempt([&] { member(reader, field); });
        KJ_IF_MAYBE (active, reader.which()) attempt([&] { member(reader, *active); });
    }
    /// What is absent has a default, which may lead round in a circle.
    void member(capnp::DynamicStruct::Reader reader, capnp::StructSchema::Field field) {
        if (field.getProto().isGroup() || reader.has(field)) all(reader.get(field));
    }
    void list(capnp::DynamicList::Reader elements) {
        const unsigned size = elements.size();
        for (unsigned i = 0; i < size && i < 1000; ++i) attempt([&] { all(elements[i]); });
        if (size != 0) attempt([&] { all(elements[size - 1]); });
    }
    void bytes(kj::ArrayPtr<const kj::byte> text) {
        for (const kj::byte byte : text) sum_ += byte;
    }

    std::uint64_t sum_ = 0;
};

}  // namespace vitrine::fuzz
