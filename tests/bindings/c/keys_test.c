// Keys of every kind, encoded and taken apart.
#include <float.h>
#include <math.h>

#include "check.h"

static vitrine_field of_i(int64_t i) { return (vitrine_field){VITRINE_SIGNED, {.i = i}}; }
static vitrine_field of_u(uint64_t u) { return (vitrine_field){VITRINE_UNSIGNED, {.u = u}}; }
static vitrine_field of_d(double d) { return (vitrine_field){VITRINE_DOUBLE, {.d = d}}; }
static vitrine_field of_b(const char* text, size_t size) {
    return (vitrine_field){VITRINE_BYTES, {.b = {text, size}}};
}

static bool same_field(vitrine_field a, vitrine_field b) {
    if (a.type != b.type) return false;
    if (a.type == VITRINE_SIGNED) return a.value.i == b.value.i;
    if (a.type == VITRINE_UNSIGNED) return a.value.u == b.value.u;
    if (a.type == VITRINE_DOUBLE) return a.value.d == b.value.d;
    return a.value.b.size == b.value.b.size &&
           memcmp(a.value.b.data, b.value.b.data, a.value.b.size) == 0;
}

static int order(const vitrine_key* a, const vitrine_key* b) {
    const size_t common = a->size < b->size ? a->size : b->size;
    const int first = memcmp(a->bytes, b->bytes, common);
    return first != 0 ? first : (a->size > b->size) - (a->size < b->size);
}

/** Fields in rising order: each comes back, and the bytes rise as they do. */
static void check_kind(const char* kind, const vitrine_field* fields, size_t count, size_t width) {
    vitrine_key last, key, scratch;
    vitrine_field back[4];
    size_t found = 0;
    for (size_t i = 0; i + width <= count; i += width) {
        OK(vitrine_key_encode(kind, &fields[i], width, &key));
        OK(vitrine_key_decode(kind, key.bytes, key.size, back, 4, &found, &scratch));
        CHECK(found == width);
        for (size_t f = 0; f < width; ++f) CHECK(same_field(back[f], fields[i + f]));
        if (i > 0) CHECK(order(&last, &key) < 0);
        last = key;
    }
}

static void every_kind_sorts_and_comes_back(void) {
    const vitrine_field i8[] = {of_i(-128), of_i(-1), of_i(0), of_i(127)};
    const vitrine_field i16[] = {of_i(INT16_MIN), of_i(-1), of_i(0), of_i(INT16_MAX)};
    const vitrine_field i32[] = {of_i(INT32_MIN), of_i(-1), of_i(0), of_i(INT32_MAX)};
    const vitrine_field i64[] = {of_i(INT64_MIN), of_i(-1), of_i(0), of_i(INT64_MAX)};
    const vitrine_field u8[] = {of_u(0), of_u(1), of_u(255)};
    const vitrine_field u16[] = {of_u(0), of_u(256), of_u(UINT16_MAX)};
    const vitrine_field u32[] = {of_u(0), of_u(65536), of_u(UINT32_MAX)};
    const vitrine_field u64[] = {of_u(0), of_u(1), of_u(UINT64_MAX)};
    const vitrine_field d[] = {of_d(-INFINITY), of_d(-DBL_MAX), of_d(-1.5),    of_d(0),
                               of_d(DBL_MIN),   of_d(2),        of_d(INFINITY)};
    const vitrine_field text[] = {of_b("", 0),     of_b("\0", 1), of_b("a", 1),
                                  of_b("a\0b", 3), of_b("ab", 2), of_b("\xff\xff", 2)};
    check_kind("i8", i8, 4, 1);
    check_kind("i16", i16, 4, 1);
    check_kind("i32", i32, 4, 1);
    check_kind("i64", i64, 4, 1);
    check_kind("u8", u8, 3, 1);
    check_kind("u16", u16, 3, 1);
    check_kind("u32", u32, 3, 1);
    check_kind("u64", u64, 3, 1);
    check_kind("double", d, 7, 1);
    check_kind("string", text, 6, 1);
    check_kind("bytes", text, 6, 1);
    check_kind("(string)", text, 6, 1);
    check_kind("(i8)", i8, 4, 1);
    check_kind("(u32)", u32, 3, 1);
    check_kind("(double)", d, 7, 1);
}

static void tuples_sort_field_by_field(void) {
    const vitrine_field rising[] = {
        of_b("", 0),      of_i(-7), of_b("z", 1),  of_d(1),  of_b("a", 1),    of_i(-7),
        of_b("", 0),      of_d(0),  of_b("a", 1),  of_i(-7), of_b("", 0),     of_d(0.5),
        of_b("a", 1),     of_i(5),  of_b("\0", 1), of_d(-1), of_b("a\0b", 3), of_i(-9),
        of_b("q\0\0", 3), of_d(0),  of_b("ab", 2), of_i(-9), of_b("", 0),     of_d(0)};
    check_kind("(string,i16,bytes,double)", rising, 24, 4);
}

static void shortcuts_are_the_same_as_kinds(void) {
    vitrine_key one, other;
    OK(vitrine_key_signed(-5, &one));
    OK(vitrine_key_encode("i8", &(vitrine_field){VITRINE_SIGNED, {.i = -5}}, 1, &other));
    CHECK(order(&one, &other) == 0);  // alone, narrow numbers take 8 bytes as well
    OK(vitrine_key_unsigned(5, &one));
    OK(vitrine_key_encode("u16", &(vitrine_field){VITRINE_SIGNED, {.i = 5}}, 1, &other));
    CHECK(order(&one, &other) == 0);
    OK(vitrine_key_double(-0.0, &one));
    OK(vitrine_key_encode("double", &(vitrine_field){VITRINE_UNSIGNED, {.u = 0}}, 1, &other));
    CHECK(order(&one, &other) == 0);
}

static void what_does_not_fit_is_refused(void) {
    static char text[1025];
    vitrine_key key, scratch;
    vitrine_field back[2];
    size_t count = 0;
    vitrine_field field = of_i(300);
    FAILS(VITRINE_USAGE, "300 does not fit into u8", vitrine_key_encode("u8", &field, 1, &key));
    field = of_i(-1);
    FAILS(VITRINE_USAGE, "-1", vitrine_key_encode("u64", &field, 1, &key));
    field = of_u(UINT64_MAX);
    FAILS(VITRINE_USAGE, "i64", vitrine_key_encode("i64", &field, 1, &key));
    FAILS(VITRINE_USAGE, "double", vitrine_key_encode("double", &field, 1, &key));
    field = of_d(1);
    FAILS(VITRINE_USAGE, "i8", vitrine_key_encode("i8", &field, 1, &key));
    FAILS(VITRINE_USAGE, "string", vitrine_key_encode("string", &field, 1, &key));
    field = of_d(NAN);
    FAILS(VITRINE_USAGE, "NaN", vitrine_key_encode("double", &field, 1, &key));
    FAILS(VITRINE_USAGE, "NaN", vitrine_key_double(NAN, &key));
    field = of_b(text, 1025);
    FAILS(VITRINE_USAGE, "1024", vitrine_key_encode("string", &field, 1, &key));
    FAILS(VITRINE_USAGE, "1024", vitrine_key_encode("(string)", &field, 1, &key));
    FAILS(VITRINE_USAGE, "u8", vitrine_key_encode("u8", &field, 1, &key));
    field = of_b(NULL, 5);
    FAILS(VITRINE_USAGE, "NULL", vitrine_key_encode("bytes", &field, 1, &key));
    field = of_i(1);
    field.type = 17;
    FAILS(VITRINE_USAGE, "17", vitrine_key_encode("i8", &field, 1, &key));
    const vitrine_field two[] = {of_i(1), of_i(2)};
    FAILS(VITRINE_USAGE, "1 field", vitrine_key_encode("i8", two, 2, &key));
    FAILS(VITRINE_USAGE, "1 field", vitrine_key_encode("i8", NULL, 0, &key));
    FAILS(VITRINE_USAGE, "1 fields", vitrine_key_encode("(i8)", two, 2, &key));
    FAILS(VITRINE_USAGE, "kind", vitrine_key_encode(NULL, two, 2, &key));
    FAILS(VITRINE_USAGE, "kind of keys", vitrine_key_encode("(i8,what)", two, 2, &key));
    FAILS(VITRINE_USAGE, "key", vitrine_key_encode("i8", two, 1, NULL));
    OK(vitrine_key_encode("(i8,i8)", two, 1, &key));  // leading fields: a prefix, and no key
    FAILS(VITRINE_USAGE, "no encoded key",
          vitrine_key_decode("(i8,i8)", key.bytes, key.size, back, 2, &count, &scratch));
    OK(vitrine_key_encode("(i8,i8)", two, 2, &key));
    FAILS(VITRINE_USAGE, "room for 1",
          vitrine_key_decode("(i8,i8)", key.bytes, key.size, back, 1, &count, &scratch));
    FAILS(VITRINE_USAGE, "kind of keys",
          vitrine_key_decode("what", key.bytes, key.size, back, 2, &count, &scratch));
    FAILS(VITRINE_USAGE, "no encoded key",
          vitrine_key_decode("i8", key.bytes, key.size, back, 2, &count, &scratch));
    FAILS(VITRINE_USAGE, "scratch",
          vitrine_key_decode("(i8,i8)", key.bytes, key.size, back, 2, &count, NULL));
    OK(vitrine_key_decode("(i8,i8)", key.bytes, key.size, back, 2, NULL, &scratch));
}

int main(void) {
    every_kind_sorts_and_comes_back();
    tuples_sort_field_by_field();
    shortcuts_are_the_same_as_kinds();
    what_does_not_fit_is_refused();
    return 0;
}
