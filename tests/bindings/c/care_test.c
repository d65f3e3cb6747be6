// Verifying, backups and garbage.
#include "items.h"

static bool count_calls(void* user, uint64_t done, uint64_t total) {
    (void)done;
    (void)total;
    ++*(int*)user;
    return true;
}

static bool stop_at_once(void* user, uint64_t done, uint64_t total) {
    (void)user;
    (void)done;
    (void)total;
    return false;
}

static void make_garbage(vitrine_store* store, int count) {
    vitrine_transaction* tx = NULL;
    OK(vitrine_store_begin(store, NULL, &tx));
    for (int i = 0; i < count; ++i) {
        const item_words words = item(i, "garbage", 0);
        vitrine_ref ref = 0;
        OK(vitrine_transaction_create(tx, ITEM, words.words, words.count, &ref));
    }
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
}

static void a_sound_store_has_no_faults(void) {
    vitrine_store* store = new_store("sound");
    use_items(store);
    store_item(store, 1, "nails");
    make_garbage(store, 7000);
    const item_words words = item(1, "dangles", UINT64_C(1000000));
    vitrine_transaction* tx = NULL;
    vitrine_ref ref = 0;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_create(tx, ITEM, words.words, words.count, &ref));
    OK(vitrine_transaction_set_root(tx, "dangles", ref));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
    vitrine_verify_report* report = NULL;
    int calls = 0;
    OK(vitrine_store_verify(store, count_calls, &calls, &report));
    CHECK(calls > 0);
    CHECK(report->fault_count == 0);
    CHECK(report->objects == 7002);
    CHECK(report->roots == 2);
    CHECK(report->unreachable_objects == 7000 && report->unreachable_count == 1000);
    CHECK(report->unreachable[0] != 0 && report->bytes > 0 && report->versions >= 7002);
    CHECK(report->dangling_count == 1 && report->dangling[0]->object == ref);
    CHECK(report->dangling[0]->target == UINT64_C(1000000));
    CHECK(strstr(report->dangling[0]->path, "next") != NULL);
    vitrine_free(report);
    FAILS(VITRINE_CANCELLED, "", vitrine_store_verify(store, stop_at_once, NULL, &report));
    vitrine_free(NULL);
    vitrine_store_free(store);
}

static void damage_is_reported(void) {
    const char* path = place("damaged");
    vitrine_store* store = NULL;
    OK(vitrine_open(path, NULL, &store));
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "MARK-OF-THE-ITEM");
    vitrine_store_free(store);
    size_t size = 0;
    char* bytes = read_file(path, &size);
    int hits = 0;
    for (size_t i = 0; i + 16 < size; ++i) {
        if (memcmp(bytes + i, "MARK-OF-THE-ITEM", 16) != 0) continue;
        bytes[i] = 'm';
        ++hits;
    }
    CHECK(hits > 0);
    FILE* file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes, 1, size, file) == size);
    CHECK(fclose(file) == 0);
    free(bytes);

    vitrine_snapshot* snapshot = NULL;
    vitrine_record record;
    vitrine_hold* hold = NULL;
    OK(vitrine_open(path, NULL, &store));
    OK(vitrine_store_snapshot(store, &snapshot));
    char number[32];
    snprintf(number, sizeof number, "#%llu", (unsigned long long)ref);
    FAILS(VITRINE_CORRUPTION, number, vitrine_snapshot_get(snapshot, ref, 0, &record, &hold));
    vitrine_error_info info = {.struct_size = sizeof info};
    OK(vitrine_last_error_info(&info));
    CHECK(info.status == VITRINE_CORRUPTION && info.object == ref && info.version == 1);
    vitrine_verify_report* report = NULL;
    OK(vitrine_store_verify(store, NULL, NULL, &report));
    CHECK(report->fault_count > 0 && strlen(report->faults[0]->what) > 0);
    vitrine_free(report);
    vitrine_snapshot_free(snapshot);
    vitrine_store_free(store);
}

static void a_backup_is_a_store(void) {
    char path[64];
    vitrine_store* store = new_store("original");
    use_items(store);
    const vitrine_ref ref = store_item(store, 42, "nails");
    snprintf(path, sizeof path, "%s", place("copy"));
    vitrine_backup_report report = {.struct_size = sizeof report};
    int calls = 0;
    FAILS(VITRINE_CANCELLED, "", vitrine_store_backup(store, path, stop_at_once, NULL, NULL));
    FAILS(VITRINE_USAGE, "struct_size",
          vitrine_store_backup(store, path, NULL, NULL, &(vitrine_backup_report){0}));
    OK(vitrine_store_backup(store, path, count_calls, &calls, &report));
    CHECK(report.version == 1 && report.rows > 0 && report.bytes > 0 && calls > 0);
    FAILS(VITRINE_STORAGE, path, vitrine_store_backup(store, path, NULL, NULL, NULL));
    vitrine_store_free(store);
    OK(vitrine_open(path, NULL, &store));
    CHECK(newest_count(store, ref) == 42);
    vitrine_store_free(store);
}

static void what_no_root_leads_to_is_erased(void) {
    vitrine_store* store = new_store("garbage");
    use_items(store);
    const vitrine_ref ref = store_item(store, 1, "nails");
    make_garbage(store, 5000);
    FAILS(VITRINE_CANCELLED, "", vitrine_store_collect_garbage(store, stop_at_once, NULL, NULL));
    vitrine_gc_report report = {.struct_size = sizeof report};
    int calls = 0;
    OK(vitrine_store_collect_garbage(store, count_calls, &calls, &report));
    CHECK(report.objects_erased == 5000 && report.objects_reachable >= 1 && report.bytes_freed > 0);
    CHECK(report.objects_examined >= 5001 && report.commits > 0);
    OK(vitrine_store_collect_garbage(store, NULL, NULL, NULL));
    CHECK(newest_count(store, ref) == 1);
    vitrine_store_free(store);
}

int main(void) {
    a_sound_store_has_no_faults();
    damage_is_reported();
    a_backup_is_a_store();
    what_no_root_leads_to_is_erased();
    return 0;
}
