#pragma once
// Input is only read: the library declares it so when it is asked to.
#define ZLIB_CONST
#include <zlib.h>

// Both are macros that pass the size of the structure along.

/// A compressor of raw deflate (no header, no checksum) with the largest window.
static inline int zlib_begin_raw_deflate(z_stream *stream) {
    return deflateInit2(
        stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL - 1,
        Z_DEFAULT_STRATEGY);
}

/// A decompressor of raw deflate that follows every window a peer may use.
static inline int zlib_begin_raw_inflate(z_stream *stream) {
    return inflateInit2(stream, -MAX_WBITS);
}
