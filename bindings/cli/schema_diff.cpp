#include "bindings/cli/schema_diff.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include <capnp/schema-parser.h>
#include <fmt/format.h>
#include <kj/filesystem.h>
#include <kj/vector.h>

#include <vitrine/error.hpp>

#include "core/schema/closure.hpp"
#include "core/schema/compare.hpp"
#include "core/schema/registry.hpp"

namespace vitrine::cli {
namespace {

namespace schema = core::schema;

/// A schema file, with its imports from the disk.
class ProgramFile {
  public:
    ProgramFile(const std::string& file, const std::vector<std::string>& imports) {
        for (const std::string& folder : imports) add_import(folder);
        for (const char* folder : {"/usr/local/include", "/usr/include"})
            if (std::filesystem::is_directory(folder)) add_import(folder);
        add_import(installed_schemas());
        const kj::Path path = disk_->getCurrentPath().evalNative(file);
        kj::Vector<const kj::ReadableDirectory*> folders;
        for (const auto& folder : folders_) folders.add(folder.get());
        parsed_ =
            parser_.parseFromDirectory(disk_->getRoot(), path.clone(), folders.releaseAsArray());
        collect(parsed_);
    }

    [[nodiscard]] const std::vector<capnp::ParsedSchema>& types() const { return types_; }

  private:
    void add_import(const std::string& folder) {
        if (folder.empty()) return;
        const kj::Path path = disk_->getCurrentPath().evalNative(folder);
        KJ_IF_MAYBE (opened, disk_->getRoot().tryOpenSubdir(path)) {
            folders_.push_back(kj::mv(*opened));
        } else {
            throw StorageError(fmt::format("{}: there is no such folder", folder));
        }
    }

    // Beside the program, as it is installed: bin/vitrine and include/vitrine/vitrine.capnp.
    static std::string installed_schemas() {
        std::error_code failure;
        const auto self = std::filesystem::read_symlink("/proc/self/exe", failure);
        const auto folder = self.parent_path().parent_path() / "include";
        const bool there = std::filesystem::exists(folder / "vitrine" / "vitrine.capnp", failure);
        return there ? folder.string() : std::string();
    }

    void collect(const capnp::ParsedSchema& scope) {
        for (const auto nested : scope.getAllNested()) {
            const auto proto = nested.getProto();
            if (proto.isStruct() || proto.isEnum()) types_.push_back(nested);
            collect(nested);
        }
    }

    kj::Own<kj::Filesystem> disk_ = kj::newDiskFilesystem();
    std::vector<kj::Own<const kj::ReadableDirectory>> folders_;
    capnp::SchemaParser parser_;
    capnp::ParsedSchema parsed_;
    std::vector<capnp::ParsedSchema> types_;
};

const char* fit_name(schema::Fit fit) {
    switch (fit) {
        case schema::Fit::equal: return "equal";
        case schema::Fit::grown: return "grown";
        case schema::Fit::older_prefix: return "older";
    }
    return "unknown";
}

class Verdicts {
  public:
    explicit Verdicts(const std::vector<core::StoredType>& stored) {
        for (const core::StoredType& type : stored)
            nodes_.emplace(type.id, schema::checked_copy(type));
    }

    std::vector<TypeVerdict> run(const ProgramFile& program) {
        std::vector<TypeVerdict> verdicts;
        for (const auto& type : program.types()) verdicts.push_back(judge(type));
        for (const auto& [id, words] : nodes_) {
            const auto node = schema::node_of(words);
            const bool group = node.isStruct() && node.getStruct().getIsGroup();
            if (!group && !judged_.contains(id))
                verdicts.push_back({id, schema::short_name(node), "stored only", ""});
        }
        std::sort(verdicts.begin(), verdicts.end(),
                  [](const auto& a, const auto& b) { return a.name < b.name; });
        return verdicts;
    }

  private:
    [[nodiscard]] std::optional<schema::Node> find(core::TypeId id) const {
        const auto found = nodes_.find(id);
        if (found == nodes_.end()) return std::nullopt;
        return schema::node_of(found->second);
    }

    TypeVerdict judge(const capnp::ParsedSchema& type) {
        const auto node = type.getProto();
        judged_.insert(node.getId());
        TypeVerdict verdict{node.getId(), schema::short_name(node), "new", ""};
        try {
            // What the type holds is judged on its own; here it is about what must not be held.
            schema::Closure closure;
            if (node.isStruct())
                closure = schema::closure_of(type.asStruct().getGeneric().asStruct());
            const auto in_store = [&](core::TypeId id) { return find(id); };
            const auto in_program = [&](core::TypeId id) -> std::optional<schema::Node> {
                const auto found = closure.find(id);
                return found == closure.end() ? find(id) : std::optional(found->second);
            };
            if (const auto stored = find(node.getId()))
                verdict.verdict =
                    fit_name(schema::compare({*stored, in_store}, {node, in_program}));
        } catch (const SchemaError& error) {
            verdict.verdict = "refused";
            verdict.why = error.what();
        }
        return verdict;
    }

    std::map<core::TypeId, std::vector<core::Word>> nodes_;
    std::set<core::TypeId> judged_;
};

}  // namespace

std::vector<TypeVerdict> compare_with_file(const std::vector<core::StoredType>& stored,
                                           const std::string& file,
                                           const std::vector<std::string>& imports) {
    try {
        const ProgramFile program(file, imports);
        return Verdicts(stored).run(program);
    } catch (const kj::Exception& error) {
        throw StorageError(fmt::format("{}: {}", file, error.getDescription().cStr()));
    }
}

}  // namespace vitrine::cli
