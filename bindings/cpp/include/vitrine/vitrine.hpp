#pragma once

/// Vitrine: an embedded, transactional, multi-version object store. This is all of it; each class
/// has its own header beside this one.
///
///     vitrine::Store store = vitrine::Store::open("bank.vitrine");
///     auto account = store.transact([](vitrine::Transaction& tx) {
///         auto ref = tx.create<Account>([](Account::Builder b) { b.setBalance(100); });
///         tx.set_root("first", ref);
///         return ref;
///     });
///     std::cout << store.snapshot().get(account)->getBalance();

#include <vitrine/any_ref.hpp>
#include <vitrine/bytes.hpp>
#include <vitrine/entry.hpp>
#include <vitrine/error.hpp>
#include <vitrine/gc_report.hpp>
#include <vitrine/history.hpp>
#include <vitrine/item.hpp>
#include <vitrine/migration_report.hpp>
#include <vitrine/object.hpp>
#include <vitrine/options.hpp>
#include <vitrine/ref.hpp>
#include <vitrine/retention.hpp>
#include <vitrine/root_info.hpp>
#include <vitrine/savepoint.hpp>
#include <vitrine/set_operations.hpp>
#include <vitrine/snapshot.hpp>
#include <vitrine/stats.hpp>
#include <vitrine/store.hpp>
#include <vitrine/transaction.hpp>
#include <vitrine/tree.hpp>
#include <vitrine/tree_editor.hpp>
#include <vitrine/tree_iterator.hpp>
#include <vitrine/tree_range.hpp>
#include <vitrine/tree_set.hpp>
#include <vitrine/tree_view.hpp>
#include <vitrine/undo_plan.hpp>
#include <vitrine/verify_report.hpp>
#include <vitrine/version.hpp>
#include <vitrine/view.hpp>
