// Walks: one entry at a time, many, columns of numbers, two trees together.
#include "check.h"

enum { kEntries = 3000 };

static vitrine_store* store;
static vitrine_snapshot* snapshot;

/** Trees of even numbers, of multiples of 3, of strings, and of doubles to bools. */
static void fill_store(void) {
    vitrine_transaction* tx = NULL;
    vitrine_tree *twos = NULL, *threes = NULL, *texts = NULL, *flags = NULL;
    store = new_store("cursors");
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_tree(tx, "twos", "i32", "i64", &twos));
    OK(vitrine_transaction_tree(tx, "threes", "i32", "i64", &threes));
    OK(vitrine_transaction_tree(tx, "texts", "string", "string", &texts));
    OK(vitrine_transaction_tree(tx, "flags", "double", "bool", &flags));
    for (int64_t i = -kEntries; i < kEntries; ++i) {
        vitrine_key key;
        OK(vitrine_key_signed(i, &key));
        const int64_t two = 2 * i, three = 3 * i;
        if (i % 2 == 0) OK(vitrine_tree_put(twos, key.bytes, key.size, &two, 8));
        if (i % 3 == 0) OK(vitrine_tree_put(threes, key.bytes, key.size, &three, 8));
        char text[32];
        snprintf(text, sizeof text, "key %05d", (int)(i + kEntries));
        OK(vitrine_tree_put(texts, text, strlen(text), text, (size_t)(i + kEntries) % 9));
        const uint64_t flag = i % 2 == 0;
        OK(vitrine_key_double((double)i / 4, &key));
        OK(vitrine_tree_put(flags, key.bytes, key.size, &flag, 8));
    }
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_tree_free(twos);
    vitrine_tree_free(threes);
    vitrine_tree_free(texts);
    vitrine_tree_free(flags);
    vitrine_transaction_free(tx);
    OK(vitrine_store_snapshot(store, &snapshot));
}

static vitrine_tree* open_tree(const char* name) {
    vitrine_tree* tree = NULL;
    OK(vitrine_snapshot_tree(snapshot, name, NULL, NULL, &tree));
    return tree;
}

static vitrine_cursor* walk(vitrine_tree* tree, const vitrine_bounds* bounds) {
    vitrine_cursor* cursor = NULL;
    OK(vitrine_tree_cursor(tree, bounds, &cursor));
    return cursor;
}

static void entries_come_in_order(void) {
    vitrine_tree* tree = open_tree("texts");
    vitrine_entry entry;
    for (int reversed = 0; reversed <= 1; ++reversed) {
        const vitrine_bounds bounds = {.struct_size = sizeof bounds, .reversed = reversed != 0};
        vitrine_cursor* cursor = walk(tree, &bounds);
        for (int i = 0; i < 2 * kEntries; ++i) {
            const int at = reversed ? 2 * kEntries - 1 - i : i;
            char text[32];
            snprintf(text, sizeof text, "key %05d", at);
            OK(vitrine_cursor_next(cursor, &entry));
            CHECK(entry.key.size == 9 && memcmp(entry.key.data, text, 9) == 0);
            CHECK(entry.value.size == (size_t)at % 9);
            CHECK(memcmp(entry.value.data, text, entry.value.size) == 0);
        }
        CHECK(vitrine_cursor_next(cursor, &entry) == VITRINE_END);
        CHECK(vitrine_cursor_next(cursor, &entry) == VITRINE_END);
        vitrine_cursor_free(cursor);
    }
    vitrine_cursor_free(NULL);
    vitrine_tree_free(tree);
}

static void batches_are_the_same(void) {
    vitrine_tree* tree = open_tree("texts");
    vitrine_cursor *one = walk(tree, NULL), *many = walk(tree, NULL);
    vitrine_entry single, batch[77];
    size_t count = 0, all = 0;
    vitrine_status status;
    OK(vitrine_cursor_next_batch(many, batch, 0, &count));
    CHECK(count == 0);
    while ((status = vitrine_cursor_next_batch(many, batch, 77, &count)) == VITRINE_OK) {
        CHECK(count > 0 && count <= 77);
        for (size_t i = 0; i < count; ++i) {
            OK(vitrine_cursor_next(one, &single));
            CHECK(batch[i].key.size == single.key.size);
            CHECK(memcmp(batch[i].key.data, single.key.data, single.key.size) == 0);
            CHECK(batch[i].value.size == single.value.size);
            CHECK(memcmp(batch[i].value.data, single.value.data, single.value.size) == 0);
            CHECK((uintptr_t)batch[i].value.data % 8 == 0);
        }
        all += count;
    }
    CHECK(status == VITRINE_END && count == 0 && all == 2 * kEntries);
    vitrine_cursor_free(one);
    vitrine_cursor_free(many);
    vitrine_tree_free(tree);
}

static void numbers_come_as_columns(void) {
    vitrine_tree *twos = open_tree("twos"), *flags = open_tree("flags"),
                 *texts = open_tree("texts");
    vitrine_cursor* cursor = walk(twos, NULL);
    int64_t keys[500], values[500];
    size_t count = 0;
    int64_t expected = -kEntries;
    while (vitrine_cursor_next_words(cursor, (uint64_t*)keys, (uint64_t*)values, 500, &count) ==
           VITRINE_OK) {
        for (size_t i = 0; i < count; ++i, expected += 2)
            CHECK(keys[i] == expected && values[i] == 2 * expected);
    }
    CHECK(expected == kEntries && count == 0);
    vitrine_cursor_free(cursor);

    double places[8];
    uint64_t is[8];
    cursor = walk(flags, NULL);
    OK(vitrine_cursor_next_words(cursor, NULL, is, 8, &count));
    CHECK(count == 8 && is[0] == 1 && is[1] == 0);
    OK(vitrine_cursor_next_words(cursor, (uint64_t*)places, NULL, 8, &count));
    CHECK(count == 8 && places[0] == (-kEntries + 8) / 4.0);
    vitrine_cursor_free(cursor);

    cursor = walk(texts, NULL);
    FAILS(VITRINE_TYPE, "string", vitrine_cursor_next_words(cursor, is, NULL, 8, &count));
    FAILS(VITRINE_TYPE, "string", vitrine_cursor_next_words(cursor, NULL, is, 8, &count));
    vitrine_entry entry;
    OK(vitrine_cursor_next(cursor, &entry));  // nothing was lost by that
    CHECK(memcmp(entry.key.data, "key 00000", 9) == 0);
    vitrine_cursor_free(cursor);
    vitrine_tree_free(twos);
    vitrine_tree_free(flags);
    vitrine_tree_free(texts);
}

static bool shown(int64_t i, vitrine_merge merge) {
    const bool two = i % 2 == 0, three = i % 3 == 0;
    return merge == VITRINE_UNION          ? two || three
           : merge == VITRINE_INTERSECTION ? two && three
                                           : two && !three;
}

static void two_trees_are_merged(void) {
    vitrine_tree *twos = open_tree("twos"), *threes = open_tree("threes");
    vitrine_cursor* cursor = NULL;
    for (vitrine_merge merge = VITRINE_UNION; merge <= VITRINE_DIFFERENCE; ++merge) {
        OK(vitrine_tree_merge(twos, threes, merge, &cursor));
        for (int64_t i = -kEntries; i < kEntries; ++i) {
            if (!shown(i, merge)) continue;
            int64_t key = 0, value = 0;
            size_t count = 0;
            OK(vitrine_cursor_next_words(cursor, (uint64_t*)&key, (uint64_t*)&value, 1, &count));
            CHECK(count == 1 && key == i && value == (i % 2 == 0 ? 2 * i : 3 * i));
        }
        vitrine_entry entry;
        CHECK(vitrine_cursor_next(cursor, &entry) == VITRINE_END);
        vitrine_cursor_free(cursor);
    }
    vitrine_tree *texts = open_tree("texts"), *flags = open_tree("flags");
    FAILS(VITRINE_TYPE, "merged", vitrine_tree_merge(twos, texts, VITRINE_UNION, &cursor));
    FAILS(VITRINE_TYPE, "merged", vitrine_tree_merge(twos, flags, VITRINE_DIFFERENCE, &cursor));
    FAILS(VITRINE_USAGE, "merge 3", vitrine_tree_merge(twos, threes, 3, &cursor));
    vitrine_tree_free(twos);
    vitrine_tree_free(threes);
    vitrine_tree_free(texts);
    vitrine_tree_free(flags);
}

// A walk shows the tree as it was when it began; after the transaction's end it refuses.
static void a_walk_stands_still_in_a_transaction(void) {
    vitrine_transaction* tx = NULL;
    vitrine_tree *twos = NULL, *threes = open_tree("threes");
    vitrine_cursor *cursor = NULL, *both = NULL;
    vitrine_key key;
    const int64_t value = 7;
    uint64_t count = 0;
    vitrine_entry entry;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_tree(tx, "twos", "i32", "i64", &twos));
    OK(vitrine_tree_cursor(twos, NULL, &cursor));
    OK(vitrine_tree_merge(twos, threes, VITRINE_UNION, &both));
    for (int64_t i = -kEntries; i < kEntries; ++i) {
        OK(vitrine_key_signed(i, &key));
        OK(vitrine_tree_put(twos, key.bytes, key.size, &value, 8));
    }
    OK(vitrine_tree_count(twos, NULL, &count));
    CHECK(count == 2 * kEntries);
    for (count = 0; count < kEntries; ++count) OK(vitrine_cursor_next(cursor, &entry));
    CHECK(vitrine_cursor_next(cursor, &entry) == VITRINE_END);
    OK(vitrine_cursor_next(both, &entry));
    vitrine_transaction_free(tx);
    vitrine_tree_free(twos);
    FAILS(VITRINE_USAGE, "ended", vitrine_cursor_next(both, &entry));
    FAILS(VITRINE_USAGE, "ended", vitrine_cursor_next(cursor, &entry));
    vitrine_cursor_free(cursor);
    vitrine_cursor_free(both);
    vitrine_tree_free(threes);
}

static void a_walk_outlives_tree_and_store(void) {
    vitrine_tree* tree = open_tree("twos");
    vitrine_cursor* cursor = walk(tree, NULL);
    vitrine_entry entry;
    vitrine_tree_free(tree);
    vitrine_snapshot_free(snapshot);
    vitrine_store_free(store);
    size_t count = 0;
    while (vitrine_cursor_next(cursor, &entry) == VITRINE_OK) ++count;
    CHECK(count == kEntries);
    vitrine_cursor_free(cursor);
}

int main(void) {
    fill_store();
    entries_come_in_order();
    batches_are_the_same();
    numbers_come_as_columns();
    two_trees_are_merged();
    a_walk_stands_still_in_a_transaction();
    a_walk_outlives_tree_and_store();
    return 0;
}
