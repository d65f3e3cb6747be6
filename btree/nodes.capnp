@0xc9f704b785b9cccb;
# What a tree is made of. Every node is an ordinary object, its record one of these structs.
#
# Keys are order-preserving bytes. Fixed keys are 8 bytes, kept as numbers: the bytes read as a
# big-endian number, so that numbers and keys have the same order. Other keys are cut: `prefix` is
# common to all of the node, the rest of key i is suffixes[suffixOffsets[i] .. suffixOffsets[i + 1]],
# and heads[i] has its first 8 bytes as a big-endian number, padded with zeros.
#
# Lists of bytes and numbers instead of List(Data) or lists of structs: the search runs on raw
# pointers into them. Lists start at whole words, so values of 8 bytes, and values that are structs
# (whole words), lie aligned.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("vitrine::btree::format");

enum ValueForm @0xb54751b2ef0d1d30 {
    none @0;   # sets
    word @1;   # 8 bytes each
    bytes @2;  # any length
}

struct Leaf @0x9ff6928e45ea0764 {
    fixedKeys @0 :Bool;
    valueForm @1 :ValueForm;
    heads @2 :List(UInt64);          # written first: at the same place in every leaf
    prefix @3 :Data;                 # null for fixed keys, as the next two
    suffixOffsets @4 :List(UInt32);  # one more than heads
    suffixes @5 :Data;
    valueOffsets @6 :List(UInt32);   # bytes only: one more than heads. The highest bit marks a value
                                     # that is a LargeValue; in its place are its id and its size.
    values @7 :Data;                 # null for sets
}

struct Inner @0x98b254200ec8e4fe {
    # Child i has the keys from separator i on, up to separator i + 1. Separator 0 is not stored
    # (head 0, an empty suffix, and the prefix is not about it): it is minus infinity.
    fixedKeys @0 :Bool;
    heads @1 :List(UInt64);
    prefix @2 :Data;
    suffixOffsets @3 :List(UInt32);
    suffixes @4 :Data;
    children @5 :List(UInt64);       # object ids, as many as heads
}

struct TreeHeader @0x8b3e0c2804eb4c59 {
    keyKind @0 :Text;     # "i64", "(string,i64)": checked whenever the tree is opened
    valueKind @1 :Text;
    fixedKeys @2 :Bool;
    valueForm @3 :ValueForm;
    count @4 :UInt64;     # entries
    root @5 :UInt64;      # object id of a Leaf or Inner; 0: the tree is empty
    height @6 :UInt32;    # levels: 0 empty, 1 a leaf
}

struct LargeValue @0x8d018d287bf9a119 {
    bytes @0 :Data;
}
