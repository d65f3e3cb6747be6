/**
 * Vitrine for C: an embedded, transactional, multi-version object store. Objects are Cap'n Proto
 * structs, passed as flat words; trees are ordered maps of encoded keys. Any number of threads
 * read immutable snapshots without locks while others commit.
 *
 * RULES, for every function unless it says otherwise
 *
 * Results. A function that can fail returns a vitrine_status; VITRINE_OK is 0. What it gives goes
 * through pointers, which it sets on success only. After a failure vitrine_last_error() says what
 * happened, in a sentence that names the object, key or file. No C++ exception leaves the library.
 * Every function that reads or writes the store may return VITRINE_CORRUPTION, VITRINE_STORAGE and
 * VITRINE_NO_MEMORY; a NULL where something is needed, a store that was closed and a transaction
 * that ended are VITRINE_USAGE.
 *
 * Handles. What a function gives as a pointer to an opaque struct is yours, until you pass it to
 * the free function of its type. Each handle holds what it stands on: they may be freed in any
 * order, and a snapshot, tree, cursor, view or hold works on after its store was closed or freed.
 * The file stays locked by the process until the last snapshot, tree, cursor, view and transaction
 * of it is gone. The free functions take NULL. Using a handle after it was freed is undefined, as
 * with free().
 *
 * Borrowed pointers. Bytes, words and texts that the library shows stay its own; each function
 * says how long they are valid. What you pass in is copied before the function returns.
 *
 * Lists and reports that come as a pointer to a struct which you can see are freed with
 * vitrine_free(), with all that they point to. Later releases may add members at their end.
 *
 * Structs that begin with `struct_size` are yours: set it to sizeof, and every member that you do
 * not need to zero (`vitrine_open_options options = {.struct_size = sizeof options};`). Zero
 * always means the default. Later releases may add members at their end.
 *
 * Threads. "Any" means any thread, at the same time as any other call. "One at a time" means that
 * the handle belongs to one thread at a time; it may be handed on. Transactions, and the trees and
 * cursors opened through them, find it out: a call while another thread is inside one is
 * VITRINE_USAGE. Freeing a handle is for the last one who uses it. A store must not be used in a
 * forked child. Do not leave a callback by longjmp(); an exception of a C++ callback is caught.
 *
 * Texts (names, notes, paths, kinds) are NUL-terminated; a root whose name has a NUL inside can be
 * listed but not named. Versions are numbers of commits, from 1; 0 is the empty store. Times are
 * nanoseconds since 1970-01-01 UTC.
 */
#ifndef VITRINE_H
#define VITRINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define VITRINE_API __attribute__((visibility("default")))
#else
#define VITRINE_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* -- errors ------------------------------------------------------------------------------------ */

typedef int32_t vitrine_status;
enum {
    VITRINE_OK = 0,
    VITRINE_END = 1,        /**< a cursor has no more entries: no error, no message */
    VITRINE_CONFLICT = 2,   /**< another commit changed what this one read or wrote: run again */
    VITRINE_NOT_FOUND = 3,  /**< an erased or null reference, an absent key or root */
    VITRINE_TYPE = 4,       /**< it is there, but of another type */
    VITRINE_SCHEMA = 5,     /**< a struct does not fit the stored one; the field is named */
    VITRINE_CORRUPTION = 6, /**< stored bytes are damaged or missing; never wrong data instead */
    VITRINE_STORAGE = 7,    /**< what the system said: disk full, no permission, in use */
    VITRINE_SNAPSHOT_TOO_OLD = 8, /**< the version asked for is no longer kept */
    VITRINE_CANCELLED = 9,        /**< a progress function said stop */
    VITRINE_USAGE = 10,           /**< the caller's mistake */
    VITRINE_NO_MEMORY = 11,
    VITRINE_INTERNAL = 12, /**< something that is not foreseen; please report it */
    VITRINE_USER = 1000    /**< from here on: codes of your own, for callbacks to return */
};

/** What the last failed call of this thread said; "" before the first. Threads: any.
 *  Lifetime: until the next call of this thread that fails. */
VITRINE_API const char* vitrine_last_error(void);

/** More about the last failed call of this thread. */
typedef struct vitrine_error_info {
    size_t struct_size;
    vitrine_status status; /**< VITRINE_OK before the first failure */
    uint64_t version; /**< conflict: the commit that won; corruption: of the damaged row, or 0 */
    uint64_t object;  /**< conflict, corruption: the object, or 0 */
    uint64_t tree;    /**< conflict: the tree in which both wrote, or 0 */
    const char* key;  /**< conflict: the key as messages show it, or a root's name, or "" */
} vitrine_error_info;

/** Threads: any. Lifetime of `key`: as vitrine_last_error(). Fails only for a wrong struct_size. */
VITRINE_API vitrine_status vitrine_last_error_info(vitrine_error_info* info);

/** "VITRINE_CONFLICT"; "unknown" for other numbers. Static. Threads: any. */
VITRINE_API const char* vitrine_status_name(vitrine_status status);

/** "0.1.0": of the library that runs. Static. Threads: any. */
VITRINE_API const char* vitrine_library_version(void);

/** Frees a list or report. NULL is fine. Threads: any. */
VITRINE_API void vitrine_free(void* list_or_report);

/* -- plain values: these structs never change -------------------------------------------------- */

/** A stored reference to an object or a tree: its id. 0 refers to nothing. */
typedef uint64_t vitrine_ref;

/** Bytes that something else owns. Where bytes may be left out, that is data == NULL. */
typedef struct vitrine_bytes {
    const void* data;
    size_t size;
} vitrine_bytes;

/** An object: one flat Cap'n Proto segment, its root pointer first, without a segment table and
 *  far pointers. Behind the 8 bytes {0, word_count} (two little-endian 32-bit numbers) it is an
 *  ordinary Cap'n Proto message. It was checked: every pointer stays inside. */
typedef struct vitrine_record {
    const uint64_t* words;
    size_t word_count;
    uint64_t type;    /**< the Cap'n Proto id of its struct */
    uint64_t version; /**< the commit that wrote it; 0: this transaction */
} vitrine_record;

/** An entry of a tree: encoded key, encoded value (empty in a set). */
typedef struct vitrine_entry {
    vitrine_bytes key;
    vitrine_bytes value;
} vitrine_entry;

/** Called now and then by long operations, by the calling thread; false cancels them
 *  (VITRINE_CANCELLED). `total` is an estimate. */
typedef bool (*vitrine_progress)(void* user, uint64_t done, uint64_t total);

typedef struct vitrine_store vitrine_store;
typedef struct vitrine_snapshot vitrine_snapshot;
typedef struct vitrine_view vitrine_view;
typedef struct vitrine_hold vitrine_hold;
typedef struct vitrine_transaction vitrine_transaction;
typedef struct vitrine_tree vitrine_tree;
typedef struct vitrine_cursor vitrine_cursor;
typedef struct vitrine_schema vitrine_schema;
typedef struct vitrine_sink vitrine_sink;

/* -- store ------------------------------------------------------------------------------------- */

/** vitrine_open_options.flags */
enum {
    /** Do not make the file when it does not exist. */
    VITRINE_OPEN_EXISTING = 1,
    /** Everything that writes is then VITRINE_USAGE. */
    VITRINE_OPEN_READ_ONLY = 2,
    /** Read all pages first: a broken one, which would end the process later, makes opening
     *  VITRINE_CORRUPTION. */
    VITRINE_OPEN_CHECK_STRUCTURE = 4,
    /** Commits return when they are visible; a crash loses a suffix of them, never a middle one. */
    VITRINE_OPEN_DEFERRED = 8,
    /** No commit log beside the file. */
    VITRINE_OPEN_NO_LOG = 16
};

typedef uint32_t vitrine_retention;
enum {
    VITRINE_RETENTION_AS_STORED = 0, /**< what the file says; a new file: none */
    VITRINE_RETENTION_NONE = 1,
    VITRINE_RETENTION_COMMITS = 2,  /**< amount: the newest and so many before it */
    VITRINE_RETENTION_DURATION = 3, /**< amount: nanoseconds */
    VITRINE_RETENTION_FOREVER = 4
};

typedef struct vitrine_open_options {
    size_t struct_size;
    uint32_t flags;
    uint32_t flush_interval_ms; /**< deferred: the longest a commit waits for the disk; 0: 5 */
    uint64_t cache_bytes;       /**< budget for objects and trees in memory; 0: 256 MiB */
    uint64_t log_bytes;         /**< the most the commit log takes; 0: half the file, 4 to 64 MiB */
    vitrine_retention retention; /**< how long superseded versions stay readable; stored at once */
    uint64_t retention_amount;
} vitrine_open_options;

/** Opens a store, and makes the file unless told not to. `options` may be NULL.
 *  Errors: VITRINE_STORAGE (not a store, another format, open already, here or elsewhere),
 *  VITRINE_CORRUPTION (a damaged header), VITRINE_USAGE (options). Threads: any. Cost: I/O; after a
 *  crash it does what the commit log has. */
VITRINE_API vitrine_status vitrine_open(const char* path, const vitrine_open_options* options,
                                        vitrine_store** store);

/** Flushes and closes; the store is closed even when that fails. After it every call on the
 *  store is VITRINE_USAGE, but vitrine_store_free() and this, which then does nothing. Threads:
 *  any. */
VITRINE_API vitrine_status vitrine_store_close(vitrine_store* store);

/** Frees the handle, and closes the store if that was not done: without telling what failed. */
VITRINE_API void vitrine_store_free(vitrine_store* store);

/** The newest published commit. Threads: any. Cost: no lock, no I/O. */
VITRINE_API vitrine_status vitrine_store_version(const vitrine_store* store, uint64_t* version);

/** The newest commit on disk: every commit up to it survives a crash. Threads: any. */
VITRINE_API vitrine_status vitrine_store_durable_version(const vitrine_store* store,
                                                         uint64_t* version);

/** Waits until the newest commit as of the call is on disk, and tells which (`version` may be
 *  NULL). Threads: any. Cost: may wait for the disk. */
VITRINE_API vitrine_status vitrine_store_flush(vitrine_store* store, uint64_t* version);

/** Drops every object from memory that nobody holds. Threads: any. */
VITRINE_API vitrine_status vitrine_store_trim_cache(vitrine_store* store);

/** The retention in force, and the oldest version that it keeps readable. Threads: any. Any of the
 *  three places may be NULL. */
VITRINE_API vitrine_status vitrine_store_retention(const vitrine_store* store,
                                                   vitrine_retention* retention, uint64_t* amount,
                                                   uint64_t* oldest);

/** Counters since the store was opened, and its sizes now. */
typedef struct vitrine_stats {
    size_t struct_size;
    uint64_t commits;      /**< that wrote something */
    uint64_t conflicts;    /**< commits refused with VITRINE_CONFLICT */
    uint64_t batches;      /**< durable steps, which commits share */
    uint64_t syncs;        /**< synced storage transactions, housekeeping included */
    uint64_t cache_bytes;  /**< objects in memory, and what finds them */
    uint64_t cache_hits;   /**< objects that were met in memory; views count nothing */
    uint64_t cache_misses; /**< versions brought in from storage */
    uint64_t evictions;    /**< versions dropped to keep the budget */
    uint64_t open_snapshots;
    uint64_t oldest_snapshot; /**< its version; the newest when there is none */
    uint64_t oldest_snapshot_age_ns;
    uint64_t file_bytes; /**< with the commit log */
    uint64_t free_bytes; /**< in the file, reusable */
    uint64_t log_bytes;  /**< of file_bytes, the commit log's */
    uint64_t objects_written;
    uint64_t bytes_written;
} vitrine_stats;

/** Threads: any. */
VITRINE_API vitrine_status vitrine_store_stats(const vitrine_store* store, vitrine_stats* stats);

/* -- types ------------------------------------------------------------------------------------- */

/** Schemas of a program's structs, to be compared with what a store has. Immutable. `request`:
 *  what `capnp compile -o- FILE.capnp` prints. Every node that it holds can be used, those of
 *  imported files too. Errors: VITRINE_SCHEMA when it is something else. Threads: any, for this
 *  and everything that takes a vitrine_schema. */
VITRINE_API vitrine_status vitrine_schema_parse(const void* request, size_t request_size,
                                                vitrine_schema** schema);

/** The same of single nodes: each a flat Cap'n Proto segment whose root is a schema.Node, as
 *  vitrine_store_types() gives them. All nodes that a struct needs must be there: those of its
 *  groups, of nested structs and enums. Errors: VITRINE_SCHEMA. */
VITRINE_API vitrine_status vitrine_schema_of_nodes(const vitrine_bytes* nodes, size_t count,
                                                   vitrine_schema** schema);
VITRINE_API void vitrine_schema_free(vitrine_schema* schema);

/** The id of a struct by its name in its file: "Account", "Outer.Inner".
 *  Errors: VITRINE_NOT_FOUND; VITRINE_USAGE when two files have one of that name. */
VITRINE_API vitrine_status vitrine_schema_type(const vitrine_schema* schema, const char* name,
                                               uint64_t* type);

/** Says that the program uses a struct, before it makes the first object of it. A new one
 *  becomes part of the store with the next commit; growth too; an older one than the stored is
 *  fine. Errors: VITRINE_SCHEMA that names the field when it does not fit what is stored;
 *  VITRINE_NOT_FOUND when `schema` has no such struct. Threads: any. Cost: O(fields), locks:
 *  once per type and opening, not at each object. */
VITRINE_API vitrine_status vitrine_store_use_type(vitrine_store* store,
                                                  const vitrine_schema* schema, uint64_t type);

typedef struct vitrine_type {
    uint64_t type;
    const char* name;   /**< "Account" */
    vitrine_bytes node; /**< its schema.Node, flat and 8-aligned: for vitrine_schema_of_nodes() */
} vitrine_type;
typedef struct vitrine_types {
    size_t count;
    const vitrine_type* const* items;
} vitrine_types;

/** The types that the file has: structs, their groups, enums. Free the list with vitrine_free().
 *  Threads: any. Cost: reads the table of types. */
VITRINE_API vitrine_status vitrine_store_types(const vitrine_store* store, vitrine_types** types);

/** Makes flat words of an ordinary Cap'n Proto message of any number of segments (segment table
 *  first), as other libraries write them. Errors: VITRINE_USAGE when it is damaged or its root
 *  is no struct. Free with vitrine_free(). Threads: any. */
typedef struct vitrine_words {
    size_t count;
    const uint64_t* words;
} vitrine_words;
VITRINE_API vitrine_status vitrine_flatten(const void* message, size_t message_size,
                                           vitrine_words** words);

/* -- snapshots --------------------------------------------------------------------------------- */

/** The whole store as of its newest commit. It never changes; keep it as long as you like. Threads:
 *  any, for this and everything that takes a const vitrine_snapshot. Cost: no lock, no I/O. */
VITRINE_API vitrine_status vitrine_store_snapshot(const vitrine_store* store,
                                                  vitrine_snapshot** snapshot);
/** A version of the past. Errors: VITRINE_SNAPSHOT_TOO_OLD when the retention does not cover it,
 *  VITRINE_NOT_FOUND when it is in the future. */
VITRINE_API vitrine_status vitrine_store_snapshot_at(const vitrine_store* store, uint64_t version,
                                                     vitrine_snapshot** snapshot);
/** The newest commit not after a time. Errors: VITRINE_SNAPSHOT_TOO_OLD. Cost: a binary search on
 *  disk. */
VITRINE_API vitrine_status vitrine_store_snapshot_at_time(const vitrine_store* store,
                                                          int64_t time_ns,
                                                          vitrine_snapshot** snapshot);
/** Another handle to the same: for another owner. */
VITRINE_API vitrine_status vitrine_snapshot_copy(const vitrine_snapshot* snapshot,
                                                 vitrine_snapshot** copy);
VITRINE_API void vitrine_snapshot_free(vitrine_snapshot* snapshot);

VITRINE_API vitrine_status vitrine_snapshot_version(const vitrine_snapshot* snapshot,
                                                    uint64_t* version);
/** When that commit was made. */
VITRINE_API vitrine_status vitrine_snapshot_time(const vitrine_snapshot* snapshot,
                                                 int64_t* time_ns);

/** An object. `type` is what it must be; 0: anything but a tree. Lifetime of the words: until
 *  `hold` is freed, whatever happens to the snapshot and the store.
 *  Errors: VITRINE_NOT_FOUND, VITRINE_TYPE. Cost: one small allocation; I/O when not in memory. */
VITRINE_API vitrine_status vitrine_snapshot_get(const vitrine_snapshot* snapshot, vitrine_ref ref,
                                                uint64_t type, vitrine_record* record,
                                                vitrine_hold** hold);

/** Keeps bytes alive that were given with it. Threads: any may free it. */
VITRINE_API void vitrine_hold_free(vitrine_hold* hold);

/** What a root's name refers to; `type` (may be NULL) is 0 for a tree. Errors:
 *  VITRINE_NOT_FOUND. */
VITRINE_API vitrine_status vitrine_snapshot_root(const vitrine_snapshot* snapshot, const char* name,
                                                 vitrine_ref* ref, uint64_t* type);

typedef struct vitrine_root {
    const char* name;
    size_t name_size;
    vitrine_ref ref;
    uint64_t type;         /**< 0: a tree, or what was erased */
    const char* type_name; /**< "Account", "tree string -> i64" */
} vitrine_root;
typedef struct vitrine_roots {
    size_t count;
    const vitrine_root* const* items; /**< by name */
} vitrine_roots;

/** All roots. Free with vitrine_free(). */
VITRINE_API vitrine_status vitrine_snapshot_roots(const vitrine_snapshot* snapshot,
                                                  vitrine_roots** roots);

/** The tree under a root, of these kinds (see "kinds" below); a NULL kind is whatever it is.
 *  Errors: VITRINE_NOT_FOUND, VITRINE_TYPE when it is something else, VITRINE_USAGE for a kind that
 *  there is none of. */
VITRINE_API vitrine_status vitrine_snapshot_tree(const vitrine_snapshot* snapshot,
                                                 const char* root_name, const char* key_kind,
                                                 const char* value_kind, vitrine_tree** tree);
/** The same by a stored reference. */
VITRINE_API vitrine_status vitrine_snapshot_tree_of(const vitrine_snapshot* snapshot,
                                                    vitrine_ref ref, const char* key_kind,
                                                    const char* value_kind, vitrine_tree** tree);

/** One thread's window on a snapshot, through which reading borrows: no copy, no count, no
 *  allocation. Keep it short-lived: memory is not reclaimed meanwhile. Threads: one at a time. */
VITRINE_API vitrine_status vitrine_snapshot_view(const vitrine_snapshot* snapshot,
                                                 vitrine_view** view);
VITRINE_API void vitrine_view_free(vitrine_view* view);

/** As vitrine_snapshot_get(). Lifetime of the words: the view's. */
VITRINE_API vitrine_status vitrine_view_get(vitrine_view* view, vitrine_ref ref, uint64_t type,
                                            vitrine_record* record);
/** The value of a key in a tree of the same snapshot. Lifetime: the view's.
 *  Errors: VITRINE_NOT_FOUND, VITRINE_USAGE for a tree of another snapshot or of a transaction. */
VITRINE_API vitrine_status vitrine_view_value(vitrine_view* view, const vitrine_tree* tree,
                                              const void* key, size_t key_size,
                                              vitrine_bytes* value);

/* -- transactions ------------------------------------------------------------------------------ */

typedef uint32_t vitrine_isolation;
enum {
    VITRINE_SERIALIZABLE = 0,      /**< everything it read must read the same at its commit */
    VITRINE_SNAPSHOT_ISOLATION = 1 /**< only what it wrote is checked; write skew is possible */
};

typedef struct vitrine_transaction_options {
    size_t struct_size;
    vitrine_isolation isolation;
    uint32_t attempts; /**< vitrine_transact(): how often it runs at most; 0: 32 */
    const char* note;  /**< kept with the commit, for whoever reads the log; NULL: none */
} vitrine_transaction_options;

/** Begins a transaction: a snapshot plus private changes. `options` may be NULL.
 *  Threads: any. Everything that takes a vitrine_transaction: one at a time.
 *  Errors: VITRINE_USAGE when the store is read only. */
VITRINE_API vitrine_status vitrine_store_begin(vitrine_store* store,
                                               const vitrine_transaction_options* options,
                                               vitrine_transaction** transaction);

/** Makes everything visible at once, and tells the commit's number (`version` may be NULL): the
 *  base's when nothing was written. The transaction is over in every case, but for
 *  VITRINE_USAGE inside vitrine_transact(). Errors: VITRINE_CONFLICT, VITRINE_STORAGE: nothing
 *  of it is visible. Cost: waits for the disk, unless the store is deferred. */
VITRINE_API vitrine_status vitrine_transaction_commit(vitrine_transaction* transaction,
                                                      uint64_t* version);
/** Gives all up; fine at any time. Errors: VITRINE_USAGE while another thread is inside. */
VITRINE_API vitrine_status vitrine_transaction_abort(vitrine_transaction* transaction);
/** Frees the handle; what was not committed is aborted. Inside vitrine_transact() it does
 *  nothing. */
VITRINE_API void vitrine_transaction_free(vitrine_transaction* transaction);

/** Reads and changes through `transaction`, and returns VITRINE_OK to have it committed.
 *  Anything else aborts; use codes from VITRINE_USER on for reasons of your own. It may run
 *  many times. The transaction is the library's, and this thread's: any other one's calls are
 *  VITRINE_USAGE. */
typedef vitrine_status (*vitrine_work)(vitrine_transaction* transaction, void* user);

/** Runs `work` in a transaction and commits it; runs it again, with a pause, when the commit
 *  conflicts. What `work` returns, if not VITRINE_OK, it returns, and the last error stays as
 *  it was left. Inside, vitrine_transaction_abort() and VITRINE_OK mean no commit; `version` is
 *  then the base's. Errors: VITRINE_CONFLICT when all attempts conflicted, VITRINE_STORAGE.
 *  Threads: any. */
VITRINE_API vitrine_status vitrine_transact(vitrine_store* store,
                                            const vitrine_transaction_options* options,
                                            vitrine_work work, void* user, uint64_t* version);

/** The snapshot on which it began, as a handle of yours; also after its end. What is read
 *  through it is not validated at commit. */
VITRINE_API vitrine_status vitrine_transaction_base(const vitrine_transaction* transaction,
                                                    vitrine_snapshot** snapshot);

/** An object with the transaction's own changes; the commit checks that nobody changed it.
 *  Lifetime of the words: until the transaction ends or rolls back, or replaces or erases that
 *  object. Errors: VITRINE_NOT_FOUND, VITRINE_TYPE when `type` is not 0 and not its type. */
VITRINE_API vitrine_status vitrine_transaction_get(vitrine_transaction* transaction,
                                                   vitrine_ref ref, uint64_t type,
                                                   vitrine_record* record);
/** Makes an object. The words are checked against the schema that the store has for the type.
 *  Errors: VITRINE_SCHEMA when the store does not know the type (vitrine_store_use_type()),
 *  VITRINE_USAGE when the words are damaged or do not fit it: the place is named. */
VITRINE_API vitrine_status vitrine_transaction_create(vitrine_transaction* transaction,
                                                      uint64_t type, const uint64_t* words,
                                                      size_t word_count, vitrine_ref* ref);
/** Gives an object new words; its type stays. Written only if they differ.
 *  Errors: VITRINE_NOT_FOUND, VITRINE_USAGE as above. */
VITRINE_API vitrine_status vitrine_transaction_replace(vitrine_transaction* transaction,
                                                       vitrine_ref ref, const uint64_t* words,
                                                       size_t word_count);
/** As if the object had been read: a change by another commit meanwhile is a conflict.
 *  Errors: VITRINE_NOT_FOUND. */
VITRINE_API vitrine_status vitrine_transaction_touch(vitrine_transaction* transaction,
                                                     vitrine_ref ref);
/** Erases an object, or a tree with all that is in it. Errors: VITRINE_NOT_FOUND. */
VITRINE_API vitrine_status vitrine_transaction_erase(vitrine_transaction* transaction,
                                                     vitrine_ref ref);

/** What a root's name refers to; `type` (may be NULL) is 0 for a tree. Errors:
 *  VITRINE_NOT_FOUND. */
VITRINE_API vitrine_status vitrine_transaction_root(vitrine_transaction* transaction,
                                                    const char* name, vitrine_ref* ref,
                                                    uint64_t* type);
/** Errors: VITRINE_NOT_FOUND when there is no such object. */
VITRINE_API vitrine_status vitrine_transaction_set_root(vitrine_transaction* transaction,
                                                        const char* name, vitrine_ref ref);
/** Absent is fine. */
VITRINE_API vitrine_status vitrine_transaction_erase_root(vitrine_transaction* transaction,
                                                          const char* name);

/** The tree under a root, to read and write. With kinds, it comes into being at its first put,
 *  insert, add or vitrine_tree_ref(); two transactions that both make it do not conflict. With
 *  NULL kinds it must be there, and is whatever it is. Errors: VITRINE_TYPE, VITRINE_NOT_FOUND,
 *  VITRINE_USAGE. */
VITRINE_API vitrine_status vitrine_transaction_tree(vitrine_transaction* transaction,
                                                    const char* root_name, const char* key_kind,
                                                    const char* value_kind, vitrine_tree** tree);
/** The same by a reference; a NULL kind is whatever it is. */
VITRINE_API vitrine_status vitrine_transaction_tree_of(vitrine_transaction* transaction,
                                                       vitrine_ref ref, const char* key_kind,
                                                       const char* value_kind, vitrine_tree** tree);
/** A new tree, to be reached through a stored reference or made a root. */
VITRINE_API vitrine_status vitrine_transaction_create_tree(vitrine_transaction* transaction,
                                                           const char* key_kind,
                                                           const char* value_kind,
                                                           vitrine_ref* ref);

/** A point in a transaction to go back to. A value. */
typedef struct vitrine_savepoint {
    uint64_t transaction;
    uint64_t mark;
} vitrine_savepoint;
/** Cost: O(objects changed so far). */
VITRINE_API vitrine_status vitrine_transaction_savepoint(vitrine_transaction* transaction,
                                                         vitrine_savepoint* savepoint);
/** Takes back what was changed since; what was read stays read. It may be used again, those
 *  made after it not. Errors: VITRINE_USAGE for one of another transaction, or that was gone
 *  back beyond. */
VITRINE_API vitrine_status vitrine_transaction_rollback_to(vitrine_transaction* transaction,
                                                           const vitrine_savepoint* savepoint);

/* -- trees ----------------------------------------------------------------------------------------
 * Kinds. Of keys: "i8" to "i64", "u8" to "u64", "double", "string", "bytes", and tuples of
 * these: "(string,i64)". Of values: the same but tuples, and "bool", "ref 0x<16 digits>" (to a
 * struct), "struct 0x<16 digits>" (inline), "tree <key kind> -> <value kind>" (a reference to
 * one), "unit".
 *
 * Keys are passed encoded, so that their bytes sort as they do: vitrine_key_encode() and its
 * like. A string or bytes alone is its bytes. At most 1024 bytes. Where a key is written it
 * must be one of the tree's kind; a key of a wrong size is VITRINE_USAGE everywhere.
 *
 * Values are passed as they lie in memory: numbers, bool (0, 1), references as 8 bytes
 * (int64_t, uint64_t, double; narrower integers widened, and in range), strings and bytes as
 * they are, structs as flat words, unit as nothing (NULL, 0). Any other value is VITRINE_USAGE.
 *
 * Threads: a snapshot's tree: any. A transaction's: one at a time, as its transaction. A
 * transaction's tree is VITRINE_USAGE after its end. Writing through a snapshot's tree is
 * VITRINE_USAGE. Cost: a descent of O(log n) buckets, without I/O when they are in memory.
 * Reading through a transaction is validated at its commit: the value, presence or range asked
 * for. */

VITRINE_API void vitrine_tree_free(vitrine_tree* tree);

/** To be stored. In a transaction this brings a named tree into being. */
VITRINE_API vitrine_status vitrine_tree_ref(const vitrine_tree* tree, vitrine_ref* ref);
/** Lifetime: the tree's handle's. Either place may be NULL. */
VITRINE_API vitrine_status vitrine_tree_kind(const vitrine_tree* tree, const char** key_kind,
                                             const char** value_kind);
/** How many entries there are: exact. Cost: O(1) in a snapshot. */
VITRINE_API vitrine_status vitrine_tree_size(const vitrine_tree* tree, uint64_t* size);
VITRINE_API vitrine_status vitrine_tree_contains(const vitrine_tree* tree, const void* key,
                                                 size_t key_size, bool* found);
/** The value of a key. Lifetime: until `hold` is freed, whatever happens to the tree and the store.
 *  Errors: VITRINE_NOT_FOUND. Cost: one small allocation. */
VITRINE_API vitrine_status vitrine_tree_get(const vitrine_tree* tree, const void* key,
                                            size_t key_size, vitrine_bytes* value,
                                            vitrine_hold** hold);
/** The same into your memory: as much as `capacity` takes. `size` (may be NULL) is the whole
 *  value's. Errors: VITRINE_NOT_FOUND. Cost: no allocation. */
VITRINE_API vitrine_status vitrine_tree_copy(const vitrine_tree* tree, const void* key,
                                             size_t key_size, void* buffer, size_t capacity,
                                             size_t* size);

/** A part of a tree, and which way. All zero: everything, upwards. */
typedef struct vitrine_bounds {
    size_t struct_size;
    vitrine_bytes low;  /**< from this key on; data NULL: from the beginning */
    vitrine_bytes high; /**< up to this key, itself not; data NULL: to the end */
    bool high_included; /**< itself too */
    bool reversed;
    vitrine_bytes prefix; /**< instead of low and high: keys that begin with these bytes; a string,
                               bytes, or leading fields that vitrine_key_encode() made */
} vitrine_bounds;

/** The first entry within the bounds, in their direction: the first of all (NULL), the last
 *  (.reversed), the next at or above a key (.low), at or below it (.high, .high_included,
 *  .reversed). Lifetime of key and value: until `hold` is freed. Errors: VITRINE_NOT_FOUND when
 *  there is none. */
VITRINE_API vitrine_status vitrine_tree_nearest(const vitrine_tree* tree,
                                                const vitrine_bounds* bounds, vitrine_entry* entry,
                                                vitrine_hold** hold);
/** How many entries are within the bounds (NULL: all). Cost: walks them, without copying. */
VITRINE_API vitrine_status vitrine_tree_count(const vitrine_tree* tree,
                                              const vitrine_bounds* bounds, uint64_t* count);

typedef struct vitrine_keys {
    size_t count;
    const vitrine_bytes* const* items; /**< rising */
} vitrine_keys;
/** At most `parts` - 1 keys that cut the bounds into parts of about equal work, for as many
 *  threads. Nothing counts as read. Free with vitrine_free(). Errors: VITRINE_USAGE when
 *  `parts` is 0. */
VITRINE_API vitrine_status vitrine_tree_cuts(const vitrine_tree* tree, const vitrine_bounds* bounds,
                                             size_t parts, vitrine_keys** keys);

/** Inserts or replaces; reads nothing. */
VITRINE_API vitrine_status vitrine_tree_put(vitrine_tree* tree, const void* key, size_t key_size,
                                            const void* value, size_t value_size);
/** Nothing is changed, and `inserted` (may be NULL) is false, when the key is there. */
VITRINE_API vitrine_status vitrine_tree_insert(vitrine_tree* tree, const void* key, size_t key_size,
                                               const void* value, size_t value_size,
                                               bool* inserted);
/** Blind: absent is fine, and nothing is read. */
VITRINE_API vitrine_status vitrine_tree_erase(vitrine_tree* tree, const void* key, size_t key_size);
/** Erases, and tells whether the key was there (`removed` may be NULL). */
VITRINE_API vitrine_status vitrine_tree_remove(vitrine_tree* tree, const void* key, size_t key_size,
                                               bool* removed);
/** Erases what is there when the transaction commits; conflicts with nothing. */
VITRINE_API vitrine_status vitrine_tree_clear(vitrine_tree* tree);
/** Adds to an integer; absent counts as 0; integers wrap. It lands on whatever is newest at
 *  commit, so it never conflicts with other adds. Errors: VITRINE_USAGE when values are no
 *  integers. */
VITRINE_API vitrine_status vitrine_tree_add(vitrine_tree* tree, const void* key, size_t key_size,
                                            int64_t delta);
/** The same for doubles. */
VITRINE_API vitrine_status vitrine_tree_add_double(vitrine_tree* tree, const void* key,
                                                   size_t key_size, double delta);

/* -- cursors ----------------------------------------------------------------------------------- */

/** A walk over the entries within the bounds (NULL: all). In a transaction it shows the tree as
 *  it was when the walk began. Threads: one at a time. Cost: a descent. */
VITRINE_API vitrine_status vitrine_tree_cursor(const vitrine_tree* tree,
                                               const vitrine_bounds* bounds,
                                               vitrine_cursor** cursor);

typedef uint32_t vitrine_merge;
enum {
    VITRINE_UNION = 0,        /**< entries of both; those of `a` where both have the key */
    VITRINE_INTERSECTION = 1, /**< entries of `a` whose keys `b` has */
    VITRINE_DIFFERENCE = 2    /**< entries of `a` whose keys `b` has not */
};
/** A walk over two trees together, in key order, lazy. Kinds of keys must be the same; for a
 *  union those of values too: VITRINE_TYPE. */
VITRINE_API vitrine_status vitrine_tree_merge(const vitrine_tree* a, const vitrine_tree* b,
                                              vitrine_merge merge, vitrine_cursor** cursor);
VITRINE_API void vitrine_cursor_free(vitrine_cursor* cursor);

/** The next entry, or VITRINE_END. Lifetime of the entry: until the next call with this cursor.
 *  After an error the cursor is of no use. Cost: a few ns inside a bucket; entering one may
 *  read storage. */
VITRINE_API vitrine_status vitrine_cursor_next(vitrine_cursor* cursor, vitrine_entry* entry);

/** The next entries, up to `capacity`, in one call: for those to whom a call is dear. `count`
 *  is how many; VITRINE_END when none is left. Lifetime: until the next call with this cursor.
 *  Cost: copies keys and values. */
VITRINE_API vitrine_status vitrine_cursor_next_batch(vitrine_cursor* cursor, vitrine_entry* entries,
                                                     size_t capacity, size_t* count);

/** The same for numbers, into two columns of yours: keys of a number (i8 to double) as a value
 *  of that kind has it, values of a number, bool or reference. Either may be NULL. Errors:
 *  VITRINE_TYPE when the tree has others. */
VITRINE_API vitrine_status vitrine_cursor_next_words(vitrine_cursor* cursor, uint64_t* keys,
                                                     uint64_t* values, size_t capacity,
                                                     size_t* count);

/* -- keys -------------------------------------------------------------------------------------- */

#define VITRINE_MAX_KEY_BYTES 1024

/** An encoded key in memory of yours: pass (key.bytes, key.size). */
typedef struct vitrine_key {
    size_t size;
    unsigned char bytes[VITRINE_MAX_KEY_BYTES];
} vitrine_key;

typedef uint32_t vitrine_field_type;
enum {
    VITRINE_SIGNED = 0,
    VITRINE_UNSIGNED = 1,
    VITRINE_DOUBLE = 2,
    VITRINE_BYTES = 3 /**< strings too */
};

/** A number or text that is a key, or one field of a tuple. */
typedef struct vitrine_field {
    vitrine_field_type type;
    union {
        int64_t i;
        uint64_t u;
        double d;
        vitrine_bytes b;
    } value;
} vitrine_field;

/** Encodes a key of any kind. For a tuple there may be fewer fields than it has: the leading
 *  ones, for vitrine_bounds.prefix. A signed or unsigned number goes where it fits. Errors:
 *  VITRINE_USAGE: no such kind, a number that does not fit (it is named), text for a number,
 *  NaN, a key too long. Threads: any, for all of these. Cost: no allocation. */
VITRINE_API vitrine_status vitrine_key_encode(const char* kind, const vitrine_field* fields,
                                              size_t field_count, vitrine_key* key);

/** Takes a key apart into up to `capacity` fields; `field_count` is how many it has. Signed
 *  kinds give VITRINE_SIGNED. Lifetime of texts: while both `key` and `scratch` are unchanged.
 *  Errors: VITRINE_USAGE when there is no such kind, the bytes are no such key, or capacity is
 *  too small. */
VITRINE_API vitrine_status vitrine_key_decode(const char* kind, const void* key, size_t key_size,
                                              vitrine_field* fields, size_t capacity,
                                              size_t* field_count, vitrine_key* scratch);

/** A key that is one number alone: i8 to i64; u8 to u64; double. Errors: VITRINE_USAGE for NaN. */
VITRINE_API vitrine_status vitrine_key_signed(int64_t number, vitrine_key* key);
VITRINE_API vitrine_status vitrine_key_unsigned(uint64_t number, vitrine_key* key);
VITRINE_API vitrine_status vitrine_key_double(double number, vitrine_key* key);

/* -- the past ---------------------------------------------------------------------------------- */

typedef struct vitrine_commit {
    uint64_t version;
    int64_t time_ns;
    const char* note;
    size_t changed_count;
    const vitrine_ref*
        changed; /**< objects, and trees in which a key changed, by id; 1: root names */
} vitrine_commit;
typedef struct vitrine_commits {
    size_t count;
    const vitrine_commit* const* items;
} vitrine_commits;

/** The log: commits after `after`, oldest first, at most `limit`: to follow a store, go on with
 *  the last one's version. As far as the retention reaches; without a retention there is none.
 *  Waits for what is visible to be on disk. Free with vitrine_free(). Threads: any, for all of
 *  these. */
VITRINE_API vitrine_status vitrine_store_commits(const vitrine_store* store, uint64_t after,
                                                 size_t limit, vitrine_commits** commits);

typedef struct vitrine_object_version {
    uint64_t version;
    int64_t time_ns; /**< 0 when the log no longer has the commit */
    const char* note;
    bool erased; /**< the commit erased the object */
} vitrine_object_version;
typedef struct vitrine_history {
    size_t count;
    const vitrine_object_version* const* items;
} vitrine_history;

/** The versions of an object that are kept, newest first. Free with vitrine_free(). */
VITRINE_API vitrine_status vitrine_store_history(const vitrine_store* store, vitrine_ref ref,
                                                 vitrine_history** history);

typedef struct vitrine_undo_step {
    vitrine_ref object; /**< the object, or the tree; 1: the names of roots */
    const char* key;    /**< as messages show it, or a root's name; "" for an object */
    const char* what;   /**< what happens to it; for a conflict: why it cannot */
    uint64_t with;      /**< for a conflict: the last commit that changed it */
} vitrine_undo_step;
typedef struct vitrine_undo_plan {
    uint64_t version;
    size_t change_count;
    const vitrine_undo_step* const* changes;
    size_t conflict_count; /**< 0: undo would succeed */
    const vitrine_undo_step* const* conflicts;
} vitrine_undo_plan;

/** What undoing a commit would do, and what stands in its way. Changes nothing. Free with
 *  vitrine_free(). Errors: VITRINE_SNAPSHOT_TOO_OLD, VITRINE_NOT_FOUND for the future. */
VITRINE_API vitrine_status vitrine_store_plan_undo(const vitrine_store* store, uint64_t version,
                                                   vitrine_undo_plan** plan);
/** Takes back what a commit did, in a new one, whose number it tells (`made` may be NULL).
 *  Errors: as above, VITRINE_CONFLICT when later commits changed the same. */
VITRINE_API vitrine_status vitrine_store_undo(vitrine_store* store, uint64_t version,
                                              uint64_t* made);

/* -- merging and migrating --------------------------------------------------------------------- */

/** Gives the words of an object, from inside a callback: flat, copied. Errors: VITRINE_USAGE
 *  when they are damaged. Lifetime of a sink: the callback's. */
VITRINE_API vitrine_status vitrine_sink_put(vitrine_sink* sink, const uint64_t* words,
                                            size_t word_count);

/** Makes one edit of two: of what both began with, what the other commit made of it, and what
 *  this transaction did. Gives it to the sink; without that, `mine` counts. Anything but
 *  VITRINE_OK fails the commit with that code. */
typedef vitrine_status (*vitrine_merge_edit)(void* user, const vitrine_record* base,
                                             const vitrine_record* theirs,
                                             const vitrine_record* mine, vitrine_sink* merged);

/** From now on two edits of one object of this type do not conflict, but are merged. NULL takes
 *  the rule back. Not stored. Threads: any; `merge` runs in committing threads, one at a time,
 *  while other commits wait: it must be quick and must not call the store. `user` must live as
 *  long as the store. Errors: VITRINE_SCHEMA when the type is not known. */
VITRINE_API vitrine_status vitrine_store_merge_edits(vitrine_store* store, uint64_t type,
                                                     vitrine_merge_edit merge, void* user);

/** Makes the new words of an old object, and gives them to the sink. Anything but VITRINE_OK
 *  ends the migration with that code. */
typedef vitrine_status (*vitrine_convert)(void* user, const vitrine_record* old,
                                          vitrine_sink* fresh);

typedef struct vitrine_migration_report {
    uint64_t objects; /**< rewritten */
    uint64_t trees;   /**< whose values refer to such objects, and now say so */
    uint64_t commits;
    size_t trees_left_count; /**< trees that hold the old struct inline: left as they are */
    const vitrine_ref* trees_left;
} vitrine_migration_report;

/** Makes objects of type `to` of all objects of type `from`; each keeps its id, and stored
 *  references become references to `to`. In commits of bounded size; after an interruption,
 *  again. Both types must be known (vitrine_store_use_type()). `report` may be NULL; else free
 *  it with vitrine_free(). Errors: VITRINE_SCHEMA, VITRINE_CANCELLED, VITRINE_USAGE when words
 *  do not fit. Threads: any. */
VITRINE_API vitrine_status vitrine_store_migrate(vitrine_store* store, uint64_t from, uint64_t to,
                                                 vitrine_convert convert, void* user,
                                                 vitrine_progress progress, void* progress_user,
                                                 vitrine_migration_report** report);

/* -- care of a file ---------------------------------------------------------------------------- */

typedef struct vitrine_fault {
    vitrine_ref object; /**< 0 when the damage is not in an object */
    uint64_t version;   /**< of the damaged row; 0: not known */
    const char* what;   /**< a sentence */
    const char* path;   /**< how to come to it from a root; "": nothing leads there */
} vitrine_fault;
typedef struct vitrine_dangling {
    vitrine_ref object; /**< in which the reference is stored */
    uint64_t version;
    const char* path;
    vitrine_ref target; /**< which is not there */
} vitrine_dangling;
typedef struct vitrine_verify_report {
    size_t fault_count; /**< 0: all is well */
    const vitrine_fault* const* faults;
    size_t dangling_count; /**< references to erased objects: the program's matter, no damage */
    const vitrine_dangling* const* dangling;
    size_t
        unreachable_count; /**< the first of the objects to which no root leads; no damage either */
    const vitrine_ref* unreachable;
    uint64_t unreachable_objects; /**< how many there are */
    uint64_t objects;
    uint64_t trees;
    uint64_t entries;
    uint64_t nodes;
    uint64_t roots;
    uint64_t versions;
    uint64_t bytes;
    uint64_t kept;
    uint64_t commits;
} vitrine_verify_report;

/** Reads everything: checksums, schemas, order and counts of trees, references. Damage is in
 *  the report; the only errors are VITRINE_CANCELLED and VITRINE_USAGE. `progress` may be NULL.
 *  Free the report with vitrine_free(). Threads: any, for all of these; work may go on
 *  meanwhile. */
VITRINE_API vitrine_status vitrine_store_verify(const vitrine_store* store,
                                                vitrine_progress progress, void* user,
                                                vitrine_verify_report** report);

typedef struct vitrine_backup_report {
    size_t struct_size;
    uint64_t version; /**< the commit that it shows */
    uint64_t oldest;  /**< the oldest version that can be read in it */
    uint64_t rows;
    uint64_t commits;
    uint64_t bytes; /**< the new file's size */
} vitrine_backup_report;

/** Writes a consistent, compact copy with the history that the retention keeps, while work goes on.
 *  `report` and `progress` may be NULL. Errors: VITRINE_STORAGE (the file exists, no room),
 *  VITRINE_CANCELLED; then there is no such file. */
VITRINE_API vitrine_status vitrine_store_backup(const vitrine_store* store, const char* path,
                                                vitrine_progress progress, void* user,
                                                vitrine_backup_report* report);

typedef struct vitrine_gc_report {
    size_t struct_size;
    uint64_t snapshot; /**< what was reachable here, or became so since, was spared */
    uint64_t objects_examined;
    uint64_t objects_reachable;
    uint64_t objects_erased;
    uint64_t trees_erased;
    uint64_t entries_erased;
    uint64_t bytes_freed;
    uint64_t commits;
    uint64_t peak_bytes;
    uint64_t duration_ns;
} vitrine_gc_report;

/** Erases objects and trees to which no root leads, while work goes on; spares what
 *  transactions made or read since it began. `report` and `progress` may be NULL. Errors:
 *  VITRINE_CANCELLED: what was erased stays erased; VITRINE_USAGE when another collection runs
 *  or the store is read only. */
VITRINE_API vitrine_status vitrine_store_collect_garbage(vitrine_store* store,
                                                         vitrine_progress progress, void* user,
                                                         vitrine_gc_report* report);

#ifdef __cplusplus
}
#endif

#endif /* VITRINE_H */
