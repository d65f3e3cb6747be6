// Handles made, used and freed again and again: usage: cycles_test ROUNDS
// The address sanitizer finds what is left over; else the process's memory must not grow.
#include <unistd.h>

#include "items.h"

static long resident_pages(void) {
    long total = 0, resident = 0;
    FILE* file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fscanf(file, "%ld %ld", &total, &resident) == 2);
    fclose(file);
    return resident;
}

static void read_round(vitrine_store* store, vitrine_ref ref) {
    vitrine_snapshot *snapshot = NULL, *copy = NULL;
    vitrine_record record;
    vitrine_hold *hold = NULL, *value_hold = NULL;
    vitrine_tree* tree = NULL;
    vitrine_cursor* cursor = NULL;
    vitrine_view* view = NULL;
    vitrine_bytes value;
    vitrine_entry entry;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_copy(snapshot, &copy));
    OK(vitrine_snapshot_get(snapshot, ref, ITEM, &record, &hold));
    OK(vitrine_snapshot_tree(snapshot, "tree", "string", "string", &tree));
    vitrine_snapshot_free(snapshot);
    OK(vitrine_tree_get(tree, "key", 3, &value, &value_hold));
    CHECK(value.size == 5 && memcmp(value.data, "value", 5) == 0);
    OK(vitrine_tree_cursor(tree, NULL, &cursor));
    OK(vitrine_cursor_next(cursor, &entry));
    OK(vitrine_snapshot_view(copy, &view));
    OK(vitrine_view_get(view, ref, ITEM, &record));
    vitrine_view_free(view);
    vitrine_cursor_free(cursor);
    vitrine_hold_free(value_hold);
    vitrine_tree_free(tree);
    vitrine_snapshot_free(copy);
    CHECK(count_of(&(vitrine_record){.words = record.words}) == 1);
    vitrine_hold_free(hold);
}

static void write_round(vitrine_store* store, int64_t round) {
    vitrine_transaction* tx = NULL;
    vitrine_tree* tree = NULL;
    vitrine_ref ref = 0;
    const item_words words = item(round, "short-lived", 0);
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_create(tx, ITEM, words.words, words.count, &ref));
    OK(vitrine_transaction_tree(tx, "tree", "string", "string", &tree));
    OK(vitrine_tree_put(tree, "key", 3, "other", 5));
    vitrine_transaction_free(tx);  // which aborts
    CHECK(vitrine_tree_clear(tree) == VITRINE_USAGE);
    vitrine_tree_free(tree);
}

static void list_round(vitrine_store* store) {
    vitrine_snapshot* snapshot = NULL;
    vitrine_roots* roots = NULL;
    vitrine_commits* commits = NULL;
    vitrine_history* history = NULL;
    vitrine_schema* schema = parse_schema(STOCK_SCHEMA);
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_roots(snapshot, &roots));
    OK(vitrine_store_commits(store, 0, 10, &commits));
    OK(vitrine_store_history(store, roots->items[0]->ref, &history));
    vitrine_free(roots);
    vitrine_free(commits);
    vitrine_free(history);
    vitrine_schema_free(schema);
    vitrine_snapshot_free(snapshot);
}

int main(int argc, char** argv) {
    CHECK(argc == 2);
    const long rounds = atol(argv[1]);
    CHECK(rounds >= 10);
    vitrine_store* store = new_store("cycles");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    vitrine_transaction* tx = NULL;
    vitrine_tree* tree = NULL;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_tree(tx, "tree", "string", "string", &tree));
    OK(vitrine_tree_put(tree, "key", 3, "value", 5));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_tree_free(tree);
    vitrine_transaction_free(tx);
    long before = 0;
    for (long round = 0; round < rounds; ++round) {
        if (round == rounds / 10) before = resident_pages();
        read_round(store, ref);
        write_round(store, round);
        if (round % 1000 == 0) list_round(store);
    }
    const long grown = (resident_pages() - before) * sysconf(_SC_PAGESIZE);
    printf("%ld rounds; grew by %ld KiB after the first tenth\n", rounds, grown / 1024);
    // A leak of one byte in each of the rounds after the first tenth shows, when there are many.
    CHECK(IN_SANITIZER || grown < (1 << 20) + rounds * 9 / 10);
    vitrine_store_free(store);
    for (int i = 0; i < 20; ++i) {
        store = new_store("cycles");
        use_items(store);
        store_item(store, i, "nails");
        vitrine_store_free(store);
    }
    return 0;
}
