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

// Bytes of the needle, and where in it each stands; sixteen times, to be compared with as many.
struct sought {
    vector bytes[WGP_TEXT_RARE];
    size_t places[WGP_TEXT_RARE];
};

static inline struct sought make(const uint8_t *needle, const size_t *rare) {
    struct sought sought;
    for (int index = 0; index < WGP_TEXT_RARE; index++) {
        sought.bytes[index] = (vector){0} + needle[rare[index]];
        sought.places[index] = rare[index];
    }
    return sought;
}

// All bits of a byte are set where the needle may stand: all that are sought do.
static inline vector hits(const uint8_t *text, const struct sought *sought) {
    vector result = (vector)(load(text + sought->places[0]) == sought->bytes[0]);
    for (int index = 1; index < WGP_TEXT_RARE; index++) {
        result &= (vector)(load(text + sought->places[index]) == sought->bytes[index]);
    }
    return result;
}

// The first place where the needle stands of those where it may, among the 64 from `text` on; NULL where it stands at none.
// On its own, so that the loop that calls it keeps its vectors in registers.
static __attribute__((noinline)) const uint8_t *first_match(const uint8_t *text, const uint8_t *needle,
                                                            size_t needle_count, const size_t *rare) {
    const struct sought sought = make(needle, rare);
    for (size_t start = 0; start < STEP; start += sizeof(vector)) {
        const vector found = hits(text + start, &sought);
        uint64_t words[sizeof(vector) / sizeof(uint64_t)];
        memcpy(words, &found, sizeof(words));
        for (size_t index = 0; index < sizeof(words) / sizeof(*words); index++) {
            for (uint64_t word = words[index]; word != 0;) {
                int byte = __builtin_ctzll(word) / 8;
                const uint8_t *place = text + start + index * sizeof(uint64_t) + byte;
                if (memcmp(place, needle, needle_count) == 0) {
                    return place;
                }
                word &= ~(0xFFull << (byte * 8));
            }
        }
    }
    return NULL;
}

ptrdiff_t wgp_text_find(const void *bytes, size_t count, const void *needle, size_t needle_count, const size_t *rare) {
    if (needle_count == 0) {
        return 0;
    }
    if (count < needle_count) {
        return -1;
    }
    const uint8_t *text = bytes;
    const struct sought sought = make(needle, rare);
    // From each of these places on there are as many bytes as the needle has.
    size_t places = count - needle_count + 1;
    size_t place = 0;
    for (; places - place >= STEP; place += STEP) {
        vector any = {0};
        for (size_t start = place; start < place + STEP; start += sizeof(vector)) {
            any |= hits(text + start, &sought);
        }
        uint64_t halves[2];
        memcpy(halves, &any, sizeof(halves));
        if ((halves[0] | halves[1]) != 0) {
            const uint8_t *found = first_match(text + place, needle, needle_count, rare);
            if (found) {
                return found - text;
            }
        }
    }
    const uint8_t *rest = memmem(text + place, count - place, needle, needle_count);
    return rest == NULL ? -1 : rest - text;
}
