#ifndef ITEMS_H
#define ITEMS_H

#include "check.h"

#define ITEM UINT64_C(0xcf0e31e0b2a87d01)
#define ARTICLE UINT64_C(0xcf0e31e0b2a87d02)
#define OUTER UINT64_C(0xcf0e31e0b2a87d03)
#define ITEM_KIND "struct 0xcf0e31e0b2a87d01"

/** The words of an Item or Article (capnproto.org/encoding.html): root pointer, count, pointers
 *  to name and next, the name's bytes, the id in next. */
typedef struct item_words {
    uint64_t words[16];
    size_t count;
} item_words;

static inline uint64_t struct_pointer(uint64_t offset, uint64_t data, uint64_t pointers) {
    return offset << 2 | data << 32 | pointers << 48;
}
static inline uint64_t text_pointer(uint64_t offset, uint64_t bytes) {
    return 1 | offset << 2 | UINT64_C(2) << 32 | bytes << 35;
}

static inline item_words item(int64_t count, const char* name, vitrine_ref next) {
    const size_t bytes = strlen(name) + 1;
    const size_t name_words = (bytes + 7) / 8;
    item_words item = {{0}, 4 + name_words};
    CHECK(4 + name_words + 1 <= 16);
    item.words[0] = struct_pointer(0, 1, 2);
    item.words[1] = (uint64_t)count;
    item.words[2] = text_pointer(1, bytes);
    memcpy(&item.words[4], name, bytes);
    if (next != 0) {
        item.words[3] = struct_pointer(name_words, 1, 0);
        item.words[item.count++] = next;
    }
    return item;
}

static inline int64_t count_of(const vitrine_record* record) { return (int64_t)record->words[1]; }
static inline const char* name_of(const vitrine_record* record) {
    const uint64_t pointer = record->words[2];
    return (const char*)&record->words[3 + ((uint32_t)pointer >> 2)];
}

/** A whole file in memory: the caller's, to free(). */
static inline void* read_file(const char* path, size_t* size) {
    FILE* file = fopen(path, "rb");
    CHECK(file != NULL);
    CHECK(fseek(file, 0, SEEK_END) == 0);
    *size = (size_t)ftell(file);
    rewind(file);
    void* bytes = malloc(*size);
    CHECK(bytes != NULL && fread(bytes, 1, *size, file) == *size);
    fclose(file);
    return bytes;
}

/** What `capnp compile -o-` printed, when the tests were built. */
static inline vitrine_schema* parse_schema(const char* path) {
    size_t size = 0;
    void* request = read_file(path, &size);
    vitrine_schema* schema = NULL;
    OK(vitrine_schema_parse(request, size, &schema));
    free(request);
    return schema;
}

/** Makes the store know Items. */
static inline void use_items(vitrine_store* store) {
    vitrine_schema* schema = parse_schema(STOCK_SCHEMA);
    OK(vitrine_store_use_type(store, schema, ITEM));
    vitrine_schema_free(schema);
}

/** Commits a new item, as a root of its name. */
static inline vitrine_ref store_item(vitrine_store* store, int64_t count, const char* name) {
    const item_words words = item(count, name, 0);
    vitrine_transaction* tx = NULL;
    vitrine_ref ref = 0;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_create(tx, ITEM, words.words, words.count, &ref));
    OK(vitrine_transaction_set_root(tx, name, ref));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
    return ref;
}

/** Commits another count of an item; tells the commit's number. */
static inline uint64_t change_item(vitrine_store* store, vitrine_ref ref, int64_t count,
                                   const char* name) {
    const item_words words = item(count, name, 0);
    vitrine_transaction* tx = NULL;
    uint64_t version = 0;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_replace(tx, ref, words.words, words.count));
    OK(vitrine_transaction_commit(tx, &version));
    vitrine_transaction_free(tx);
    return version;
}

/** What the newest commit has as an item's count. */
static inline int64_t newest_count(vitrine_store* store, vitrine_ref ref) {
    vitrine_snapshot* snapshot = NULL;
    vitrine_hold* hold = NULL;
    vitrine_record record;
    OK(vitrine_store_snapshot(store, &snapshot));
    OK(vitrine_snapshot_get(snapshot, ref, ITEM, &record, &hold));
    const int64_t count = count_of(&record);
    vitrine_hold_free(hold);
    vitrine_snapshot_free(snapshot);
    return count;
}

#endif
