// Rules for merging edits, and migration of objects to another type.
#include "items.h"

static vitrine_store* store;

static vitrine_status add_both(void* user, const vitrine_record* base, const vitrine_record* theirs,
                               const vitrine_record* mine, vitrine_sink* merged) {
    ++*(int*)user;
    CHECK(base->type == ITEM && theirs->type == ITEM && mine->type == ITEM);
    const item_words sum =
        item(count_of(theirs) + count_of(mine) - count_of(base), name_of(mine), 0);
    FAILS(VITRINE_USAGE, "no words", vitrine_sink_put(merged, sum.words, 0));
    FAILS(VITRINE_USAGE, "sink", vitrine_sink_put(NULL, sum.words, sum.count));
    return vitrine_sink_put(merged, sum.words, sum.count);
}

static vitrine_status keep_mine(void* user, const vitrine_record* base,
                                const vitrine_record* theirs, const vitrine_record* mine,
                                vitrine_sink* merged) {
    (void)user, (void)base, (void)theirs, (void)mine, (void)merged;
    return VITRINE_OK;
}

static vitrine_status refuse(void* user, const vitrine_record* base, const vitrine_record* theirs,
                             const vitrine_record* mine, vitrine_sink* merged) {
    (void)user, (void)base, (void)theirs, (void)mine, (void)merged;
    return VITRINE_USER + 3;
}

static vitrine_status spoil(void* user, const vitrine_record* base, const vitrine_record* theirs,
                            const vitrine_record* mine, vitrine_sink* merged) {
    (void)user, (void)base, (void)theirs, (void)mine;
    // Sound words, with a struct where the name should be.
    const uint64_t wrong[] = {struct_pointer(0, 1, 2), 0, struct_pointer(1, 1, 0), 0, 0};
    return vitrine_sink_put(merged, wrong, 5);
}

/** Two edits at once, of one object: what the second commit says. */
static vitrine_status two_edits(vitrine_ref ref, int64_t one, int64_t other) {
    vitrine_transaction* tx = NULL;
    const item_words words = item(other, "nails", 0);
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_replace(tx, ref, words.words, words.count));
    change_item(store, ref, one, "nails");
    const vitrine_status status = vitrine_transaction_commit(tx, NULL);
    vitrine_transaction_free(tx);
    return status;
}

static void edits_are_merged(void) {
    store = new_store("merge");
    int calls = 0;
    FAILS(VITRINE_SCHEMA, "no struct", vitrine_store_merge_edits(store, ITEM, add_both, &calls));
    use_items(store);
    const vitrine_ref ref = store_item(store, 10, "nails");
    CHECK(two_edits(ref, 11, 12) == VITRINE_CONFLICT);
    OK(vitrine_store_merge_edits(store, ITEM, add_both, &calls));
    CHECK(two_edits(ref, 21, 31) == VITRINE_OK);
    CHECK(calls == 1 && newest_count(store, ref) == 41);
    OK(vitrine_store_merge_edits(store, ITEM, keep_mine, NULL));
    CHECK(two_edits(ref, 1, 2) == VITRINE_OK && newest_count(store, ref) == 2);
    OK(vitrine_store_merge_edits(store, ITEM, refuse, NULL));
    FAILS(VITRINE_USER + 3, "1003", two_edits(ref, 5, 6));
    CHECK(newest_count(store, ref) == 5);
    OK(vitrine_store_merge_edits(store, ITEM, spoil, NULL));
    FAILS(VITRINE_USAGE, "Item", two_edits(ref, 7, 8));
    CHECK(newest_count(store, ref) == 7);
    OK(vitrine_store_merge_edits(store, ITEM, NULL, NULL));
    CHECK(two_edits(ref, 9, 10) == VITRINE_CONFLICT);
    vitrine_store_free(store);
}

static vitrine_status to_article(void* user, const vitrine_record* old, vitrine_sink* fresh) {
    const int64_t limit = *(const int64_t*)user;
    CHECK(old->type == ITEM);
    if (count_of(old) > limit) return VITRINE_USER + 1;
    const item_words words = item(count_of(old) * 100, name_of(old), 0);
    return vitrine_sink_put(fresh, words.words, words.count);
}

static vitrine_status give_nothing(void* user, const vitrine_record* old, vitrine_sink* fresh) {
    (void)user, (void)old, (void)fresh;
    return VITRINE_OK;
}

static bool stop_at_once(void* user, uint64_t done, uint64_t total) {
    (void)user, (void)done, (void)total;
    return false;
}

static void objects_become_another_type(void) {
    store = new_store("migrate");
    use_items(store);
    vitrine_transaction* tx = NULL;
    vitrine_tree* tree = NULL;
    const vitrine_ref nails = store_item(store, 1, "nails");
    store_item(store, 2, "screws");
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_tree(tx, "refs", "string", "ref 0xcf0e31e0b2a87d01", &tree));
    OK(vitrine_tree_put(tree, "nails", 5, &nails, 8));
    vitrine_tree_free(tree);
    OK(vitrine_transaction_tree(tx, "inline", "string", ITEM_KIND, &tree));
    const item_words words = item(3, "inline", 0);
    OK(vitrine_tree_put(tree, "inline", 6, words.words, words.count * 8));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_tree_free(tree);
    vitrine_transaction_free(tx);

    int64_t limit = 100;
    vitrine_migration_report* report = NULL;
    FAILS(VITRINE_SCHEMA, "0xcf0e31e0b2a87d02",
          vitrine_store_migrate(store, ITEM, ARTICLE, to_article, &limit, NULL, NULL, &report));
    vitrine_schema* schema = parse_schema(STOCK_SCHEMA);
    OK(vitrine_store_use_type(store, schema, ARTICLE));
    vitrine_schema_free(schema);
    limit = 0;
    FAILS(VITRINE_USER + 1, "1001",
          vitrine_store_migrate(store, ITEM, ARTICLE, to_article, &limit, NULL, NULL, NULL));
    FAILS(VITRINE_USAGE, "sink",
          vitrine_store_migrate(store, ITEM, ARTICLE, give_nothing, NULL, NULL, NULL, NULL));
    FAILS(VITRINE_USAGE, "convert",
          vitrine_store_migrate(store, ITEM, ARTICLE, NULL, NULL, NULL, NULL, NULL));
    limit = 100;
    OK(vitrine_store_migrate(store, ITEM, ARTICLE, to_article, &limit, NULL, NULL, &report));
    CHECK(report->objects == 2 && report->commits > 0 && report->trees_left_count == 1);
    CHECK(report->trees == 1 && report->trees_left[0] != 0);
    vitrine_free(report);

    vitrine_snapshot* snapshot = NULL;
    vitrine_record record;
    vitrine_hold* hold = NULL;
    const char* kind = NULL;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_get(snapshot, nails, ARTICLE, &record, &hold));
    CHECK(count_of(&record) == 100 && strcmp(name_of(&record), "nails") == 0);
    vitrine_hold_free(hold);
    OK(vitrine_snapshot_tree(snapshot, "refs", NULL, NULL, &tree));
    OK(vitrine_tree_kind(tree, NULL, &kind));
    CHECK(strcmp(kind, "ref 0xcf0e31e0b2a87d02") == 0);
    vitrine_tree_free(tree);
    vitrine_snapshot_free(snapshot);
    vitrine_store_free(store);
}

static void a_migration_is_cancelled_and_resumed(void) {
    store = new_store("cancel");
    use_items(store);
    vitrine_schema* schema = parse_schema(STOCK_SCHEMA);
    OK(vitrine_store_use_type(store, schema, ARTICLE));
    vitrine_schema_free(schema);
    const vitrine_ref nails = store_item(store, 7, "nails");
    int64_t limit = 100;
    FAILS(
        VITRINE_CANCELLED, "cancelled",
        vitrine_store_migrate(store, ITEM, ARTICLE, to_article, &limit, stop_at_once, NULL, NULL));
    OK(vitrine_store_migrate(store, ITEM, ARTICLE, to_article, &limit, NULL, NULL, NULL));
    vitrine_snapshot* snapshot = NULL;
    vitrine_record record;
    vitrine_hold* hold = NULL;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_get(snapshot, nails, ARTICLE, &record, &hold));
    CHECK(count_of(&record) == 700);  // converted once
    vitrine_hold_free(hold);
    vitrine_snapshot_free(snapshot);
    vitrine_store_free(store);
}

int main(void) {
    edits_are_merged();
    objects_become_another_type();
    a_migration_is_cancelled_and_resumed();
    return 0;
}
