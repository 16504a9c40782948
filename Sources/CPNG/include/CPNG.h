#pragma once

/* libpng behind one function that catches its longjmp, which must not pass through Swift. */

#include <stddef.h>
#include <stdint.h>

/// Writes a square picture of one bit a pixel as PNG: 0 is black, 1 is white.
///
/// `rows` has `side` rows from the top, each of whole bytes, the leftmost pixel in a byte's highest bit.
/// Returns true with the number of bytes in `length`; or false with libpng's words in `message`, ended by a zero, where
/// `capacity` bytes are too few or memory is short.
_Bool wgp_png_write(uint32_t side, const uint8_t *_Nonnull rows, uint8_t *_Nonnull bytes, size_t capacity,
                    size_t *_Nonnull length, char *_Nonnull message, size_t message_size);
