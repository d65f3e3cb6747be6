#ifndef CHECK_H
#define CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vitrine.h>

/** Ends the test unless something is so. */
#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "%s:%d: not so: %s\n(last error: %s)\n", __FILE__, __LINE__, \
                    #condition, vitrine_last_error());                                   \
            exit(1);                                                                     \
        }                                                                                \
    } while (0)

/** A call that must go well. */
#define OK(call) CHECK((call) == VITRINE_OK)

/** A call that must fail in this way, with these words in the message. */
#define FAILS(status, words, call)                            \
    do {                                                      \
        CHECK((call) == (status));                            \
        CHECK(strstr(vitrine_last_error(), (words)) != NULL); \
    } while (0)

/** A new place for a store of that name, in the folder where the test runs; what was there goes. */
static inline const char* place(const char* name) {
    static char path[256];
    char beside[300];
    snprintf(path, sizeof path, "%s.vitrine", name);
    remove(path);
    snprintf(beside, sizeof beside, "%s-lock", path);
    remove(beside);
    snprintf(beside, sizeof beside, "%s-log", path);
    remove(beside);
    return path;
}

static inline vitrine_store* new_store(const char* name) {
    vitrine_store* store = NULL;
    OK(vitrine_open(place(name), NULL, &store));
    return store;
}

/** A new store that keeps all of its past. */
static inline vitrine_store* new_store_with_past(const char* name) {
    vitrine_open_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.retention = VITRINE_RETENTION_FOREVER;
    vitrine_store* store = NULL;
    OK(vitrine_open(place(name), &options, &store));
    return store;
}

#endif
