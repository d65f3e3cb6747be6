#include "bindings/c/src/given.hpp"
#include "bindings/c/src/progress.hpp"
#include "bindings/c/src/record.hpp"
#include "btree/migrate.hpp"

namespace vitrine::capi {
namespace {

/// Throws: CallbackFailed.
void require_ok(vitrine_status status) {
    if (status != VITRINE_OK) throw CallbackFailed(status);
}

void set_merge(mvcc::Store& store, std::uint64_t type, vitrine_merge_edit merge, void* user) {
    known_type(store, type);
    if (merge == nullptr) return store.mergers().set(type, {});
    store.mergers().set(
        type, [&store, type, merge, user](core::Words base, core::Words theirs, core::Words mine) {
            const vitrine_record base_record = to_record(base, type, {});
            const vitrine_record their_record = to_record(theirs, type, {});
            const vitrine_record my_record = to_record(mine, type, {});
            vitrine_sink sink;
            require_ok(merge(user, &base_record, &their_record, &my_record, &sink));
            if (!sink.words) return std::vector<core::Word>(mine.begin(), mine.end());
            check_fit(store, type, *sink.words);
            return *std::move(sink.words);
        });
}

MigrationReport migrate(mvcc::Store& store, std::uint64_t from, std::uint64_t to,
                        vitrine_convert convert, void* user, const Progress& progress) {
    if (convert == nullptr) throw UsageError("convert is NULL");
    known_type(store, from);
    known_type(store, to);
    return btree::migrate(
        store, from, to,
        [&](core::Words words) {
            const vitrine_record old = to_record(words, from, {});
            vitrine_sink sink;
            require_ok(convert(user, &old, &sink));
            if (!sink.words) throw UsageError("convert gave no words to its sink");
            check_fit(store, to, *sink.words);
            return *std::move(sink.words);
        },
        progress);
}

vitrine_migration_report* list(const MigrationReport& report) {
    auto given = std::make_unique<Given<vitrine_migration_report>>();
    vitrine_migration_report& view = given->view;
    view.objects = report.objects;
    view.trees = report.trees;
    view.commits = report.commits;
    auto* const left = given->array<vitrine_ref>(report.trees_left.size());
    for (const AnyRef ref : report.trees_left) left[view.trees_left_count++] = ref.id();
    view.trees_left = left;
    return hand_over(std::move(given));
}

}  // namespace
}  // namespace vitrine::capi

using namespace vitrine::capi;

extern "C" {

vitrine_status vitrine_sink_put(vitrine_sink* sink, const uint64_t* words, size_t word_count) {
    return guarded([&] {
        const auto given = checked_words(words, word_count, "words");
        need(sink, "sink").words.emplace(given.begin(), given.end());
    });
}

vitrine_status vitrine_store_merge_edits(vitrine_store* store, uint64_t type,
                                         vitrine_merge_edit merge, void* user) {
    return guarded([&] {
        const Machine machine(store);
        set_merge(*machine, type, merge, user);
    });
}

vitrine_status vitrine_store_migrate(vitrine_store* store, uint64_t from, uint64_t to,
                                     vitrine_convert convert, void* user, vitrine_progress progress,
                                     void* progress_user, vitrine_migration_report** report) {
    return guarded([&] {
        const Machine machine(store);
        const auto done =
            migrate(*machine, from, to, convert, user, to_progress(progress, progress_user));
        if (report != nullptr) *report = list(done);
    });
}

}  // extern "C"
