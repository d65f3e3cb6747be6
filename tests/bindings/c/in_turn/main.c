// Gives the book Emma of examples/quickstart ten more copies, in the file that the C++ program
// made: usage: in_turn FILE
#include <stdint.h>

#include "tests/bindings/c/check.h"

enum { kTen = 10, kMostWords = 64 };

static vitrine_status add_copies(vitrine_transaction* tx, void* user) {
    uint64_t words[kMostWords];
    vitrine_tree* books = NULL;
    vitrine_ref emma = 0;
    vitrine_record record;
    OK(vitrine_transaction_tree(tx, "books", "string", NULL, &books));
    OK(vitrine_tree_copy(books, "Emma", 4, &emma, sizeof emma, NULL));
    vitrine_tree_free(books);
    OK(vitrine_transaction_get(tx, emma, 0, &record));
    CHECK(record.type == UINT64_C(0xf6083ad5927bc14e) && record.word_count <= kMostWords);
    memcpy(words, record.words, record.word_count * sizeof *words);
    words[1] += kTen;  // the number of copies is the first of the data
    (void)user;
    return vitrine_transaction_replace(tx, emma, words, record.word_count);
}

int main(int argc, char** argv) {
    CHECK(argc == 2);
    vitrine_store* store = NULL;
    OK(vitrine_open(argv[1], NULL, &store));
    OK(vitrine_transact(store, NULL, add_copies, NULL, NULL));
    OK(vitrine_store_close(store));
    vitrine_store_free(store);
    return 0;
}
