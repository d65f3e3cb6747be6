#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <string>

/// The calls by which this process opens, reads and changes files, redefined: the store, LMDB and
/// the standard library call these instead, since the program's symbols come before those of shared
/// libraries. They tell a watch, and go on to the system.
///
/// Linked into those programs of tests/ whose source includes this header. Under sanitizers too:
/// there the next definition is the sanitizer's, which goes on to the system.
namespace vitrine::interpose {

enum class Call { open, read, write, sync, truncate, map, rename, unlink };

/// One call. Pointers are good while it runs.
struct Operation {
    Call call = Call::open;
    int descriptor = -1;  ///< none: an anonymous map, or a call by name
    const std::byte* data = nullptr;
    std::size_t bytes = 0;  ///< read, written or mapped; truncate: the new size
    off_t offset = -1;      ///< -1: at the descriptor's place
    const char* path = nullptr;
    const char* target = nullptr;  ///< of a rename
    int flags = 0;                 ///< open: its flags; map: protection
    bool grows_only = false;       ///< of truncate: the file does not get shorter (fallocate)
    bool shared = false;           ///< of map
};

/// What is to become of a call.
struct Verdict {
    int error = 0;                        ///< it fails with this, and nothing is done
    std::size_t bytes = ~std::size_t{0};  ///< of a read or write: at most so many
};

/// Threads: called by all of them. Throws nothing.
class FileWatch {
  public:
    virtual ~FileWatch() = default;
    virtual Verdict before(const Operation& operation) = 0;
    /// Called when `before` let it happen; result as of the call, below 0 when it failed.
    virtual void after(const Operation& /*operation*/, long /*result*/) {}
};

/// Null: nobody watches. The watch must live until another one is set and all calls have returned.
void watch_files(FileWatch* watch);

/// The path behind a descriptor, as the kernel has it; empty when it says nothing.
std::string path_of(int descriptor);

/// While it lives, this thread's calls are its own business: no watch hears of them.
class Unwatched {
  public:
    Unwatched() { ++depth; }
    Unwatched(const Unwatched&) = delete;
    Unwatched& operator=(const Unwatched&) = delete;
    ~Unwatched() { --depth; }
    static bool now() { return depth != 0; }

  private:
    static thread_local int depth;
};

}  // namespace vitrine::interpose
