#pragma once

#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace vitrine::test {

/// A folder of its own, gone at the end.
class Place {
  public:
    Place() {
        std::string name = (std::filesystem::temp_directory_path() / "vitrine-cli-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
        folder_ = name;
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    [[nodiscard]] std::string file(const std::string& name) const {
        return (folder_ / name).string();
    }

  private:
    std::filesystem::path folder_;
};

}  // namespace vitrine::test
