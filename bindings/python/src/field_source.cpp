#include <fmt/format.h>
#include <kj/exception.h>

#include <vitrine/detail/snapshot_handle.hpp>

#include "bindings/python/src/column_sources.hpp"
#include "bindings/python/src/struct_view.hpp"
#include "btree/snapshot_cursor.hpp"
#include "mvcc/epoch.hpp"

namespace vitrine::python {
namespace {

using Kind = capnp::schema::Type::Which;

/// A way from a struct to a number in it: through structs that it points to, in place for groups.
struct FieldPath {
    std::vector<unsigned> pointers;
    Field last;
};

FieldPath parse_path(const StructType& top, const std::string& text) {
    FieldPath path;
    const StructType* type = &top;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        const Field& field = type->field(py::str(text.substr(begin, end - begin)).ptr());
        if (field.of_union)
            throw UsageError(fmt::format("{} is a member of a union: not all have it", field.name));
        if (end == text.size()) {
            if (!field.number)
                throw TypeError(fmt::format("{}.{} is no number but {}", type->name, field.name,
                                            type_text(field.schema.getType())));
            path.last = field;
            return path;
        }
        if (!field.nested || field.kind != Kind::STRUCT)
            throw TypeError(fmt::format("{}.{} is no struct", type->name, field.name));
        if (!field.schema.getProto().isGroup())
            path.pointers.push_back(field.schema.getProto().getSlot().getOffset());
        type = &unbox<StructType>(field.nested.ptr());
        begin = end + 1;
    }
}

NumberFormat format_of(Kind kind) {
    switch (kind) {
        case Kind::BOOL: return {"?", 1};
        case Kind::FLOAT32: return {"f", 4};
        case Kind::FLOAT64: return python::format_of(PlainKind::real);
        default: break;
    }
    // Int8 … UInt64 come in the same order in both.
    return python::format_of(
        static_cast<PlainKind>(static_cast<unsigned>(kind) - static_cast<unsigned>(Kind::INT8)));
}

class FieldSource : public ColumnSource {
  public:
    explicit FieldSource(FieldPath path)
        : ColumnSource(format_of(path.last.kind).code, format_of(path.last.kind).width),
          path_(std::move(path)) {}

  protected:
    // Requires: the words are a checked struct of the path's type.
    void read(const void* words) {
        auto reader =
            capnp::readMessageUnchecked<capnp::AnyPointer>(static_cast<const capnp::word*>(words))
                .getAs<capnp::AnyStruct>();
        bool there = true;
        for (const unsigned pointer : path_.pointers) {
            const auto section = reader.getPointerSection();
            there = pointer < section.size() && !section[pointer].isNull();
            if (!there) break;
            reader = section[pointer].getAs<capnp::AnyStruct>();
        }
        const auto data = there ? reader.getDataSection() : nullptr;
        const std::uint64_t bits = read_bits(data.begin(), data.size(), path_.last);
        std::memcpy(column().extend(1), &bits, column().width());
    }

  private:
    const FieldPath path_;
};

class FieldOfValues final : public FieldSource {
  public:
    FieldOfValues(const TreeBox& tree, FieldPath path)
        : FieldSource(std::move(path)), snapshot_(tree.base()) {}

    void take(const btree::LeafView& leaf, std::uint32_t begin, std::uint32_t end) override {
        for (std::uint32_t i = begin; i < end; ++i)
            read(leaf.large(i) ? btree::load_large(snapshot_, leaf, i, large_).data()
                               : leaf.value(i).data());
    }

  private:
    const mvcc::Snapshot snapshot_;
    mvcc::VersionHandle large_;
};

class FieldOfObjects final : public FieldSource {
  public:
    FieldOfObjects(const TreeBox& tree, FieldPath path, core::TypeId type)
        : FieldSource(std::move(path)), snapshot_(tree.base()), type_(type) {}

    void take(const btree::LeafView& leaf, std::uint32_t begin, std::uint32_t end) override {
        for (std::uint32_t i = begin; i < end; ++i) {
            core::ObjectId id;
            std::memcpy(&id.value, leaf.value(i).data(), sizeof id.value);
            const mvcc::Epoch::Guard guard;  // for one object: another one may be loaded next
            const mvcc::ObjectVersion* found = id ? snapshot_.peek(id) : nullptr;
            if (found == nullptr) detail::throw_no_object(core::to_ref(id));
            if (found->type() != type_)
                throw TypeError(
                    fmt::format("object #{} is of another type than the tree says", id.value));
            read(found->payload().data());
        }
    }

  private:
    const mvcc::Snapshot snapshot_;
    const core::TypeId type_;
};

}  // namespace

std::unique_ptr<ColumnSource> field_source(const TreeBox& tree, const std::string& path) {
    const ValueCodec& values = tree.codec->value;
    if (values.what() == ValueCodec::What::structure)
        return std::make_unique<FieldOfValues>(
            tree, parse_path(unbox<StructType>(values.struct_type().ptr()), path));
    if (values.what() != ValueCodec::What::ref)
        throw TypeError(fmt::format("values of kind {} have no fields", tree.codec->kind.value));
    const py::object type =
        tree.snapshot->context->type_of(tree.snapshot->registry(), values.type());
    return std::make_unique<FieldOfObjects>(tree, parse_path(unbox<StructType>(type.ptr()), path),
                                            values.type());
}

}  // namespace vitrine::python
