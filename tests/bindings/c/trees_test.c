// Trees in snapshots and transactions.
#include "items.h"

static vitrine_transaction* tx;

static vitrine_tree* open_in_tx(vitrine_store* store, const char* name, const char* keys,
                                const char* values) {
    vitrine_tree* tree = NULL;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_tree(tx, name, keys, values, &tree));
    return tree;
}

static void commit(vitrine_tree* tree) {
    vitrine_tree_free(tree);
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
}

static vitrine_tree* open_newest(vitrine_store* store, const char* name) {
    vitrine_snapshot* snapshot = NULL;
    vitrine_tree* tree = NULL;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_tree(snapshot, name, NULL, NULL, &tree));
    vitrine_snapshot_free(snapshot);  // the tree holds what it needs
    return tree;
}

static int64_t number_at(const vitrine_tree* tree, const char* key) {
    int64_t number = 0;
    size_t size = 0;
    OK(vitrine_tree_copy(tree, key, strlen(key), &number, sizeof number, &size));
    CHECK(size == 8);
    return number;
}

static void put_number(vitrine_tree* tree, const char* key, int64_t number) {
    OK(vitrine_tree_put(tree, key, strlen(key), &number, sizeof number));
}

static void what_was_put_is_found(void) {
    vitrine_store* store = new_store("trees");
    vitrine_tree* tree = open_in_tx(store, "ages", "string", "i64");
    const char *keys = NULL, *values = NULL;
    bool is = false;
    uint64_t size = 0;
    const int64_t nine = 9;
    OK(vitrine_tree_kind(tree, &keys, &values));
    CHECK(strcmp(keys, "string") == 0 && strcmp(values, "i64") == 0);
    OK(vitrine_tree_kind(tree, NULL, NULL));
    put_number(tree, "ann", 30);
    OK(vitrine_tree_insert(tree, "bob", 3, &nine, 8, &is));
    CHECK(is);
    OK(vitrine_tree_insert(tree, "bob", 3, &nine, 8, &is));
    CHECK(!is);
    OK(vitrine_tree_insert(tree, "bob", 3, &nine, 8, NULL));
    OK(vitrine_tree_add(tree, "bob", 3, -10));
    OK(vitrine_tree_add(tree, "cid", 3, 5));
    CHECK(number_at(tree, "bob") == -1 && number_at(tree, "cid") == 5);
    OK(vitrine_tree_erase(tree, "cid", 3));
    OK(vitrine_tree_erase(tree, "never", 5));
    OK(vitrine_tree_remove(tree, "dan", 3, &is));
    CHECK(!is);
    put_number(tree, "dan", 1);
    OK(vitrine_tree_remove(tree, "dan", 3, &is));
    CHECK(is);
    OK(vitrine_tree_remove(tree, "dan", 3, NULL));
    OK(vitrine_tree_size(tree, &size));
    CHECK(size == 2);
    commit(tree);

    tree = open_newest(store, "ages");
    vitrine_bytes value;
    vitrine_hold* hold = NULL;
    OK(vitrine_tree_get(tree, "ann", 3, &value, &hold));
    OK(vitrine_tree_contains(tree, "bob", 3, &is));
    CHECK(is);
    OK(vitrine_tree_contains(tree, "cid", 3, &is));
    CHECK(!is);
    FAILS(VITRINE_NOT_FOUND, "\"cid\"", vitrine_tree_copy(tree, "cid", 3, NULL, 0, NULL));
    FAILS(VITRINE_NOT_FOUND, "\"cid\"", vitrine_tree_get(tree, "cid", 3, &value, &hold));
    int32_t half = 0;
    OK(vitrine_tree_copy(tree, "ann", 3, &half, sizeof half, NULL));  // as much as there is room
    CHECK(half == 30);
    OK(vitrine_tree_size(tree, &size));
    CHECK(size == 2);
    vitrine_tree_free(tree);
    vitrine_tree_free(NULL);
    vitrine_store_free(store);
    int64_t age = 0;
    CHECK(value.size == 8);
    memcpy(&age, value.data, 8);
    CHECK(age == 30);  // held beyond tree and store
    vitrine_hold_free(hold);
}

static void a_snapshot_refuses_to_be_written(void) {
    vitrine_store* store = new_store("frozen");
    vitrine_tree* tree = open_in_tx(store, "ages", "string", "i64");
    put_number(tree, "ann", 30);
    commit(tree);
    tree = open_newest(store, "ages");
    const int64_t one = 1;
    FAILS(VITRINE_USAGE, "snapshot", vitrine_tree_put(tree, "a", 1, &one, 8));
    FAILS(VITRINE_USAGE, "snapshot", vitrine_tree_insert(tree, "a", 1, &one, 8, NULL));
    FAILS(VITRINE_USAGE, "snapshot", vitrine_tree_erase(tree, "a", 1));
    FAILS(VITRINE_USAGE, "snapshot", vitrine_tree_remove(tree, "a", 1, NULL));
    FAILS(VITRINE_USAGE, "snapshot", vitrine_tree_clear(tree));
    FAILS(VITRINE_USAGE, "snapshot", vitrine_tree_add(tree, "a", 1, 1));
    FAILS(VITRINE_USAGE, "snapshot", vitrine_tree_add_double(tree, "a", 1, 1));
    vitrine_tree_free(tree);
    vitrine_store_free(store);
}

static void kinds_are_checked(void) {
    vitrine_store* store = new_store("kinds");
    use_items(store);
    store_item(store, 1, "nails");
    vitrine_tree* tree = open_in_tx(store, "ages", "string", "i64");
    put_number(tree, "ann", 30);
    commit(tree);
    vitrine_ref ref = 0, item_ref = 0;
    vitrine_snapshot* snapshot = NULL;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_root(snapshot, "nails", &item_ref, NULL));
    FAILS(VITRINE_TYPE, "u64", vitrine_snapshot_tree(snapshot, "ages", "string", "u64", &tree));
    FAILS(VITRINE_TYPE, "i64", vitrine_snapshot_tree(snapshot, "ages", "i64", NULL, &tree));
    FAILS(VITRINE_TYPE, "Item", vitrine_snapshot_tree(snapshot, "nails", NULL, NULL, &tree));
    FAILS(VITRINE_TYPE, "Item", vitrine_snapshot_tree(snapshot, "nails", "i8", "i8", &tree));
    FAILS(VITRINE_NOT_FOUND, "no", vitrine_snapshot_tree(snapshot, "no", NULL, NULL, &tree));
    FAILS(VITRINE_NOT_FOUND, "no", vitrine_snapshot_tree(snapshot, "no", "i8", "i8", &tree));
    FAILS(VITRINE_USAGE, "i9", vitrine_snapshot_tree(snapshot, "ages", "i9", "i8", &tree));
    OK(vitrine_snapshot_tree(snapshot, "ages", "string", "i64", &tree));
    OK(vitrine_tree_ref(tree, &ref));
    vitrine_tree_free(tree);
    OK(vitrine_snapshot_tree_of(snapshot, ref, NULL, NULL, &tree));
    vitrine_tree_free(tree);
    OK(vitrine_snapshot_tree_of(snapshot, ref, "string", "i64", &tree));
    vitrine_tree_free(tree);
    FAILS(VITRINE_TYPE, "u8", vitrine_snapshot_tree_of(snapshot, ref, "u8", "i64", &tree));
    FAILS(VITRINE_TYPE, "not a tree",
          vitrine_snapshot_tree_of(snapshot, item_ref, NULL, NULL, &tree));
    FAILS(VITRINE_NOT_FOUND, "", vitrine_snapshot_tree_of(snapshot, 0, NULL, NULL, &tree));
    FAILS(VITRINE_NOT_FOUND, "#1", vitrine_snapshot_tree_of(snapshot, 1, NULL, NULL, &tree));
    vitrine_snapshot_free(snapshot);

    OK(vitrine_store_begin(store, NULL, &tx));
    static const char* const wrong[][2] = {{"", "i8"},
                                           {"i7", "i8"},
                                           {"()", "i8"},
                                           {"(i8,)", "i8"},
                                           {"(i8", "i8"},
                                           {"((i8),i8)", "i8"},
                                           {"bool", "i8"},
                                           {"i8", ""},
                                           {"i8", "(i8,i8)"},
                                           {"i8", "ref 0x1"},
                                           {"i8", "ref Item"},
                                           {"i8", "struct 0x0000000000000000"},
                                           {"i8", "tree i8"},
                                           {"i8", "tree i8 -> what"},
                                           {"i8", "tree what -> i8"},
                                           {"i8", "root"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
        FAILS(VITRINE_USAGE, "there is no kind of",
              vitrine_transaction_create_tree(tx, wrong[i][0], wrong[i][1], &ref));
        FAILS(VITRINE_USAGE, "there is no kind of",
              vitrine_transaction_tree(tx, "new", wrong[i][0], wrong[i][1], &tree));
    }
    FAILS(VITRINE_USAGE, "key_kind", vitrine_transaction_create_tree(tx, NULL, "i8", &ref));
    FAILS(VITRINE_NOT_FOUND, "new", vitrine_transaction_tree(tx, "new", NULL, NULL, &tree));
    FAILS(VITRINE_TYPE, "Item", vitrine_transaction_tree(tx, "nails", NULL, NULL, &tree));
    FAILS(VITRINE_TYPE, "u8", vitrine_transaction_tree(tx, "ages", "u8", NULL, &tree));
    FAILS(VITRINE_TYPE, "not a tree", vitrine_transaction_tree_of(tx, item_ref, NULL, NULL, &tree));
    FAILS(VITRINE_NOT_FOUND, "null", vitrine_transaction_tree_of(tx, 0, NULL, NULL, &tree));
    OK(vitrine_transaction_create_tree(tx, "(string,i64)", "tree i8 -> unit", &ref));
    OK(vitrine_transaction_tree_of(tx, ref, NULL, NULL, &tree));
    vitrine_ref same = 0;
    OK(vitrine_tree_ref(tree, &same));
    CHECK(same == ref);
    vitrine_tree_free(tree);
    OK(vitrine_transaction_tree_of(tx, ref, "(string,i64)", "tree i8 -> unit", &tree));
    vitrine_tree_free(tree);
    OK(vitrine_transaction_tree(tx, "ages", NULL, NULL, &tree));
    vitrine_tree_free(tree);
    OK(vitrine_transaction_abort(tx));
    vitrine_transaction_free(tx);
    vitrine_store_free(store);
}

// Keys and values that are none of the tree's kind: codes, and nothing is written.
static void wrong_keys_and_values_are_refused(void) {
    static char long_key[1025];
    vitrine_store* store = new_store("wrong");
    use_items(store);
    vitrine_tree* tree = open_in_tx(store, "small", "u8", "i8");
    vitrine_key key;
    bool found = false;
    int64_t number = 127;
    OK(vitrine_key_unsigned(255, &key));
    OK(vitrine_tree_put(tree, key.bytes, key.size, &number, 8));
    number = -129;
    FAILS(VITRINE_USAGE, "does not fit i8",
          vitrine_tree_put(tree, key.bytes, key.size, &number, 8));
    FAILS(VITRINE_USAGE, "8 bytes", vitrine_tree_put(tree, key.bytes, key.size, &number, 1));
    FAILS(VITRINE_USAGE, "double", vitrine_tree_add_double(tree, key.bytes, key.size, 1));
    OK(vitrine_key_unsigned(256, &key));
    number = 1;
    FAILS(VITRINE_USAGE, "no encoded key of kind u8",
          vitrine_tree_put(tree, key.bytes, key.size, &number, 8));
    FAILS(VITRINE_USAGE, "u8", vitrine_tree_add(tree, key.bytes, key.size, 1));
    FAILS(VITRINE_USAGE, "8 bytes", vitrine_tree_contains(tree, "abc", 3, &found));
    FAILS(VITRINE_USAGE, "NULL", vitrine_tree_contains(tree, NULL, 8, &found));
    commit(tree);

    tree = open_in_tx(store, "strings", "string", "double");
    const double half = 0.5;
    FAILS(VITRINE_USAGE, "1024", vitrine_tree_put(tree, long_key, 1025, &half, 8));
    FAILS(VITRINE_USAGE, "1024", vitrine_tree_contains(tree, long_key, 1025, &found));
    OK(vitrine_tree_put(tree, long_key, 1024, &half, 8));
    OK(vitrine_tree_put(tree, NULL, 0, &half, 8));  // the empty string
    FAILS(VITRINE_USAGE, "integer", vitrine_tree_add(tree, "a", 1, 1));
    OK(vitrine_tree_add_double(tree, long_key, 1024, 0.25));
    double sum = 0;
    OK(vitrine_tree_copy(tree, long_key, 1024, &sum, 8, NULL));
    CHECK(sum == 0.75);
    commit(tree);

    tree = open_in_tx(store, "items", "(i8,string)", ITEM_KIND);
    item_words words = item(6, "six", 0);
    vitrine_field fields[] = {{VITRINE_SIGNED, {.i = -1}}, {VITRINE_BYTES, {.b = {"x", 1}}}};
    OK(vitrine_key_encode("(i8,string)", fields, 2, &key));
    OK(vitrine_tree_put(tree, key.bytes, key.size, words.words, words.count * 8));
    FAILS(VITRINE_USAGE, "(i8,string)",
          vitrine_tree_put(tree, key.bytes, key.size - 1, words.words, words.count * 8));
    FAILS(VITRINE_USAGE, "whole words", vitrine_tree_put(tree, key.bytes, key.size, "abc", 3));
    FAILS(VITRINE_USAGE, "no words", vitrine_tree_put(tree, key.bytes, key.size, NULL, 0));
    words.words[2] = 1 | UINT64_C(1) << 34;  // a list of nothing where a text should be
    FAILS(VITRINE_USAGE, "name",
          vitrine_tree_put(tree, key.bytes, key.size, words.words, words.count * 8));
    FAILS(VITRINE_USAGE, "no adding", vitrine_tree_add(tree, key.bytes, key.size, 1));
    commit(tree);

    tree = open_in_tx(store, "set", "string", "unit");
    FAILS(VITRINE_USAGE, "set", vitrine_tree_put(tree, "a", 1, "b", 1));
    OK(vitrine_tree_put(tree, "a", 1, NULL, 0));
    commit(tree);
    tree = open_in_tx(store, "flags", "double", "bool");
    OK(vitrine_key_double(-0.0, &key));
    number = 2;
    FAILS(VITRINE_USAGE, "bool", vitrine_tree_put(tree, key.bytes, key.size, &number, 8));
    number = 1;
    OK(vitrine_tree_put(tree, key.bytes, key.size, &number, 8));
    memset(key.bytes, 0xFF, 8);  // NaN
    FAILS(VITRINE_USAGE, "", vitrine_tree_put(tree, key.bytes, key.size, &number, 8));
    commit(tree);
    tree = open_in_tx(store, "unknown", "string", "struct 0x00000000000000ff");
    FAILS(VITRINE_SCHEMA, "0x00000000000000ff",
          vitrine_tree_put(tree, "a", 1, (const uint64_t[]){0}, 8));
    commit(tree);
    vitrine_verify_report* report = NULL;
    OK(vitrine_store_verify(store, NULL, NULL, &report));
    CHECK(report->fault_count == 0 && report->entries >= 5);
    vitrine_free(report);
    vitrine_store_free(store);
}

static void parts_of_a_tree_are_asked_for(void) {
    vitrine_store* store = new_store("bounds");
    vitrine_tree* tree = open_in_tx(store, "numbers", "i64", "i64");
    vitrine_key key, low, high;
    for (int64_t i = -5000; i < 5000; ++i) {
        OK(vitrine_key_signed(i, &key));
        OK(vitrine_tree_put(tree, key.bytes, key.size, &i, 8));
    }
    commit(tree);
    tree = open_newest(store, "numbers");
    uint64_t count = 0;
    OK(vitrine_tree_count(tree, NULL, &count));
    CHECK(count == 10000);
    OK(vitrine_key_signed(-10, &low));
    OK(vitrine_key_signed(10, &high));
    vitrine_bounds bounds = {.struct_size = sizeof bounds,
                             .low = {low.bytes, low.size},
                             .high = {high.bytes, high.size}};
    OK(vitrine_tree_count(tree, &bounds, &count));
    CHECK(count == 20);
    bounds.high_included = true;
    OK(vitrine_tree_count(tree, &bounds, &count));
    CHECK(count == 21);
    vitrine_entry entry;
    vitrine_hold* hold = NULL;
    OK(vitrine_tree_nearest(tree, &bounds, &entry, &hold));
    CHECK(entry.key.size == 8 && memcmp(entry.key.data, low.bytes, 8) == 0);
    vitrine_hold_free(hold);
    bounds.reversed = true;
    OK(vitrine_tree_nearest(tree, &bounds, &entry, &hold));
    CHECK(memcmp(entry.key.data, high.bytes, 8) == 0 && *(const int64_t*)entry.value.data == 10);
    vitrine_hold_free(hold);
    OK(vitrine_key_signed(5000, &low));
    FAILS(VITRINE_NOT_FOUND, "bounds", vitrine_tree_nearest(tree, &bounds, &entry, &hold));
    bounds = (vitrine_bounds){.struct_size = sizeof bounds, .low = {"abc", 3}};
    FAILS(VITRINE_USAGE, "8 bytes", vitrine_tree_count(tree, &bounds, &count));
    bounds = (vitrine_bounds){.struct_size = sizeof bounds, .prefix = {"abc", 3}};
    FAILS(VITRINE_USAGE, "no prefix", vitrine_tree_count(tree, &bounds, &count));

    vitrine_keys* cuts = NULL;
    OK(vitrine_tree_cuts(tree, NULL, 4, &cuts));
    CHECK(cuts->count == 3);
    for (size_t i = 0; i < 3; ++i) CHECK(cuts->items[i]->size == 8);
    CHECK(memcmp(cuts->items[0]->data, cuts->items[1]->data, 8) < 0);
    uint64_t part = 0, all = 0;
    for (size_t i = 0; i <= cuts->count; ++i) {
        bounds = (vitrine_bounds){.struct_size = sizeof bounds};
        if (i > 0) bounds.low = *cuts->items[i - 1];
        if (i < cuts->count) bounds.high = *cuts->items[i];
        OK(vitrine_tree_count(tree, &bounds, &part));
        CHECK(part > 1000);
        all += part;
    }
    CHECK(all == 10000);
    vitrine_free(cuts);
    FAILS(VITRINE_USAGE, "0 parts", vitrine_tree_cuts(tree, NULL, 0, &cuts));
    vitrine_tree_free(tree);
    vitrine_store_free(store);
}

static void prefixes_select(void) {
    vitrine_store* store = new_store("prefix");
    vitrine_tree* tree = open_in_tx(store, "measures", "(string,u16)", "i64");
    vitrine_key key;
    const int64_t one = 1;
    static const char* const stations[] = {"a", "ab", "b"};
    for (size_t s = 0; s < 3; ++s) {
        for (uint64_t minute = 0; minute < 10 + s; ++minute) {
            const vitrine_field fields[] = {
                {VITRINE_BYTES, {.b = {stations[s], strlen(stations[s])}}},
                {VITRINE_UNSIGNED, {.u = minute}}};
            OK(vitrine_key_encode("(string,u16)", fields, 2, &key));
            OK(vitrine_tree_put(tree, key.bytes, key.size, &one, 8));
        }
    }
    commit(tree);
    tree = open_newest(store, "measures");
    for (size_t s = 0; s < 3; ++s) {
        const vitrine_field field = {VITRINE_BYTES, {.b = {stations[s], strlen(stations[s])}}};
        OK(vitrine_key_encode("(string,u16)", &field, 1, &key));
        const vitrine_bounds bounds = {.struct_size = sizeof bounds,
                                       .prefix = {key.bytes, key.size}};
        uint64_t count = 0;
        OK(vitrine_tree_count(tree, &bounds, &count));
        CHECK(count == 10 + s);
    }
    const vitrine_bounds both = {.struct_size = sizeof both, .low = {"a", 1}, .prefix = {"b", 1}};
    uint64_t count = 0;
    FAILS(VITRINE_USAGE, "prefix", vitrine_tree_count(tree, &both, &count));
    vitrine_tree_free(tree);
    vitrine_store_free(store);
}

static void keys_conflict_one_by_one(void) {
    vitrine_store* store = new_store("merging");
    vitrine_tree* tree = open_in_tx(store, "counts", "string", "i64");
    put_number(tree, "same", 0);
    commit(tree);
    vitrine_transaction* txs[2];
    vitrine_tree* trees[2];
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 2; ++i) {
            OK(vitrine_store_begin(store, NULL, &txs[i]));
            OK(vitrine_transaction_tree(txs[i], "counts", "string", "i64", &trees[i]));
            if (round == 0) put_number(trees[i], i == 0 ? "one" : "other", i);
            if (round == 1) OK(vitrine_tree_add(trees[i], "same", 4, 5));
            if (round == 2) put_number(trees[i], "same", 70 + i);
        }
        OK(vitrine_transaction_commit(txs[0], NULL));
        if (round < 2) {
            OK(vitrine_transaction_commit(txs[1], NULL));
        } else {
            FAILS(VITRINE_CONFLICT, "same", vitrine_transaction_commit(txs[1], NULL));
            vitrine_error_info info = {.struct_size = sizeof info};
            OK(vitrine_last_error_info(&info));
            CHECK(info.tree != 0 && info.object == 0 && strcmp(info.key, "\"same\"") == 0);
        }
        for (int i = 0; i < 2; ++i) {
            vitrine_tree_free(trees[i]);
            vitrine_transaction_free(txs[i]);
        }
        tree = open_newest(store, "counts");
        CHECK(number_at(tree, "same") == (round == 0 ? 0 : round == 1 ? 10 : 70));
        vitrine_tree_free(tree);
    }
    tree = open_in_tx(store, "counts", NULL, NULL);
    OK(vitrine_tree_clear(tree));
    commit(tree);
    tree = open_newest(store, "counts");
    uint64_t size = 1;
    OK(vitrine_tree_size(tree, &size));
    CHECK(size == 0);
    vitrine_tree_free(tree);
    vitrine_store_free(store);
}

static void views_borrow_values(void) {
    vitrine_store* store = new_store("views");
    vitrine_tree* tree = open_in_tx(store, "texts", "string", "string");
    static char large[100000];
    memset(large, 'x', sizeof large);
    OK(vitrine_tree_put(tree, "small", 5, "value", 5));
    OK(vitrine_tree_put(tree, "large", 5, large, sizeof large));
    commit(tree);
    vitrine_snapshot *snapshot = NULL, *later = NULL;
    vitrine_view* view = NULL;
    vitrine_tree* other = NULL;
    vitrine_bytes value;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_tree(snapshot, "texts", "string", "string", &tree));
    OK(vitrine_snapshot_view(snapshot, &view));
    OK(vitrine_view_value(view, tree, "small", 5, &value));
    vitrine_bytes second;
    OK(vitrine_view_value(view, tree, "large", 5, &second));
    CHECK(value.size == 5 && memcmp(value.data, "value", 5) == 0);
    CHECK(second.size == sizeof large && memcmp(second.data, large, sizeof large) == 0);
    FAILS(VITRINE_NOT_FOUND, "\"no\"", vitrine_view_value(view, tree, "no", 2, &value));

    other = open_in_tx(store, "texts", "string", "string");
    FAILS(VITRINE_USAGE, "own snapshot", vitrine_view_value(view, other, "small", 5, &value));
    OK(vitrine_tree_put(other, "small", 5, "", 0));
    commit(other);
    OK(vitrine_store_snapshot(store, &later));
    OK(vitrine_snapshot_tree(later, "texts", "string", "string", &other));
    FAILS(VITRINE_USAGE, "own snapshot", vitrine_view_value(view, other, "small", 5, &value));
    OK(vitrine_store_trim_cache(store));
    CHECK(second.size == sizeof large && memcmp(second.data, large, sizeof large) == 0);
    vitrine_tree_free(other);
    vitrine_tree_free(tree);
    vitrine_snapshot_free(snapshot);
    vitrine_snapshot_free(later);
    vitrine_view_free(view);
    vitrine_store_free(store);
}

int main(void) {
    what_was_put_is_found();
    a_snapshot_refuses_to_be_written();
    kinds_are_checked();
    wrong_keys_and_values_are_refused();
    parts_of_a_tree_are_asked_for();
    prefixes_select();
    keys_conflict_one_by_one();
    views_borrow_values();
    return 0;
}
