#pragma once

namespace vitrine::cli {

/// What the command tells the shell.
enum ExitCode : int {
    kOk = 0,
    kNo = 1,         ///< the answer is no: faults found, not found, differs, a schema refused
    kUsage = 2,      ///< wrong arguments
    kUnusable = 3,   ///< a file cannot be used: not there, in use, damaged, no store, disk full
    kCancelled = 4,  ///< Ctrl-C
};

}  // namespace vitrine::cli
