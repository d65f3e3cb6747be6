// What is on the shelves of a shop: a tree of (shelf, article) -> count, changed in transactions,
// and looked at as it was and as it is. Run it again: the file is still there.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vitrine.h>

// A reason of our own for a transaction not to happen.
enum { OUT_OF_STOCK = VITRINE_USER + 1 };

static const char* const kKeys = "(string,string)";
static const char* const kCounts = "i64";

static void require(vitrine_status status) {
    if (status == VITRINE_OK) return;
    fprintf(stderr, "%s: %s\n", vitrine_status_name(status), vitrine_last_error());
    exit(1);
}

static vitrine_field text(const char* text) {
    return (vitrine_field){VITRINE_BYTES, {.b = {text, strlen(text)}}};
}

typedef struct goods {
    const char* shelf;
    const char* article;
    int64_t count;
} goods;

static vitrine_status encode(const goods* what, vitrine_key* key) {
    const vitrine_field fields[] = {text(what->shelf), text(what->article)};
    return vitrine_key_encode(kKeys, fields, 2, key);
}

// Goods come in. Adding conflicts with no other adding, so any number of deliveries go on at once.
static vitrine_status receive(vitrine_transaction* tx, void* user) {
    const goods* what = user;
    vitrine_key key;
    vitrine_tree* stock = NULL;
    vitrine_status status = encode(what, &key);
    if (status == VITRINE_OK)
        status = vitrine_transaction_tree(tx, "stock", kKeys, kCounts, &stock);
    if (status == VITRINE_OK) status = vitrine_tree_add(stock, key.bytes, key.size, what->count);
    vitrine_tree_free(stock);
    return status;
}

// Goods go out, if there are as many. What was read is still so when it is committed, or it runs
// again.
static vitrine_status sell(vitrine_transaction* tx, void* user) {
    const goods* what = user;
    vitrine_key key;
    vitrine_tree* stock = NULL;
    int64_t left = 0;
    vitrine_status status = encode(what, &key);
    if (status == VITRINE_OK)
        status = vitrine_transaction_tree(tx, "stock", kKeys, kCounts, &stock);
    if (status == VITRINE_OK)
        status = vitrine_tree_copy(stock, key.bytes, key.size, &left, sizeof left, NULL);
    left -= what->count;
    if (status == VITRINE_OK && left < 0) status = OUT_OF_STOCK;  // and nothing was changed
    if (status == VITRINE_OK)
        status = vitrine_tree_put(stock, key.bytes, key.size, &left, sizeof left);
    vitrine_tree_free(stock);
    return status;
}

// All articles of a shelf: the keys whose first field it is.
static void print_shelf(const vitrine_snapshot* snapshot, const char* shelf, const char* when) {
    const vitrine_field field = text(shelf);
    vitrine_key prefix, scratch;
    vitrine_tree* stock = NULL;
    vitrine_cursor* cursor = NULL;
    vitrine_entry entry;
    vitrine_status status;
    require(vitrine_key_encode(kKeys, &field, 1, &prefix));
    const vitrine_bounds bounds = {.struct_size = sizeof bounds,
                                   .prefix = {prefix.bytes, prefix.size}};
    require(vitrine_snapshot_tree(snapshot, "stock", kKeys, kCounts, &stock));
    require(vitrine_tree_cursor(stock, &bounds, &cursor));
    printf("%s, %s:", shelf, when);
    while ((status = vitrine_cursor_next(cursor, &entry)) == VITRINE_OK) {
        vitrine_field fields[2];
        int64_t count;
        require(
            vitrine_key_decode(kKeys, entry.key.data, entry.key.size, fields, 2, NULL, &scratch));
        memcpy(&count, entry.value.data, sizeof count);
        printf("  %.*s %" PRId64, (int)fields[1].value.b.size, (const char*)fields[1].value.b.data,
               count);
    }
    printf("\n");
    if (status != VITRINE_END) require(status);
    vitrine_cursor_free(cursor);
    vitrine_tree_free(stock);
}

int main(void) {
    const vitrine_transaction_options delivery = {.struct_size = sizeof delivery,
                                                  .note = "a delivery"};
    goods deliveries[] = {{"tools", "hammer", 5}, {"tools", "saw", 2}, {"garden", "hose", 3}};
    vitrine_store* store = NULL;
    vitrine_snapshot *before = NULL, *now = NULL;

    require(vitrine_open("stock.vitrine", NULL, &store));
    for (size_t i = 0; i < sizeof deliveries / sizeof *deliveries; ++i)
        require(vitrine_transact(store, &delivery, receive, &deliveries[i], NULL));

    // A snapshot is the whole store at one moment: it stays so, whatever is sold.
    require(vitrine_store_snapshot(store, &before));
    require(vitrine_transact(store, NULL, sell, &(goods){"tools", "hammer", 4}, NULL));
    require(vitrine_store_snapshot(store, &now));
    print_shelf(before, "tools", "before");
    print_shelf(now, "tools", "now");

    if (vitrine_transact(store, NULL, sell, &(goods){"tools", "saw", 100}, NULL) == OUT_OF_STOCK)
        printf("there are no 100 saws\n");
    if (vitrine_transact(store, NULL, sell, &(goods){"garden", "pond", 1}, NULL) ==
        VITRINE_NOT_FOUND)
        printf("%s\n", vitrine_last_error());

    vitrine_snapshot_free(before);
    vitrine_snapshot_free(now);
    require(vitrine_store_close(store));  // tells what freeing would have to swallow
    vitrine_store_free(store);
    return 0;
}
