#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace packages {

/// One paragraph of a control file: fields by their names, which ignore case. The lines of a field
/// that goes on are joined by '\n', without the blank that begins them.
class Stanza {
  public:
    void add(std::string_view name, std::string_view value);
    void extend(std::string_view line);
    void clear();

    [[nodiscard]] bool empty() const { return fields_.empty(); }
    /// The value, or an empty one: a field that is absent says no more than an empty one.
    [[nodiscard]] std::string_view operator[](std::string_view name) const;

  private:
    struct IgnoreCase {
        using is_transparent = void;
        bool operator()(std::string_view a, std::string_view b) const;
    };
    std::map<std::string, std::string, IgnoreCase> fields_;
    std::string* last_ = nullptr;
};

/// Reads a Debian control file (deb822) one stanza at a time.
class ControlFile {
  public:
    /// Throws: std::system_error when it cannot be opened.
    explicit ControlFile(const std::filesystem::path& path);

    /// Fills `stanza`; false at the end. Throws: std::runtime_error naming the line that is none.
    bool next(Stanza& stanza);

    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

  private:
    std::filesystem::path path_;
    std::ifstream in_;
    std::string line_;
    std::uint64_t line_number_ = 0;
    std::uint64_t bytes_read_ = 0;
};

}  // namespace packages
