#include <inttypes.h>
#include <stdio.h>
#include <vitrine.h>

static vitrine_status count_visit(vitrine_transaction* tx, void* name) {
    vitrine_tree* visits = NULL;
    vitrine_status status = vitrine_transaction_tree(tx, "visits", "string", "u64", &visits);
    if (status == VITRINE_OK) status = vitrine_tree_add(visits, name, 3, 1);
    vitrine_tree_free(visits);
    return status;
}

int main(void) {
    vitrine_store* store = NULL;
    vitrine_snapshot* snapshot = NULL;
    vitrine_tree* visits = NULL;
    uint64_t count = 0;
    if (vitrine_open("visits.vitrine", NULL, &store) != VITRINE_OK ||
        vitrine_transact(store, NULL, count_visit, "ann", NULL) != VITRINE_OK ||
        vitrine_store_snapshot(store, &snapshot) != VITRINE_OK ||
        vitrine_snapshot_tree(snapshot, "visits", "string", "u64", &visits) != VITRINE_OK ||
        vitrine_tree_copy(visits, "ann", 3, &count, sizeof count, NULL) != VITRINE_OK) {
        fprintf(stderr, "visits: %s\n", vitrine_last_error());
        return 1;
    }
    printf("ann was here %" PRIu64 " times\n", count);
    vitrine_tree_free(visits);
    vitrine_snapshot_free(snapshot);
    vitrine_store_free(store);
    return 0;
}
