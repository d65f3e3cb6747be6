#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "tests/core/lmdb/temporary_folder.hpp"

namespace vitrine::crash {

/// What a crash would leave of a store now: its file and its commit log (empty: there is none).
struct Image {
    std::string store;
    std::string log;
    friend bool operator==(const Image&, const Image&) = default;

    void write(const std::filesystem::path& file) const {
        core::testing::write_bytes(file, store);
        if (!log.empty()) core::testing::write_bytes(file.string() + "-log", log);
    }
};

/// Of one moment, though the store may just be writing. Requires: nobody commits.
inline Image image_of(const std::filesystem::path& file) {
    const auto read = [&] {
        return Image{core::testing::read_bytes(file),
                     core::testing::read_bytes(file.string() + "-log")};
    };
    Image image = read();
    for (Image again = read(); again != image; again = read()) image = std::move(again);
    return image;
}

}  // namespace vitrine::crash
