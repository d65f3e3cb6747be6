#include "control_file.hpp"

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "text.hpp"

namespace packages {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool Stanza::IgnoreCase::operator()(std::string_view a, std::string_view b) const {
    return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

void Stanza::add(std::string_view name, std::string_view value) {
    last_ = &fields_.insert_or_assign(std::string{name}, std::string{value}).first->second;
}

void Stanza::extend(std::string_view line) { last_->append("\n").append(line); }

void Stanza::clear() {
    fields_.clear();
    last_ = nullptr;
}

std::string_view Stanza::operator[](std::string_view name) const {
    const auto found = fields_.find(name);
    return found == fields_.end() ? std::string_view{} : std::string_view{found->second};
}

ControlFile::ControlFile(const std::filesystem::path& path) : path_(path), in_(path) {
    if (!in_) throw std::system_error(errno, std::generic_category(), path.string());
}

bool ControlFile::next(Stanza& stanza) {
    stanza.clear();
    while (std::getline(in_, line_)) {
        ++line_number_;
        bytes_read_ += line_.size() + 1;
        if (trimmed(line_).empty()) {
            if (!stanza.empty()) return true;
            continue;  // more than one empty line between stanzas
        }
        if (line_.front() == '#') continue;
        const bool goes_on = line_.front() == ' ' || line_.front() == '\t';
        const auto colon = line_.find(':');
        if (goes_on ? stanza.empty() : colon == std::string::npos || colon == 0)
            throw std::runtime_error(fmt::format("{}:{}: neither a field nor the next line of one",
                                                 path_.string(), line_number_));
        if (goes_on) {
            stanza.extend(trimmed(line_));
        } else {
            stanza.add(std::string_view{line_}.substr(0, colon),
                       trimmed(std::string_view{line_}.substr(colon + 1)));
        }
    }
    if (in_.bad()) throw std::runtime_error(fmt::format("{}: cannot be read on", path_.string()));
    return !stanza.empty();
}

}  // namespace packages
