#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "mvcc/store.hpp"

namespace vitrine::cli {

/// Adds --at, for commands that can look at a version of the past.
CLI::Option* add_at(CLI::App& command, std::string& at);

/// The newest snapshot for an empty text, else that of a version number or of a time:
/// "2026-03-01", "2026-03-01T12:30", "2026-03-01T12:30:05.25Z", all in UTC.
/// Throws: WrongUsage for another text, NotFoundError, SnapshotTooOldError.
mvcc::Snapshot snapshot_of(mvcc::Store& store, const std::string& at);

}  // namespace vitrine::cli
