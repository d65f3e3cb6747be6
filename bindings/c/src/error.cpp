#include "bindings/c/src/error.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

#include <kj/exception.h>

#include "bindings/c/src/struct_size.hpp"

namespace vitrine::capi {
namespace {

/// In place and trivial: nothing to allocate when memory ran out, nothing to destroy when a thread
/// ends.
struct LastError {
    char message[1024];
    char key[256];
    vitrine_error_info info;
};
constinit thread_local LastError last{};

template <std::size_t N>
void copy_text(char (&place)[N], std::string_view text) noexcept {
    constexpr std::string_view kCut = "…";
    std::size_t size = text.size();
    if (size >= N) {
        size = N - 1 - kCut.size();
        // Not in the middle of a character.
        while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
    }
    std::memcpy(place, text.data(), size);
    if (size < text.size()) {
        std::memcpy(place + size, kCut.data(), kCut.size());
        size += kCut.size();
    }
    place[size] = 0;
}

vitrine_status remember(vitrine_status status, std::string_view message) noexcept {
    last.info = {};
    last.info.status = status;
    last.key[0] = 0;
    copy_text(last.message, message);
    return status;
}

vitrine_status remember(const ConflictError& error) noexcept {
    remember(VITRINE_CONFLICT, error.what());
    last.info.version = error.with().value();
    last.info.object = error.object().value_or(AnyRef{}).id();
    last.info.tree = error.tree().value_or(AnyRef{}).id();
    copy_text(last.key, error.key());
    return VITRINE_CONFLICT;
}

vitrine_status remember(const CorruptionError& error) noexcept {
    remember(VITRINE_CORRUPTION, error.what());
    last.info.object = error.object().id();
    last.info.version = error.version().value();
    return VITRINE_CORRUPTION;
}

// A status of the library's was remembered by the call inside the callback that returned it.
vitrine_status remember(const CallbackFailed& error) noexcept {
    const vitrine_status status = error.status();
    if (status == last.info.status) return status;
    char text[64];
    const auto end = fmt::format_to_n(text, sizeof text, "a callback returned {}", status);
    return remember(status, {text, std::min(end.size, sizeof text)});
}

}  // namespace

vitrine_status translate_exception() noexcept {
    try {
        throw;
    } catch (const CallbackFailed& error) {
        return remember(error);
    } catch (const ConflictError& error) {
        return remember(error);
    } catch (const CorruptionError& error) {
        return remember(error);
    } catch (const NotFoundError& error) {
        return remember(VITRINE_NOT_FOUND, error.what());
    } catch (const TypeError& error) {
        return remember(VITRINE_TYPE, error.what());
    } catch (const SchemaError& error) {
        return remember(VITRINE_SCHEMA, error.what());
    } catch (const StorageError& error) {
        return remember(VITRINE_STORAGE, error.what());
    } catch (const SnapshotTooOldError& error) {
        return remember(VITRINE_SNAPSHOT_TOO_OLD, error.what());
    } catch (const CancelledError& error) {
        return remember(VITRINE_CANCELLED, error.what());
    } catch (const UsageError& error) {
        return remember(VITRINE_USAGE, error.what());
    } catch (const std::bad_alloc&) {
        return remember(VITRINE_NO_MEMORY, "there is no memory left");
    } catch (const kj::Exception& error) {
        return remember(VITRINE_INTERNAL, error.getDescription().cStr());
    } catch (const std::exception& error) {
        return remember(VITRINE_INTERNAL, error.what());
    } catch (...) {
        return remember(VITRINE_INTERNAL, "a callback threw something that is no std::exception");
    }
}

vitrine_status remember_not_found(std::string_view message) noexcept {
    return remember(VITRINE_NOT_FOUND, message);
}

}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

const char* vitrine_last_error(void) { return last.message; }

vitrine_status vitrine_last_error_info(vitrine_error_info* info) {
    // What is told must not be what this call does wrong.
    const LastError told = last;
    return guarded([&] {
        vitrine_error_info filled = told.info;
        filled.key = last.key;
        fill(info, filled, "info");
    });
}

const char* vitrine_status_name(vitrine_status status) {
    switch (status) {
        case VITRINE_OK: return "VITRINE_OK";
        case VITRINE_END: return "VITRINE_END";
        case VITRINE_CONFLICT: return "VITRINE_CONFLICT";
        case VITRINE_NOT_FOUND: return "VITRINE_NOT_FOUND";
        case VITRINE_TYPE: return "VITRINE_TYPE";
        case VITRINE_SCHEMA: return "VITRINE_SCHEMA";
        case VITRINE_CORRUPTION: return "VITRINE_CORRUPTION";
        case VITRINE_STORAGE: return "VITRINE_STORAGE";
        case VITRINE_SNAPSHOT_TOO_OLD: return "VITRINE_SNAPSHOT_TOO_OLD";
        case VITRINE_CANCELLED: return "VITRINE_CANCELLED";
        case VITRINE_USAGE: return "VITRINE_USAGE";
        case VITRINE_NO_MEMORY: return "VITRINE_NO_MEMORY";
        case VITRINE_INTERNAL: return "VITRINE_INTERNAL";
        default: return "unknown";
    }
}

const char* vitrine_library_version(void) { return VITRINE_VERSION; }

}  // extern "C"
