#pragma once

#include <cstddef>

#include "mvcc/storage_writer.hpp"

namespace vitrine::mvcc {

/// Stores what a commit log has, in batches of about `bytes` each.
///
/// Why not in one: LMDB writes to other pages than those it reads, and what a transaction frees is free
/// for the next but one. A checkpoint of the whole store in one transaction doubles the file; in
/// steps it needs room for some of them, so that checkpoints can be large and rare.
///
/// Invariants:
///  M1. Steps go up by object id, and each has all that the checkpoint has of its objects.
///  M2. Until the last one, the storage's newest commit and its mark in the log are those from before; with
///      them is noted how far the steps came. Recovery redoes the log from the mark, leaves out what
///      objects below that have already, and does not end before the commit that the checkpoint
///      goes to: before that, the storage shows no state that ever was.
///  M3. What a step has stored is taken out of the changes, which then have no versions. After a step
///      that failed, the storage's note stays, and the next batch must be one, with everything:
///      `before` has the note, so it is.
///
/// `before`: the storage's state now. `due`: all of the checkpoint, newer than that; its changes may be
/// emptied, even when it throws. Throws: as StorageWriter::write().
///
/// Source: a fuzzy checkpoint, as in Gray and Reuter, "Transaction Processing", 1993, section 11.3;
/// here the pages need no numbers, since the steps are in an order.
void store_in_steps(StorageWriter& writer, Due due, const core::StorageState& before,
                    std::size_t bytes);

}  // namespace vitrine::mvcc
