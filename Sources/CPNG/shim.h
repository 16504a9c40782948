#pragma once

/* Only the simplified interface (png_image_...) may be called from Swift: it catches libpng's longjmp itself. */
#include <png.h>
