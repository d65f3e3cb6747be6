// Versions of the past, the log, undo.
#include "items.h"

static int64_t count_at(vitrine_snapshot* snapshot, vitrine_ref ref) {
    vitrine_record record;
    vitrine_hold* hold = NULL;
    OK(vitrine_snapshot_get(snapshot, ref, ITEM, &record, &hold));
    const int64_t count = count_of(&record);
    vitrine_hold_free(hold);
    return count;
}

static void change_with_note(vitrine_store* store, vitrine_ref ref, int64_t count,
                             const char* note) {
    const vitrine_transaction_options options = {.struct_size = sizeof options, .note = note};
    const item_words words = item(count, "nails", 0);
    vitrine_transaction* tx = NULL;
    OK(vitrine_store_begin(store, &options, &tx));
    OK(vitrine_transaction_replace(tx, ref, words.words, words.count));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
}

static void every_version_is_still_there(void) {
    vitrine_store* store = new_store_with_past("past");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    change_with_note(store, ref, 2, "two came");
    change_with_note(store, ref, 3, "three came");
    vitrine_snapshot* snapshot = NULL;
    OK(vitrine_store_snapshot_at(store, 2, &snapshot));
    CHECK(count_at(snapshot, ref) == 2);
    int64_t time = 0;
    OK(vitrine_snapshot_time(snapshot, &time));
    vitrine_snapshot_free(snapshot);
    OK(vitrine_store_snapshot_at_time(store, time, &snapshot));
    CHECK(count_at(snapshot, ref) == 2);
    vitrine_snapshot_free(snapshot);
    OK(vitrine_store_snapshot_at_time(store, INT64_MAX, &snapshot));
    CHECK(count_at(snapshot, ref) == 3);
    vitrine_snapshot_free(snapshot);
    FAILS(VITRINE_NOT_FOUND, "99", vitrine_store_snapshot_at(store, 99, &snapshot));

    vitrine_commits* commits = NULL;
    OK(vitrine_store_commits(store, 0, 100, &commits));
    CHECK(commits->count == 3 && commits->items[0]->version == 1);
    CHECK(strcmp(commits->items[1]->note, "two came") == 0 && commits->items[1]->time_ns == time);
    CHECK(commits->items[2]->changed_count == 1 && commits->items[2]->changed[0] == ref);
    CHECK(commits->items[0]->changed_count == 2 && commits->items[0]->changed[0] == 1);
    vitrine_free(commits);
    OK(vitrine_store_commits(store, 2, 100, &commits));
    CHECK(commits->count == 1 && commits->items[0]->version == 3);
    vitrine_free(commits);
    OK(vitrine_store_commits(store, 0, 0, &commits));
    CHECK(commits->count == 0);
    vitrine_free(commits);

    vitrine_transaction* tx = NULL;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_erase(tx, ref));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
    vitrine_history* history = NULL;
    OK(vitrine_store_history(store, ref, &history));
    CHECK(history->count == 4 && history->items[0]->erased && !history->items[1]->erased);
    CHECK(history->items[1]->version == 3);
    CHECK(strcmp(history->items[1]->note, "three came") == 0);
    CHECK(history->items[2]->time_ns == time);
    vitrine_free(history);
    OK(vitrine_store_history(store, 123456, &history));
    CHECK(history->count == 0);
    vitrine_free(history);
    vitrine_store_free(store);
}

static void what_is_not_kept_is_told(void) {
    vitrine_store* store = new_store("forgetful");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    change_item(store, ref, 2, "nails");
    change_item(store, ref, 3, "nails");
    vitrine_snapshot* snapshot = NULL;
    FAILS(VITRINE_SNAPSHOT_TOO_OLD, "1", vitrine_store_snapshot_at(store, 1, &snapshot));
    FAILS(VITRINE_SNAPSHOT_TOO_OLD, "", vitrine_store_undo(store, 2, NULL));
    vitrine_store_free(store);
}

static void one_commit_is_taken_back(void) {
    vitrine_store* store = new_store_with_past("undo");
    use_items(store);
    const vitrine_ref nails = store_item(store, 1, "nails");
    const vitrine_ref screws = store_item(store, 1, "screws");
    const uint64_t wrong = change_item(store, nails, 2, "nails");
    change_item(store, screws, 5, "screws");
    vitrine_undo_plan* plan = NULL;
    OK(vitrine_store_plan_undo(store, wrong, &plan));
    CHECK(plan->version == wrong && plan->change_count == 1 && plan->conflict_count == 0);
    CHECK(plan->changes[0]->object == nails && plan->changes[0]->key[0] == 0);
    CHECK(strlen(plan->changes[0]->what) > 0);
    vitrine_free(plan);
    uint64_t made = 0;
    OK(vitrine_store_undo(store, wrong, &made));
    CHECK(made == wrong + 2 && newest_count(store, nails) == 1 && newest_count(store, screws) == 5);

    const uint64_t again = change_item(store, nails, 7, "nails");
    const uint64_t later = change_item(store, nails, 8, "nails");
    OK(vitrine_store_plan_undo(store, again, &plan));
    CHECK(plan->conflict_count == 1 && plan->conflicts[0]->with == later);
    vitrine_free(plan);
    FAILS(VITRINE_CONFLICT, "", vitrine_store_undo(store, again, NULL));
    FAILS(VITRINE_NOT_FOUND, "99", vitrine_store_plan_undo(store, 99, &plan));
    vitrine_store_free(store);
}

int main(void) {
    every_version_is_still_there();
    what_is_not_kept_is_told();
    one_commit_is_taken_back();
    return 0;
}
