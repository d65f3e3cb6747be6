#include "core/lmdb/file_claim.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <system_error>
#include <utility>

#include <vitrine/error.hpp>

namespace vitrine::core::lmdb {
namespace {

struct Owner {
    pid_t process = 0;
    std::function<std::string()> holders;
};

struct Registry {
    std::mutex mutex;
    std::map<std::pair<dev_t, ino_t>, Owner> owners;
};

Registry& registry() {
    static Registry& instance = *new Registry;  // outlives stores with static lifetime
    return instance;
}

[[noreturn]] void fail(const std::string& name, int error) {
    throw StorageError(name + ": " + std::generic_category().message(error));
}

/// Who holds the flock, according to the kernel; empty when it does not say.
std::string find_holder(dev_t device, ino_t inode) {
    std::ostringstream wanted;
    wanted.fill('0');
    wanted << std::hex;
    wanted.width(2);
    wanted << major(device) << ':';
    wanted.width(2);
    wanted << minor(device) << ':' << std::dec << inode;
    std::ifstream locks("/proc/locks");
    // 12: FLOCK  ADVISORY  WRITE 4711 fe:01:393226 0 EOF
    for (std::string line; std::getline(locks, line);) {
        std::istringstream fields(line);
        std::string number, kind, mode, access, process, place;
        fields >> number >> kind >> mode >> access >> process >> place;
        if (kind == "FLOCK" && place == wanted.str() && process != "0") return process;
    }
    return {};
}

/// Without this, a power failure could lose the new file's name while its bytes are safe.
void sync_folder(const std::string& name) {
    const std::filesystem::path folder = std::filesystem::absolute(name).parent_path();
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;  // a folder that may be written but not read: nothing to be done
    const int result = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    if (result != 0 && error != EINVAL) fail(name, error);
}

}  // namespace

FileClaim::FileClaim(std::string name) : name_(std::move(name)), owner_(::getpid()) {}

// Delegates, so that the destructor runs when one of the steps throws.
FileClaim::FileClaim(const std::filesystem::path& file, const Options& options)
    : FileClaim(file.string()) {
    open(options);
    enter_registry();
    lock();
}

FileClaim::~FileClaim() {
    if (descriptor_ < 0) return;
    const bool ours = owner_ == ::getpid();
    // A forked child shares the lock with us: closing would leave it to the child.
    if (ours && registered_) ::flock(descriptor_, LOCK_UN);
    ::close(descriptor_);
    if (ours && registered_) {
        const std::lock_guard lock(registry().mutex);
        registry().owners.erase({device_, inode_});
    }
}

void FileClaim::open(const Options& options) {
    // O_NONBLOCK: a pipe of that name must not stop us here.
    const int flags = (options.read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK;
    descriptor_ = ::open(name_.c_str(), flags);
    if (descriptor_ < 0 && errno == ENOENT && options.create_if_missing && !options.read_only) {
        descriptor_ = ::open(name_.c_str(), flags | O_CREAT, 0644);
        if (descriptor_ >= 0) sync_folder(name_);
    }
    if (descriptor_ < 0) fail(name_, errno);
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) fail(name_, errno);
    if (S_ISDIR(status.st_mode)) fail(name_, EISDIR);
    if (!S_ISREG(status.st_mode)) throw StorageError(name_ + ": not a regular file");
    device_ = status.st_dev;
    inode_ = status.st_ino;
}

void FileClaim::enter_registry() {
    const std::lock_guard lock(registry().mutex);
    Owner& owner = registry().owners[{device_, inode_}];
    // An entry of another process is a copy that fork() made; the kernel's lock decides then.
    if (owner.process == owner_) {
        std::string who = owner.holders ? owner.holders() : std::string();
        if (who.empty()) who = "the store is already open in this process";
        throw StorageError(name_ + ": " + who);
    }
    owner = {owner_, {}};
    registered_ = true;
}

void FileClaim::set_holders(std::function<std::string()> holders) {
    const std::lock_guard lock(registry().mutex);  // waits for an opening that is asking
    registry().owners.at({device_, inode_}).holders.swap(holders);
}

void FileClaim::lock() {
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
    if (errno != EWOULDBLOCK) fail(name_, errno);
    const std::string holder = find_holder(device_, inode_);
    throw StorageError(name_ + ": the store is locked by " +
                       (holder.empty() ? "another process" : "process " + holder));
}

bool FileClaim::same_file(int other) const {
    struct stat status {};
    return ::fstat(other, &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
}

}  // namespace vitrine::core::lmdb
