// Objects in snapshots, views and transactions.
#include "items.h"

static void an_object_is_read_as_it_was_written(void) {
    vitrine_store* store = new_store("objects");
    use_items(store);
    const vitrine_ref ref = store_item(store, 3, "nails");
    vitrine_snapshot* snapshot = NULL;
    vitrine_snapshot* copy = NULL;
    vitrine_record record;
    vitrine_hold* hold = NULL;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_get(snapshot, ref, ITEM, &record, &hold));
    CHECK(record.type == ITEM && record.version == 1 && count_of(&record) == 3);
    CHECK(strcmp(name_of(&record), "nails") == 0);

    change_item(store, ref, 4, "nails");
    OK(vitrine_snapshot_copy(snapshot, &copy));
    vitrine_snapshot_free(snapshot);
    vitrine_hold* other = NULL;
    OK(vitrine_snapshot_get(copy, ref, 0, &record, &other));
    CHECK(count_of(&record) == 3);  // the copy shows the same commit
    vitrine_hold_free(other);
    uint64_t version = 0;
    int64_t time = 0;
    OK(vitrine_snapshot_version(copy, &version));
    OK(vitrine_snapshot_time(copy, &time));
    CHECK(version == 1 && time > INT64_C(1500000000) * 1000000000);
    CHECK(newest_count(store, ref) == 4);

    // The hold keeps the words, whatever happens to what gave them.
    OK(vitrine_snapshot_get(copy, ref, ITEM, &record, &other));
    vitrine_snapshot_free(copy);
    vitrine_store_free(store);
    CHECK(count_of(&record) == 3 && strcmp(name_of(&record), "nails") == 0);
    vitrine_hold_free(hold);
    vitrine_hold_free(other);
    vitrine_hold_free(NULL);
    vitrine_snapshot_free(NULL);
}

static void what_is_not_there_or_another_thing_is_told(void) {
    vitrine_store* store = new_store("absent");
    use_items(store);
    const vitrine_ref ref = store_item(store, 3, "nails");
    vitrine_transaction* tx = NULL;
    vitrine_ref tree = 0;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_create_tree(tx, "string", "i64", &tree));
    OK(vitrine_transaction_set_root(tx, "tree", tree));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);

    vitrine_snapshot* snapshot = NULL;
    vitrine_view* view = NULL;
    vitrine_record record;
    vitrine_hold* hold = NULL;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_view(snapshot, &view));
    FAILS(VITRINE_NOT_FOUND, "null", vitrine_snapshot_get(snapshot, 0, 0, &record, &hold));
    FAILS(VITRINE_NOT_FOUND, "#999", vitrine_snapshot_get(snapshot, 999, 0, &record, &hold));
    FAILS(VITRINE_NOT_FOUND, "#", vitrine_view_get(view, UINT64_MAX, 0, &record));
    FAILS(VITRINE_TYPE, "Item", vitrine_snapshot_get(snapshot, ref, ARTICLE, &record, &hold));
    FAILS(VITRINE_TYPE, "Item", vitrine_view_get(view, ref, ARTICLE, &record));
    FAILS(VITRINE_TYPE, "a tree", vitrine_snapshot_get(snapshot, tree, 0, &record, &hold));
    int parts = 0;  // the leaf of the names of roots
    for (vitrine_ref id = 1; id < 40; ++id)
        parts += vitrine_view_get(view, id, 0, &record) == VITRINE_TYPE &&
                 strstr(vitrine_last_error(), "part of a tree") != NULL;
    CHECK(parts == 1);
    CHECK(hold == NULL);
    OK(vitrine_view_get(view, ref, 0, &record));
    CHECK(count_of(&record) == 3);

    uint64_t type = 0;
    vitrine_ref root = 0;
    OK(vitrine_snapshot_root(snapshot, "nails", &root, &type));
    CHECK(root == ref && type == ITEM);
    OK(vitrine_snapshot_root(snapshot, "tree", &root, &type));
    CHECK(root == tree && type == 0);
    FAILS(VITRINE_NOT_FOUND, "nothing", vitrine_snapshot_root(snapshot, "nothing", &root, NULL));
    vitrine_roots* roots = NULL;
    OK(vitrine_snapshot_roots(snapshot, &roots));
    CHECK(roots->count == 2 && strcmp(roots->items[0]->name, "nails") == 0);
    CHECK(roots->items[0]->name_size == 5 && roots->items[0]->ref == ref);
    CHECK(strcmp(roots->items[0]->type_name, "Item") == 0 && roots->items[0]->type == ITEM);
    CHECK(strcmp(roots->items[1]->type_name, "tree string -> i64") == 0);
    vitrine_free(roots);
    vitrine_view_free(view);
    vitrine_view_free(NULL);
    vitrine_snapshot_free(snapshot);
    vitrine_store_free(store);
}

static void a_transaction_sees_its_own_changes(void) {
    vitrine_store* store = new_store("own");
    use_items(store);
    const vitrine_ref ref = store_item(store, 3, "nails");
    const item_words five = item(5, "screws", ref);
    vitrine_transaction* tx = NULL;
    vitrine_record record;
    vitrine_ref made = 0, root = 0;
    uint64_t type = 0;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_get(tx, ref, ITEM, &record));
    CHECK(count_of(&record) == 3 && record.version == 1);
    OK(vitrine_transaction_create(tx, ITEM, five.words, five.count, &made));
    OK(vitrine_transaction_get(tx, made, ITEM, &record));
    CHECK(count_of(&record) == 5 && record.version == 0 && record.word_count == five.count);
    OK(vitrine_transaction_replace(tx, ref, five.words, five.count));
    OK(vitrine_transaction_get(tx, ref, 0, &record));
    CHECK(strcmp(name_of(&record), "screws") == 0);
    OK(vitrine_transaction_set_root(tx, "made", made));
    OK(vitrine_transaction_root(tx, "made", &root, &type));
    CHECK(root == made && type == ITEM);
    OK(vitrine_transaction_erase_root(tx, "nails"));
    OK(vitrine_transaction_erase_root(tx, "never"));
    FAILS(VITRINE_NOT_FOUND, "nails", vitrine_transaction_root(tx, "nails", &root, NULL));
    OK(vitrine_transaction_touch(tx, ref));
    OK(vitrine_transaction_erase(tx, ref));
    FAILS(VITRINE_NOT_FOUND, "no object", vitrine_transaction_touch(tx, ref));
    FAILS(VITRINE_NOT_FOUND, "no object", vitrine_transaction_erase(tx, ref));
    FAILS(VITRINE_NOT_FOUND, "no object",
          vitrine_transaction_replace(tx, ref, five.words, five.count));
    FAILS(VITRINE_NOT_FOUND, "no object", vitrine_transaction_set_root(tx, "gone", ref));
    FAILS(VITRINE_NOT_FOUND, "null", vitrine_transaction_set_root(tx, "gone", 0));
    FAILS(VITRINE_NOT_FOUND, "null", vitrine_transaction_erase(tx, 0));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
    CHECK(newest_count(store, made) == 5);
    vitrine_store_free(store);
}

static void an_erased_root_says_so(void) {
    vitrine_store* store = new_store("dangling");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "gone");
    vitrine_transaction* tx = NULL;
    vitrine_snapshot* snapshot = NULL;
    vitrine_ref root = 0;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_erase(tx, ref));
    FAILS(VITRINE_NOT_FOUND, "erased", vitrine_transaction_root(tx, "gone", &root, NULL));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
    OK(vitrine_store_snapshot(store, &snapshot));
    FAILS(VITRINE_NOT_FOUND, "erased", vitrine_snapshot_root(snapshot, "gone", &root, NULL));
    vitrine_tree* tree = NULL;
    FAILS(VITRINE_NOT_FOUND, "erased", vitrine_snapshot_tree(snapshot, "gone", NULL, NULL, &tree));
    vitrine_snapshot_free(snapshot);
    vitrine_store_free(store);
}

static void wrong_words_are_refused(void) {
    vitrine_store* store = new_store("words");
    vitrine_transaction* tx = NULL;
    vitrine_ref ref = 0;
    item_words words = item(1, "fine", 0);
    OK(vitrine_store_begin(store, NULL, &tx));
    FAILS(VITRINE_SCHEMA, "0xcf0e31e0b2a87d01",
          vitrine_transaction_create(tx, ITEM, words.words, words.count, &ref));
    use_items(store);
    OK(vitrine_transaction_create(tx, ITEM, words.words, words.count, &ref));
    FAILS(VITRINE_USAGE, "no words", vitrine_transaction_create(tx, ITEM, words.words, 0, &ref));
    FAILS(VITRINE_USAGE, "words",
          vitrine_transaction_create(tx, ITEM, words.words, words.count - 1, &ref));
    FAILS(VITRINE_USAGE, "NULL", vitrine_transaction_create(tx, ITEM, NULL, 3, &ref));
    uint64_t room[17];
    char* odd = (char*)room + 1;
    memcpy(odd, words.words, sizeof words.words);
    FAILS(VITRINE_USAGE, "aligned",
          vitrine_transaction_create(tx, ITEM, (const uint64_t*)(const void*)odd, 5, &ref));
    words.words[4] |= UINT64_C(0xFF) << 32;  // the name's end is no NUL
    FAILS(VITRINE_USAGE, "name", vitrine_transaction_replace(tx, ref, words.words, words.count));
    const uint64_t list[] = {text_pointer(0, 8), 0};
    FAILS(VITRINE_USAGE, "no struct", vitrine_transaction_create(tx, ITEM, list, 2, &ref));
    const uint64_t empty[] = {0};  // all defaults
    OK(vitrine_transaction_create(tx, ITEM, empty, 1, &ref));
    OK(vitrine_transaction_set_root(tx, "empty", ref));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
    vitrine_verify_report* report = NULL;
    OK(vitrine_store_verify(store, NULL, NULL, &report));
    CHECK(report->fault_count == 0 && report->objects == 2);
    vitrine_free(report);
    vitrine_store_free(store);
}

int main(void) {
    an_object_is_read_as_it_was_written();
    what_is_not_there_or_another_thing_is_told();
    a_transaction_sees_its_own_changes();
    an_erased_root_says_so();
    wrong_words_are_refused();
    return 0;
}
