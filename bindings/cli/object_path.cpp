#include "bindings/cli/object_path.hpp"

#include <charconv>
#include <optional>
#include <variant>

#include <fmt/format.h>

#include <vitrine/error.hpp>

#include "bindings/cli/path.hpp"

namespace vitrine::cli {
namespace {

std::optional<core::ObjectId> plain_id(std::string_view path) {
    if (path.empty() || (path.front() != '#' && path.front() != '@')) return std::nullopt;
    std::uint64_t id = 0;
    const char* end = path.data() + path.size();
    const auto result = std::from_chars(path.data() + 1, end, id);
    if (path.size() < 2 || result.ec != std::errc() || result.ptr != end) return std::nullopt;
    return core::ObjectId{id};
}

}  // namespace

core::ObjectId object_at(const mvcc::Snapshot& snapshot, const std::string& path) {
    if (const auto id = plain_id(path)) return *id;
    const Place place = follow_path(snapshot, path);
    if (const auto* object = std::get_if<Place::Object>(&place.what)) return object->id;
    if (const auto* tree = std::get_if<Place::Tree>(&place.what))
        return core::ObjectId{tree->reader->id()};
    if (const auto* nothing = std::get_if<Place::Nothing>(&place.what); nothing && nothing->target)
        return nothing->target;
    throw TypeError(fmt::format("{} is a part of an object, not an object of its own", path));
}

}  // namespace vitrine::cli
