#include "bindings/python/src/schema_file.hpp"

#include <fcntl.h>

#include <filesystem>

#include <capnp/schema-parser.h>
#include <fmt/format.h>
#include <kj/filesystem.h>
#include <kj/vector.h>

#include <vitrine/error.hpp>

#include "bindings/python/src/gil.hpp"
#include "bindings/python/src/struct_type.hpp"

namespace vitrine::python {
namespace {

/// A parsed file: lives as long as a type of it.
class SchemaFile {
  public:
    SchemaFile(const std::string& file, const std::vector<std::string>& imports) {
        for (const std::string& folder : imports) add_import(folder);
        for (const char* folder : {"/usr/local/include", "/usr/include"})
            if (std::filesystem::is_directory(folder)) add_import(folder);
        for (const auto& folder : folders_) paths_.add(folder.get());
        top_ = parser_.parseFromDirectory(*root_, path_of(file), paths_.asPtr());
    }

    [[nodiscard]] const capnp::ParsedSchema& top() const { return top_; }

  private:
    void add_import(const std::string& folder) {
        KJ_IF_MAYBE (opened, root_->tryOpenSubdir(path_of(folder))) {
            folders_.push_back(kj::mv(*opened));
        } else {
            throw StorageError(fmt::format("{}: there is no such folder", folder));
        }
    }

    // Not kj::newDiskFilesystem(): it warns where the process changed its folder.
    static kj::Own<const kj::ReadableDirectory> open_root() {
        const int descriptor = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) throw StorageError("the folder / cannot be read");
        return kj::newDiskReadableDirectory(kj::AutoCloseFd(descriptor));
    }
    static kj::Path path_of(const std::string& name) {
        const std::string whole = std::filesystem::absolute(name).lexically_normal().string();
        return kj::Path(nullptr).evalNative(whole);
    }

    kj::Own<const kj::ReadableDirectory> root_ = open_root();
    std::vector<kj::Own<const kj::ReadableDirectory>> folders_;
    kj::Vector<const kj::ReadableDirectory*> paths_;  // the parser goes on looking at it
    capnp::SchemaParser parser_;
    capnp::ParsedSchema top_;
};

py::object enumerants(capnp::EnumSchema schema) {
    const auto list = schema.getEnumerants();
    py::tuple names(list.size());
    for (unsigned i = 0; i < list.size(); ++i)
        names[i] = py::str(list[i].getProto().getName().cStr());
    return names;
}

py::dict types_in(const capnp::ParsedSchema& scope, const std::shared_ptr<const SchemaFile>& file) {
    py::dict types;
    for (const auto nested : scope.getAllNested()) {
        const auto proto = nested.getProto();
        const py::str name(nested.getUnqualifiedName().cStr());
        if (proto.isEnum()) types[name] = enumerants(nested.asEnum());
        // A generic struct has no bytes of its own: its uses are types.
        if (!proto.isStruct() || proto.getParameters().size() != 0) continue;
        const py::object type = make_struct_type(nested.asStruct(), file);
        unbox<StructType>(type.ptr()).enclosed = types_in(nested, file);
        types[name] = type;
    }
    return types;
}

}  // namespace

py::dict load_schema(const std::string& file, const std::vector<std::string>& imports) {
    try {
        const std::shared_ptr<const SchemaFile> parsed =
            without_gil([&](NoGil&) { return std::make_shared<const SchemaFile>(file, imports); });
        return types_in(parsed->top(), parsed);
    } catch (const kj::Exception& error) {
        throw SchemaError(fmt::format("{}: {}", file, error.getDescription().cStr()));
    }
}

}  // namespace vitrine::python
