// Threads that share a snapshot and a tree while others commit.
#include <pthread.h>
#include <stdatomic.h>

#include "items.h"

enum { kThreads = 4, kAccounts = 50, kTransfers = 100 };

static vitrine_store* store;
static atomic_bool done;

static vitrine_key key_of(int64_t account) {
    vitrine_key key;
    OK(vitrine_key_signed(account, &key));
    return key;
}

static vitrine_status fill(vitrine_transaction* tx, void* user) {
    (void)user;
    vitrine_tree* tree = NULL;
    OK(vitrine_transaction_tree(tx, "accounts", "i64", "i64", &tree));
    for (int64_t i = 0; i < kAccounts; ++i) {
        const vitrine_key key = key_of(i);
        const int64_t hundred = 100;
        OK(vitrine_tree_put(tree, key.bytes, key.size, &hundred, 8));
    }
    vitrine_tree_free(tree);
    return VITRINE_OK;
}

static vitrine_status transfer(vitrine_transaction* tx, void* user) {
    const unsigned* pick = user;
    vitrine_tree* tree = NULL;
    vitrine_status status = vitrine_transaction_tree(tx, "accounts", "i64", "i64", &tree);
    for (int side = 0; status == VITRINE_OK && side < 2; ++side) {
        const vitrine_key key = key_of(pick[side] % kAccounts);
        int64_t balance = 0;
        status = vitrine_tree_copy(tree, key.bytes, key.size, &balance, 8, NULL);
        balance += side == 0 ? -1 : 1;
        if (status == VITRINE_OK) status = vitrine_tree_put(tree, key.bytes, key.size, &balance, 8);
    }
    vitrine_tree_free(tree);
    return status;
}

static void* write_side(void* user) {
    unsigned seed = *(unsigned*)user;
    const vitrine_transaction_options options = {.struct_size = sizeof options, .attempts = 1000};
    for (int i = 0; i < kTransfers; ++i) {
        seed = seed * 1103515245u + 12345u;
        unsigned pick[2] = {seed >> 8, seed >> 16};
        OK(vitrine_transact(store, &options, transfer, pick, NULL));
    }
    return NULL;
}

static int64_t sum_of(const vitrine_tree* tree) {
    vitrine_cursor* cursor = NULL;
    int64_t balances[kAccounts + 1], sum = 0;
    size_t count = 0;
    OK(vitrine_tree_cursor(tree, NULL, &cursor));
    OK(vitrine_cursor_next_words(cursor, NULL, (uint64_t*)balances, kAccounts + 1, &count));
    CHECK(count == kAccounts);
    for (size_t i = 0; i < count; ++i) sum += balances[i];
    vitrine_cursor_free(cursor);
    return sum;
}

static void* read_side(void* shared) {
    while (!atomic_load(&done)) {
        vitrine_snapshot* snapshot = NULL;
        vitrine_tree* tree = NULL;
        OK(vitrine_store_snapshot(store, &snapshot));
        OK(vitrine_snapshot_tree(snapshot, "accounts", "i64", "i64", &tree));
        vitrine_snapshot_free(snapshot);
        CHECK(sum_of(tree) == 100 * kAccounts);
        vitrine_tree_free(tree);
        const vitrine_key key = key_of(7);  // the shared one stays as it was
        int64_t balance = 0;
        OK(vitrine_tree_copy(shared, key.bytes, key.size, &balance, 8, NULL));
        CHECK(balance == 100);
        OK(vitrine_store_trim_cache(store));
    }
    return NULL;
}

int main(void) {
    vitrine_open_options options = {.struct_size = sizeof options, .flags = VITRINE_OPEN_DEFERRED};
    vitrine_snapshot* snapshot = NULL;
    vitrine_tree* shared = NULL;
    pthread_t readers[kThreads], writers[kThreads];
    unsigned seeds[kThreads];
    OK(vitrine_open(place("many"), &options, &store));
    OK(vitrine_transact(store, NULL, fill, NULL, NULL));
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_tree(snapshot, "accounts", "i64", "i64", &shared));
    for (int i = 0; i < kThreads; ++i) {
        seeds[i] = 7u + (unsigned)i;
        CHECK(pthread_create(&readers[i], NULL, read_side, shared) == 0);
        CHECK(pthread_create(&writers[i], NULL, write_side, &seeds[i]) == 0);
    }
    for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(writers[i], NULL) == 0);
    atomic_store(&done, true);
    for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(readers[i], NULL) == 0);
    uint64_t version = 0;
    OK(vitrine_store_version(store, &version));
    CHECK(version > kThreads * kTransfers / 2);
    vitrine_tree_free(shared);
    vitrine_snapshot_free(snapshot);
    vitrine_store_free(store);
    return 0;
}
