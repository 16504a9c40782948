#include "CPNG.h"

#include <png.h>
#include <string.h>

struct output {
    uint8_t *bytes;
    size_t capacity;
    size_t length;
    char *message;
    size_t message_size;
};

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
    struct output *output = png_get_io_ptr(png);
    if (count > output->capacity - output->length) {
        png_error(png, "the picture is longer than its buffer");
    }
    memcpy(output->bytes + output->length, bytes, count);
    output->length += count;
}

static void flush_nothing(png_structp png) {
    (void)png;
}

static void fail(png_structp png, png_const_charp message) {
    struct output *output = png_get_error_ptr(png);
    strncpy(output->message, message, output->message_size - 1);
    output->message[output->message_size - 1] = 0;
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp message) {
    // Without a function of ours libpng would print it.
    (void)png;
    (void)message;
}

_Bool wgp_png_write(uint32_t side, const uint8_t *rows, uint8_t *bytes, size_t capacity, size_t *length, char *message,
                    size_t message_size) {
    struct output output = {bytes, capacity, 0, message, message_size};
    *length = 0;
    strncpy(message, "libpng has no memory", message_size - 1);
    message[message_size - 1] = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &output, fail, warn);
    if (!png) {
        return 0;
    }
    // What longjmp comes back to must not be in a register.
    png_infop volatile info = NULL;
    volatile _Bool written = 0;
    if (!setjmp(png_jmpbuf(png))) {
        info = png_create_info_struct(png);
        if (!info) {
            png_error(png, "libpng has no memory");
        }
        png_set_write_fn(png, &output, write_bytes, flush_nothing);
        png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                     PNG_FILTER_TYPE_DEFAULT);
        // Squares of one colour gain little by filters and by a longer search. Memory level 5 is 4 KiB for the places of
        // earlier bytes, of which a picture has 8 KiB to 38 KiB (zlib.h, deflateInit2): a level of 8, the usual one, takes
        // longer to clear its 64 KiB than to press the smaller ones.
        png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
        png_set_compression_level(png, 1);
        png_set_compression_mem_level(png, 5);
        png_write_info(png, info);
        size_t stride = ((size_t)side + 7) / 8;
        for (uint32_t row = 0; row < side; row++) {
            png_write_row(png, rows + row * stride);
        }
        png_write_end(png, NULL);
        written = 1;
    }
    png_infop made = info;
    png_destroy_write_struct(&png, &made);
    *length = written ? output.length : 0;
    return written;
}
