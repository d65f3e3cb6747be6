#pragma once

#include <vitrine.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "bindings/c/src/handles.hpp"

namespace vitrine::capi {

/// Words that C gave, which are one flat struct: unchecked readers may look at them. Lifetime: the
/// caller's. Throws: UsageError that says what is wrong. `what` names them in it.
core::Words checked_words(const std::uint64_t* words, std::size_t count, const char* what);

/// The same for a struct's words as bytes anywhere. Throws: UsageError.
std::vector<core::Word> checked_words(BytesView bytes, const char* what);

/// Refuses a struct that the store does not know. Throws: SchemaError naming the type.
core::schema::StoredSchema known_type(mvcc::Store& store, core::TypeId type);

/// Refuses words that do not fit the type that they are to be of. Throws: SchemaError, UsageError
/// with the place in the struct.
void check_fit(mvcc::Store& store, core::TypeId type, core::Words words);

/// Refuses trees and parts of them, and objects of another type; 0 asks for none in particular.
/// Throws: TypeError.
void check_asked(mvcc::Store& store, core::ObjectId id, core::TypeId stored, std::uint64_t asked);

inline vitrine_record to_record(core::Words words, core::TypeId type, Version version) {
    return {words.data(), words.size(), type, version.value()};
}

/// "there is no object #12".
vitrine_status no_object(vitrine_ref ref);

}  // namespace vitrine::capi
