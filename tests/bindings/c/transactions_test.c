// Commits, conflicts, savepoints, and whose a transaction is.
#include <pthread.h>

#include "items.h"

static vitrine_transaction* begin(vitrine_store* store) {
    vitrine_transaction* tx = NULL;
    OK(vitrine_store_begin(store, NULL, &tx));
    return tx;
}

static void two_edits_of_one_object_conflict(void) {
    vitrine_store* store = new_store("conflict");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    const item_words two = item(2, "nails", 0), three = item(3, "nails", 0);
    vitrine_transaction *one = begin(store), *other = begin(store);
    uint64_t version = 0;
    OK(vitrine_transaction_replace(one, ref, two.words, two.count));
    OK(vitrine_transaction_replace(other, ref, three.words, three.count));
    OK(vitrine_transaction_commit(one, &version));
    CHECK(version == 2);
    FAILS(VITRINE_CONFLICT, "commit 2", vitrine_transaction_commit(other, &version));
    vitrine_error_info info = {.struct_size = sizeof info};
    OK(vitrine_last_error_info(&info));
    CHECK(info.status == VITRINE_CONFLICT && info.version == 2 && info.object == ref);
    CHECK(info.tree == 0 && info.key[0] == 0);
    FAILS(VITRINE_USAGE, "ended", vitrine_transaction_commit(other, &version));
    FAILS(VITRINE_USAGE, "ended", vitrine_transaction_touch(one, ref));
    vitrine_transaction_free(one);
    vitrine_transaction_free(other);
    CHECK(newest_count(store, ref) == 2);
    FAILS(VITRINE_USAGE, "struct_size",
          vitrine_last_error_info(&(vitrine_error_info){.struct_size = 1}));
    vitrine_store_free(store);
}

// Reading conflicts under the default isolation, and not under the other one.
static void isolation_is_a_choice(void) {
    vitrine_store* store = new_store("isolation");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    for (uint32_t isolation = 0; isolation <= 1; ++isolation) {
        vitrine_transaction_options options = {.struct_size = sizeof options,
                                               .isolation = isolation};
        vitrine_transaction* tx = NULL;
        vitrine_tree* tree = NULL;
        const int64_t value = 1;
        OK(vitrine_store_begin(store, &options, &tx));
        OK(vitrine_transaction_touch(tx, ref));
        OK(vitrine_transaction_tree(tx, "tree", "string", "i64", &tree));
        OK(vitrine_tree_put(tree, "a", 1, &value, 8));
        change_item(store, ref, 10 + isolation, "nails");
        CHECK(vitrine_transaction_commit(tx, NULL) ==
              (isolation == VITRINE_SERIALIZABLE ? VITRINE_CONFLICT : VITRINE_OK));
        vitrine_tree_free(tree);
        vitrine_transaction_free(tx);
    }
    vitrine_transaction_options options = {.struct_size = sizeof options, .isolation = 9};
    vitrine_transaction* tx = NULL;
    FAILS(VITRINE_USAGE, "isolation 9", vitrine_store_begin(store, &options, &tx));
    options = (vitrine_transaction_options){.struct_size = sizeof options, .attempts = UINT32_MAX};
    FAILS(VITRINE_USAGE, "attempts", vitrine_store_begin(store, &options, &tx));
    vitrine_store_free(store);
}

typedef struct work_data {
    vitrine_store* store;
    vitrine_ref ref;
    int runs;
    int disturbed;  // so many runs meet another commit
    vitrine_status answer;
} work_data;

static vitrine_status add_one(vitrine_transaction* tx, void* user) {
    work_data* data = user;
    vitrine_record record;
    ++data->runs;
    OK(vitrine_transaction_get(tx, data->ref, ITEM, &record));
    const item_words more = item(count_of(&record) + 1, "nails", 0);
    if (data->disturbed > 0) {
        --data->disturbed;
        change_item(data->store, data->ref, 100 * data->runs, "nails");
    }
    OK(vitrine_transaction_replace(tx, data->ref, more.words, more.count));
    FAILS(VITRINE_USAGE, "do not commit inside", vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);  // it is the library's: nothing happens
    return data->answer;
}

static vitrine_status look_and_abort(vitrine_transaction* tx, void* user) {
    work_data* data = user;
    CHECK(add_one(tx, user) == VITRINE_OK);
    OK(vitrine_transaction_abort(tx));
    FAILS(VITRINE_USAGE, "ended", vitrine_transaction_touch(tx, data->ref));
    return VITRINE_OK;
}

static vitrine_status fail_inside(vitrine_transaction* tx, void* user) {
    (void)user;
    return vitrine_transaction_touch(tx, 12345);
}

static void transact_runs_again_on_conflict(void) {
    vitrine_store* store = new_store("transact");
    use_items(store);
    work_data data = {store, store_item(store, 1, "nails"), 0, 3, VITRINE_OK};
    uint64_t version = 0, newest = 0;
    OK(vitrine_transact(store, NULL, add_one, &data, &version));
    OK(vitrine_store_version(store, &newest));
    CHECK(data.runs == 4);
    CHECK(version == newest);
    CHECK(newest_count(store, data.ref) == 301);

    data = (work_data){store, data.ref, 0, 2, VITRINE_OK};
    vitrine_transaction_options twice = {.struct_size = sizeof twice, .attempts = 2};
    FAILS(VITRINE_CONFLICT, "changed", vitrine_transact(store, &twice, add_one, &data, NULL));
    CHECK(data.runs == 2);

    // Anything but VITRINE_OK aborts, and comes out as it is.
    data = (work_data){store, data.ref, 0, 0, VITRINE_USER + 5};
    FAILS(VITRINE_USER + 5, "1005", vitrine_transact(store, NULL, add_one, &data, NULL));
    CHECK(data.runs == 1 && newest_count(store, data.ref) == 200);
    FAILS(VITRINE_NOT_FOUND, "#12345", vitrine_transact(store, NULL, fail_inside, NULL, NULL));

    data.answer = VITRINE_OK;
    OK(vitrine_store_version(store, &newest));
    OK(vitrine_transact(store, NULL, look_and_abort, &data, &version));
    CHECK(version == newest && newest_count(store, data.ref) == 200);
    FAILS(VITRINE_USAGE, "work", vitrine_transact(store, NULL, NULL, NULL, NULL));
    OK(vitrine_store_close(store));
    FAILS(VITRINE_USAGE, "closed", vitrine_transact(store, NULL, add_one, &data, NULL));
    vitrine_store_free(store);
}

static void savepoints_take_back(void) {
    vitrine_store* store = new_store("savepoint");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    const item_words two = item(2, "nails", 0), three = item(3, "nails", 0);
    vitrine_transaction *tx = begin(store), *other = begin(store);
    vitrine_savepoint first, second;
    vitrine_record record;
    OK(vitrine_transaction_replace(tx, ref, two.words, two.count));
    OK(vitrine_transaction_savepoint(tx, &first));
    OK(vitrine_transaction_replace(tx, ref, three.words, three.count));
    OK(vitrine_transaction_savepoint(tx, &second));
    FAILS(VITRINE_USAGE, "another transaction", vitrine_transaction_rollback_to(other, &first));
    OK(vitrine_transaction_rollback_to(tx, &first));
    OK(vitrine_transaction_get(tx, ref, ITEM, &record));
    CHECK(count_of(&record) == 2);
    FAILS(VITRINE_USAGE, "savepoint", vitrine_transaction_rollback_to(tx, &second));
    OK(vitrine_transaction_rollback_to(tx, &first));
    OK(vitrine_transaction_commit(tx, NULL));
    CHECK(newest_count(store, ref) == 2);
    FAILS(VITRINE_USAGE, "ended", vitrine_transaction_savepoint(tx, &first));
    vitrine_transaction_free(tx);
    vitrine_transaction_free(other);
    vitrine_store_free(store);
}

static void the_base_does_not_move(void) {
    vitrine_store* store = new_store("base");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    vitrine_transaction* tx = begin(store);
    vitrine_snapshot* base = NULL;
    uint64_t version = 0;
    change_item(store, ref, 2, "nails");
    OK(vitrine_transaction_commit(tx, &version));
    CHECK(version == 1);  // nothing was written
    OK(vitrine_transaction_base(tx, &base));
    vitrine_transaction_free(tx);
    vitrine_transaction_free(NULL);
    OK(vitrine_snapshot_version(base, &version));
    CHECK(version == 1);
    vitrine_snapshot_free(base);
    vitrine_store_free(store);
}

static void a_closed_store_ends_its_transactions(void) {
    vitrine_store* store = new_store("orphans");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    vitrine_transaction* tx = begin(store);
    vitrine_tree* tree = NULL;
    uint64_t size = 0;
    OK(vitrine_transaction_tree(tx, "tree", "string", "i64", &tree));
    OK(vitrine_store_close(store));
    FAILS(VITRINE_USAGE, "closed", vitrine_transaction_touch(tx, ref));
    FAILS(VITRINE_USAGE, "closed", vitrine_tree_size(tree, &size));
    OK(vitrine_transaction_abort(tx));
    vitrine_store_free(store);
    vitrine_transaction_free(tx);
    FAILS(VITRINE_USAGE, "ended", vitrine_tree_size(tree, &size));
    vitrine_tree_free(tree);
}

// -- two threads ---------------------------------------------------------------------------------

typedef struct foreign {
    vitrine_transaction* tx;
    vitrine_tree* tree;
    vitrine_cursor* cursor;
    vitrine_ref ref;
} foreign;

static void* use_foreign_transaction(void* user) {
    foreign* given = user;
    vitrine_record record;
    vitrine_entry entry;
    uint64_t number = 0;
    CHECK(strcmp(vitrine_last_error(), "") == 0);  // messages are a thread's own
    FAILS(VITRINE_USAGE, "another thread",
          vitrine_transaction_get(given->tx, given->ref, 0, &record));
    FAILS(VITRINE_USAGE, "another thread", vitrine_transaction_abort(given->tx));
    FAILS(VITRINE_USAGE, "another thread", vitrine_tree_size(given->tree, &number));
    FAILS(VITRINE_USAGE, "another thread", vitrine_tree_clear(given->tree));
    FAILS(VITRINE_USAGE, "another thread", vitrine_cursor_next(given->cursor, &entry));
    return NULL;
}

static vitrine_status lend_to_another_thread(vitrine_transaction* tx, void* user) {
    foreign* given = user;
    pthread_t thread;
    given->tx = tx;
    OK(vitrine_transaction_tree(tx, "tree", "string", "i64", &given->tree));
    OK(vitrine_tree_cursor(given->tree, NULL, &given->cursor));
    CHECK(pthread_create(&thread, NULL, use_foreign_transaction, given) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    vitrine_entry entry;
    CHECK(vitrine_cursor_next(given->cursor, &entry) == VITRINE_END);
    vitrine_cursor_free(given->cursor);
    vitrine_tree_free(given->tree);
    return VITRINE_OK;
}

static void* commit_in_another_thread(void* tx) {
    OK(vitrine_transaction_commit(tx, NULL));
    return NULL;
}

static void a_transaction_is_for_one_thread_at_a_time(void) {
    vitrine_store* store = new_store("threads");
    use_items(store);
    foreign given = {.ref = store_item(store, 1, "nails")};
    OK(vitrine_transact(store, NULL, lend_to_another_thread, &given, NULL));
    // Handed on between calls it may be.
    const item_words two = item(2, "nails", 0);
    pthread_t thread;
    vitrine_transaction* tx = begin(store);
    OK(vitrine_transaction_replace(tx, given.ref, two.words, two.count));
    CHECK(pthread_create(&thread, NULL, commit_in_another_thread, tx) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    vitrine_transaction_free(tx);
    CHECK(newest_count(store, given.ref) == 2);
    vitrine_store_free(store);
}

int main(void) {
    two_edits_of_one_object_conflict();
    isolation_is_a_choice();
    transact_runs_again_on_conflict();
    savepoints_take_back();
    the_base_does_not_move();
    a_closed_store_ends_its_transactions();
    a_transaction_is_for_one_thread_at_a_time();
    return 0;
}
