// Opening, closing, sizes and waiting.
#include "check.h"

static void opens_closes_and_opens_again(void) {
    const char* path = place("store");
    vitrine_store* store = NULL;
    vitrine_store* other = NULL;
    uint64_t version = 9;
    OK(vitrine_open(path, NULL, &store));
    OK(vitrine_store_version(store, &version));
    CHECK(version == 0);
    FAILS(VITRINE_STORAGE, path, vitrine_open(path, NULL, &other));
    CHECK(other == NULL);
    OK(vitrine_store_close(store));
    OK(vitrine_store_close(store));
    FAILS(VITRINE_USAGE, "closed", vitrine_store_version(store, &version));
    OK(vitrine_open(path, NULL, &other));
    vitrine_store_free(store);
    vitrine_store_free(other);
    vitrine_store_free(NULL);
}

static void options_are_checked(void) {
    vitrine_store* store = NULL;
    vitrine_open_options options = {.struct_size = sizeof options};
    options.flags = VITRINE_OPEN_EXISTING;
    FAILS(VITRINE_STORAGE, "nowhere", vitrine_open("nowhere.vitrine", &options, &store));
    options.flags = 1u << 30;
    FAILS(VITRINE_USAGE, "0x40000000", vitrine_open(place("options"), &options, &store));
    options.flags = VITRINE_OPEN_NO_LOG;
    options.log_bytes = 5;
    FAILS(VITRINE_USAGE, "log", vitrine_open(place("options"), &options, &store));
    options = (vitrine_open_options){.struct_size = sizeof options, .retention = 77};
    FAILS(VITRINE_USAGE, "77", vitrine_open(place("options"), &options, &store));
    options = (vitrine_open_options){.struct_size = 0};
    FAILS(VITRINE_USAGE, "struct_size", vitrine_open(place("options"), &options, &store));
    FAILS(VITRINE_USAGE, "path", vitrine_open(NULL, NULL, &store));
    FAILS(VITRINE_USAGE, "store", vitrine_open(place("options"), NULL, NULL));
    CHECK(store == NULL);
}

// A program of a later release has larger structs: what it sets there is known or refused.
static void structs_may_grow(void) {
    struct {
        vitrine_open_options known;
        uint64_t later;
    } grown = {{.struct_size = sizeof grown}, 0};
    vitrine_store* store = NULL;
    OK(vitrine_open(place("grown"), &grown.known, &store));
    vitrine_store_free(store);
    grown.later = 1;
    FAILS(VITRINE_USAGE, "this release", vitrine_open(place("grown"), &grown.known, &store));

    struct {
        vitrine_stats known;
        uint64_t later;
    } stats = {{.struct_size = sizeof stats}, 7};
    OK(vitrine_open(place("grown"), NULL, &store));
    OK(vitrine_store_stats(store, &stats.known));
    CHECK(stats.later == 0 && stats.known.struct_size == sizeof stats);
    // And of an older one smaller.
    vitrine_stats whole = {.struct_size = offsetof(vitrine_stats, file_bytes), .file_bytes = 7};
    OK(vitrine_store_stats(store, &whole));
    CHECK(whole.file_bytes == 7);
    vitrine_store_free(store);
}

static void retention_is_stored(void) {
    const char* path = place("retention");
    vitrine_open_options options = {.struct_size = sizeof options,
                                    .retention = VITRINE_RETENTION_COMMITS,
                                    .retention_amount = 5};
    vitrine_retention retention = 0;
    uint64_t amount = 0, oldest = 1;
    vitrine_store* store = NULL;
    OK(vitrine_open(path, &options, &store));
    vitrine_store_free(store);
    OK(vitrine_open(path, NULL, &store));
    OK(vitrine_store_retention(store, &retention, &amount, &oldest));
    CHECK(retention == VITRINE_RETENTION_COMMITS && amount == 5 && oldest == 0);
    OK(vitrine_store_retention(store, NULL, NULL, NULL));
    vitrine_store_free(store);
    const vitrine_retention kinds[] = {VITRINE_RETENTION_NONE, VITRINE_RETENTION_DURATION,
                                       VITRINE_RETENTION_FOREVER};
    for (size_t i = 0; i < 3; ++i) {
        options.retention = kinds[i];
        options.retention_amount = UINT64_MAX;
        OK(vitrine_open(path, &options, &store));
        OK(vitrine_store_retention(store, &retention, &amount, NULL));
        CHECK(retention == kinds[i]);
        CHECK((amount == INT64_MAX) == (retention == VITRINE_RETENTION_DURATION));
        vitrine_store_free(store);
    }
}

static void commit_name(vitrine_store* store) {
    vitrine_transaction* tx = NULL;
    vitrine_tree* tree = NULL;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_tree(tx, "names", "string", "unit", &tree));
    OK(vitrine_tree_put(tree, "a", 1, NULL, 0));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_tree_free(tree);
    vitrine_transaction_free(tx);
}

static void deferred_commits_become_durable(void) {
    vitrine_open_options options = {.struct_size = sizeof options,
                                    .flags = VITRINE_OPEN_DEFERRED | VITRINE_OPEN_CHECK_STRUCTURE,
                                    .flush_interval_ms = 60000,
                                    .cache_bytes = 1 << 20,
                                    .log_bytes = 1 << 20};
    vitrine_store* store = NULL;
    uint64_t version = 0, durable = 0;
    OK(vitrine_open(place("deferred"), &options, &store));
    commit_name(store);
    OK(vitrine_store_flush(store, &version));
    OK(vitrine_store_durable_version(store, &durable));
    CHECK(version == 1 && durable >= 1);
    OK(vitrine_store_flush(store, NULL));
    OK(vitrine_store_trim_cache(store));
    vitrine_stats stats = {.struct_size = sizeof stats};
    OK(vitrine_store_stats(store, &stats));
    CHECK(stats.commits == 1 && stats.objects_written > 0 && stats.file_bytes > 0);
    vitrine_store_free(store);
}

static void read_only_refuses_to_write(void) {
    const char* path = place("reading");
    vitrine_store* store = NULL;
    vitrine_transaction* tx = NULL;
    OK(vitrine_open(path, NULL, &store));
    commit_name(store);
    vitrine_store_free(store);
    vitrine_open_options options = {.struct_size = sizeof options,
                                    .flags = VITRINE_OPEN_READ_ONLY | VITRINE_OPEN_NO_LOG};
    OK(vitrine_open(path, &options, &store));
    FAILS(VITRINE_USAGE, "read only", vitrine_store_begin(store, NULL, &tx));
    FAILS(VITRINE_USAGE, "", vitrine_store_collect_garbage(store, NULL, NULL, NULL));
    vitrine_store_free(store);
}

static void a_file_that_is_no_store_is_refused(void) {
    const char* path = place("text");
    FILE* file = fopen(path, "w");
    CHECK(file != NULL);
    for (int i = 0; i < 2000; ++i) fputs("not a store\n", file);
    fclose(file);
    vitrine_store* store = NULL;
    FAILS(VITRINE_STORAGE, "text.vitrine", vitrine_open(path, NULL, &store));
    vitrine_error_info info = {.struct_size = sizeof info};
    OK(vitrine_last_error_info(&info));
    CHECK(info.status == VITRINE_STORAGE && info.version == 0 && info.key[0] == 0);
}

static void names_are_told(void) {
    for (vitrine_status status = VITRINE_OK; status <= VITRINE_INTERNAL; ++status)
        CHECK(strncmp(vitrine_status_name(status), "VITRINE_", 8) == 0);
    CHECK(strcmp(vitrine_status_name(VITRINE_CONFLICT), "VITRINE_CONFLICT") == 0);
    CHECK(strcmp(vitrine_status_name(-1), "unknown") == 0);
    CHECK(strcmp(vitrine_status_name(VITRINE_USER), "unknown") == 0);
    CHECK(strcmp(vitrine_library_version(), LIBRARY_VERSION) == 0);
}

int main(void) {
    CHECK(strcmp(vitrine_last_error(), "") == 0);
    opens_closes_and_opens_again();
    options_are_checked();
    structs_may_grow();
    retention_is_stored();
    deferred_commits_become_durable();
    read_only_refuses_to_write();
    a_file_that_is_no_store_is_refused();
    names_are_told();
    return 0;
}
