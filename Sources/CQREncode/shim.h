#pragma once

#include <qrencode.h>

// The library has it whenever it is built with its tests, as Debian's is, and declares it in its own qrencode_inner.h alone.
// Weak: a library without it is found out by wgp_qr_encode_masked, and not by the program failing to start.
#pragma weak QRcode_encodeMask
QRcode *QRcode_encodeMask(QRinput *input, int mask);

// Makes a symbol with one of the eight masks instead of the best of them; NULL where the library cannot, or has no memory.
static inline QRcode *wgp_qr_encode_masked(QRinput *input, int mask) {
    return QRcode_encodeMask ? QRcode_encodeMask(input, mask) : (QRcode *)0;
}
