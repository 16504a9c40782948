#define _GNU_SOURCE
#include "CTextSearch.h"

#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lowest bits of a word are those of the first byte");

// Sixteen bytes, of which every processor that we build for compares all at once.
typedef uint8_t vector __attribute__((vector_size(16)));

enum { VECTORS = 4, STEP = VECTORS * sizeof(vector) };

static inline vector load(const uint8_t *bytes) {
    vector result;
    memcpy(&result, bytes, sizeof(result));
    return result;
}

ptrdiff_t wgp_text_find(const void *bytes, size_t count, const void *needle, size_t needle_count, size_t first,
                        size_t second) {
    if (needle_count == 0) {
        return 0;
    }
    if (count < needle_count) {
        return -1;
    }
    const uint8_t *text = bytes;
    const uint8_t *sought = needle;
    const vector one = (vector){0} + sought[first];
    const vector two = (vector){0} + sought[second];
    // From each of these places on there are as many bytes as the needle has.
    size_t places = count - needle_count + 1;
    size_t place = 0;
    for (; places - place >= STEP; place += STEP) {
        // All bits of a byte are set where both stand.
        union {
            vector vectors[VECTORS];
            uint64_t words[STEP / sizeof(uint64_t)];
        } hits;
        vector any = {0};
        for (int index = 0; index < VECTORS; index++) {
            const uint8_t *start = text + place + index * sizeof(vector);
            hits.vectors[index] = (vector)(load(start + first) == one) & (vector)(load(start + second) == two);
            any |= hits.vectors[index];
        }
        uint64_t halves[2];
        memcpy(halves, &any, sizeof(halves));
        if ((halves[0] | halves[1]) == 0) {
            continue;
        }
        for (size_t index = 0; index < STEP / sizeof(uint64_t); index++) {
            for (uint64_t word = hits.words[index]; word != 0;) {
                int byte = __builtin_ctzll(word) / 8;
                const uint8_t *hit = text + place + index * sizeof(uint64_t) + byte;
                if (memcmp(hit, sought, needle_count) == 0) {
                    return hit - text;
                }
                word &= ~(0xFFull << (byte * 8));
            }
        }
    }
    const uint8_t *rest = memmem(text + place, count - place, needle, needle_count);
    return rest == NULL ? -1 : rest - text;
}
