#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

/// Places at which a process can be killed: the yield points of the code, and before and after
/// every change of its files.
namespace vitrine::crash {

/// From now on hits are counted, by every thread.
void count_hits();
std::map<std::string, std::uint64_t> hits();

/// Kills this process, at the n-th hit of a point.
void kill_at(const std::string& point, std::uint64_t n);

/// The points that the sources name, read from them, and those about files.
std::set<std::string> named_points(const std::filesystem::path& sources);

}  // namespace vitrine::crash
