// What a program says about its structs, and what a store says about its own.
#include "items.h"

static void types_are_found_by_name(void) {
    vitrine_schema* schema = parse_schema(STOCK_SCHEMA);
    uint64_t type = 0;
    OK(vitrine_schema_type(schema, "Item", &type));
    CHECK(type == ITEM);
    OK(vitrine_schema_type(schema, "Outer.Inner", &type));
    CHECK(type == UINT64_C(0xcf0e31e0b2a87d04));
    FAILS(VITRINE_NOT_FOUND, "Nothing", vitrine_schema_type(schema, "Nothing", &type));
    vitrine_schema_free(schema);
    vitrine_schema_free(NULL);
}

static void a_store_knows_what_was_used(void) {
    vitrine_store* store = new_store("types");
    vitrine_schema* schema = parse_schema(STOCK_SCHEMA);
    vitrine_types* types = NULL;
    OK(vitrine_store_types(store, &types));
    CHECK(types->count == 0);
    vitrine_free(types);
    OK(vitrine_store_use_type(store, schema, ITEM));
    OK(vitrine_store_use_type(store, schema, ITEM));
    OK(vitrine_store_use_type(store, schema, OUTER));
    FAILS(VITRINE_NOT_FOUND, "0x0000000000000007", vitrine_store_use_type(store, schema, 7));
    store_item(store, 1, "first");
    OK(vitrine_store_types(store, &types));

    // The store's own nodes are a schema as good as the program's.
    vitrine_bytes nodes[16];
    bool found = false;
    CHECK(types->count > 3 && types->count <= 16);
    for (size_t i = 0; i < types->count; ++i) {
        nodes[i] = types->items[i]->node;
        if (types->items[i]->type == ITEM) found = strcmp(types->items[i]->name, "Item") == 0;
    }
    CHECK(found);
    vitrine_schema* again = NULL;
    OK(vitrine_schema_of_nodes(nodes, types->count, &again));
    OK(vitrine_store_use_type(store, again, ITEM));
    OK(vitrine_store_use_type(store, again, OUTER));
    vitrine_schema_free(again);

    // One node alone is not all of a struct that has others inside.
    for (size_t i = 0; i < types->count; ++i) {
        if (types->items[i]->type != OUTER) continue;
        OK(vitrine_schema_of_nodes(&nodes[i], 1, &again));
        FAILS(VITRINE_SCHEMA, "which Outer needs", vitrine_store_use_type(store, again, OUTER));
        vitrine_schema_free(again);
    }
    vitrine_free(types);
    vitrine_schema_free(schema);
    vitrine_store_free(store);
}

static void another_meaning_is_refused(void) {
    vitrine_store* store = new_store("changed");
    vitrine_schema* changed = parse_schema(CHANGED_SCHEMA);
    use_items(store);
    FAILS(VITRINE_SCHEMA, "count", vitrine_store_use_type(store, changed, ITEM));
    vitrine_schema_free(changed);
    vitrine_store_free(store);
}

static void a_group_is_no_type_of_objects(void) {
    vitrine_store* store = new_store("groups");
    vitrine_schema* schema = parse_schema(STOCK_SCHEMA);
    vitrine_transaction* tx = NULL;
    vitrine_types* types = NULL;
    OK(vitrine_store_use_type(store, schema, OUTER));
    const uint64_t outer[] = {struct_pointer(0, 1, 1), 0, 0};
    vitrine_ref ref = 0;
    OK(vitrine_store_begin(store, NULL, &tx));
    OK(vitrine_transaction_create(tx, OUTER, outer, 3, &ref));
    OK(vitrine_transaction_commit(tx, NULL));
    vitrine_transaction_free(tx);
    OK(vitrine_store_types(store, &types));
    int groups = 0;
    OK(vitrine_store_begin(store, NULL, &tx));
    for (size_t i = 0; i < types->count; ++i) {
        if (strcmp(types->items[i]->name, "Outer.group") != 0) continue;
        ++groups;
        FAILS(VITRINE_SCHEMA, "no struct",
              vitrine_transaction_create(tx, types->items[i]->type, outer, 3, &ref));
    }
    CHECK(groups == 1);
    vitrine_transaction_free(tx);
    vitrine_free(types);
    vitrine_schema_free(schema);
    vitrine_store_free(store);
}

// Cut, changed at any byte, or something else: a schema, or an error that says so.
static void damaged_requests_are_errors(void) {
    size_t size = 0;
    char* request = read_file(STOCK_SCHEMA, &size);
    vitrine_schema* schema = NULL;
    FAILS(VITRINE_SCHEMA, "empty", vitrine_schema_parse(request, 0, &schema));
    FAILS(VITRINE_SCHEMA, "no schema", vitrine_schema_parse(request, size / 2, &schema));
    FAILS(VITRINE_SCHEMA, "no schema", vitrine_schema_parse("what is this?", 13, &schema));
    int refused = 0;
    for (size_t i = 0; i < size; ++i) {
        request[i] ^= 0x55;
        const vitrine_status status = vitrine_schema_parse(request, size, &schema);
        CHECK(status == VITRINE_OK || status == VITRINE_SCHEMA);
        if (status == VITRINE_OK) vitrine_schema_free(schema);
        refused += status != VITRINE_OK;
        request[i] ^= 0x55;
    }
    CHECK(refused > 0);
    const vitrine_bytes nothing = {"12345678", 8};
    FAILS(VITRINE_SCHEMA, "no schema", vitrine_schema_of_nodes(&nothing, 1, &schema));
    free(request);
}

// {0, n} before flat words makes the message that Cap'n Proto libraries write, and back.
static void messages_become_flat(void) {
    const item_words words = item(7, "seven", 0);
    uint64_t message[17] = {(uint64_t)words.count << 32};
    memcpy(message + 1, words.words, sizeof words.words);
    vitrine_words* flat = NULL;
    OK(vitrine_flatten(message, (words.count + 1) * 8, &flat));
    CHECK(flat->count == words.count && memcmp(flat->words, words.words, words.count * 8) == 0);
    vitrine_free(flat);
    // Two segments: the second one has the struct.
    const uint64_t far[] = {UINT64_C(1) | UINT64_C(1) << 32, 2, 2 | UINT64_C(1) << 32,
                            struct_pointer(0, 1, 0), 42};
    OK(vitrine_flatten(far, sizeof far, &flat));
    CHECK(flat->count == 2 && flat->words[1] == 42);
    vitrine_free(flat);
    FAILS(VITRINE_USAGE, "empty", vitrine_flatten(message, 0, &flat));
    FAILS(VITRINE_USAGE, "no message", vitrine_flatten(message, 16, &flat));
    message[1] = text_pointer(0, 8);
    FAILS(VITRINE_USAGE, "message", vitrine_flatten(message, (words.count + 1) * 8, &flat));
}

int main(void) {
    types_are_found_by_name();
    a_store_knows_what_was_used();
    another_meaning_is_refused();
    a_group_is_no_type_of_objects();
    damaged_requests_are_errors();
    messages_become_flat();
    return 0;
}
