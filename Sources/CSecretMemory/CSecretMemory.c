// A program with this target in it overwrites all memory of the heap when it is given back: by `free`, and by `realloc` where
// what was there moves or shrinks. Strings, buffers and messages of Swift, of SwiftNIO and of BoringSSL come from that heap,
// and none of them is overwritten by its owner. So a secret that passed through is gone with the last value that held it.
//
// The linker prefers these two functions to those of the C library, for everything in the process (glibc manual, "Replacing
// malloc"). They are glibc's own beneath: `__libc_free` and `__libc_malloc`, which it exports for this.
#define _GNU_SOURCE
#include "CSecretMemory.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define WGP_SANITIZED 1
#endif
#endif

bool wgp_forbid_cores(void) {
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0;
}

// A sanitizer has a heap of its own.
#if !defined(WGP_SANITIZED)

extern void *__libc_malloc(size_t size);
extern void __libc_free(void *pointer);

void free(void *pointer) {
    if (pointer == NULL) return;
    explicit_bzero(pointer, malloc_usable_size(pointer));
    __libc_free(pointer);
}

void *realloc(void *pointer, size_t size) {
    if (pointer == NULL) return __libc_malloc(size);
    if (size == 0) {
        free(pointer);
        return NULL;
    }
    size_t usable = malloc_usable_size(pointer);
    // In its place as long as that wastes no more than half.
    if (size <= usable && size >= usable / 2) {
        explicit_bzero((char *)pointer + size, usable - size);
        return pointer;
    }
    void *moved = __libc_malloc(size);
    if (moved == NULL) return NULL;
    memcpy(moved, pointer, size < usable ? size : usable);
    free(pointer);
    return moved;
}

#endif
