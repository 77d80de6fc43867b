#pragma once
// Numbers, literals and strings, each read from the first of its bytes. The text they stand in ends
// with bytes that belong to no token, so a read that stops at the first foreign byte stays inside.
#include <charconv>
#include <cstdint>
#include <cstring>
#include <system_error>

#include "CSimdJSON.h"

namespace freshwire {

inline bool is_digit(uint8_t byte) { return static_cast<uint8_t>(byte - '0') < 10; }

/// Whether a number or literal may end before this byte.
inline bool ends_token(uint8_t byte) {
    switch (byte) {
    case ' ': case '\t': case '\n': case '\r':
    case ',': case ':': case '[': case ']': case '{': case '}':
        return true;
    default:
        return false;
    }
}

/// A number as its digits say it, before it is turned into one of the machine's.
struct Decimal {
    /// All digits as one whole number; meaningful up to 19 significant ones.
    uint64_t digits = 0;
    /// Of the digits, without leading zeros.
    int64_t significant = 0;
    /// The power of ten that `digits` is to be multiplied by.
    int64_t exponent = 0;
    bool negative = false;
    bool whole = true;
};

inline const uint8_t *read_digits(const uint8_t *at, Decimal &decimal) {
    for (; is_digit(*at); at++) {
        decimal.digits = decimal.digits * 10 + (*at - '0');
        decimal.significant += decimal.significant != 0 || *at != '0';
    }
    return at;
}

/// Reads by JSON's grammar; the end of the number, or NULL where there is none.
inline const uint8_t *read_decimal(const uint8_t *at, Decimal &decimal) {
    decimal.negative = *at == '-';
    if (decimal.negative) at++;
    if (!is_digit(*at)) return nullptr;
    if (*at == '0') {
        at++;
        if (is_digit(*at)) return nullptr;
    } else {
        at = read_digits(at, decimal);
    }
    if (*at == '.') {
        decimal.whole = false;
        const uint8_t *first = ++at;
        if (!is_digit(*at)) return nullptr;
        at = read_digits(at, decimal);
        decimal.exponent = -(at - first);
    }
    if (*at == 'e' || *at == 'E') {
        decimal.whole = false;
        at++;
        const bool negative = *at == '-';
        if (*at == '-' || *at == '+') at++;
        if (!is_digit(*at)) return nullptr;
        int64_t exponent = 0;
        for (; is_digit(*at); at++) {
            if (exponent < 1'000'000) exponent = exponent * 10 + (*at - '0');
        }
        decimal.exponent += negative ? -exponent : exponent;
    }
    return at;
}

/// The double nearest to the number written in `first ..< end`, whose digits are `decimal`.
inline void read_double(
    const uint8_t *first, const uint8_t *end, const Decimal &decimal, sjson_slot &slot) {
    static constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    slot.kind = SJSON_DOUBLE;
    const bool is_exact = decimal.significant <= 19 && decimal.digits <= (uint64_t(1) << 53)
        && decimal.exponent >= -22 && decimal.exponent <= 22;
    if (is_exact) {
        // Both operands are exact doubles, so the one operation rounds correctly.
        double value = static_cast<double>(decimal.digits);
        value = decimal.exponent < 0 ? value / powers[-decimal.exponent]
                                     : value * powers[decimal.exponent];
        slot.number = decimal.negative ? -value : value;
        return;
    }
    double value = 0;
    const auto result = std::from_chars(
        reinterpret_cast<const char *>(first), reinterpret_cast<const char *>(end), value);
    if (result.ec == std::errc::result_out_of_range) {
        // The same answer stands for too large and for too close to zero.
        const int64_t magnitude = decimal.exponent + decimal.significant;
        if (magnitude > 0) {
            slot.kind = SJSON_OUT_OF_RANGE;
            return;
        }
        value = decimal.negative ? -0.0 : 0.0;
    }
    slot.number = value;
}

/// Reads a number; its end, or NULL where there is none.
inline const uint8_t *read_number(const uint8_t *first, sjson_slot &slot) {
    Decimal decimal;
    const uint8_t *end = read_decimal(first, decimal);
    if (!end) return nullptr;
    // 19 digits do not overflow 64 unsigned bits; the least signed integer goes the long way.
    if (decimal.whole && decimal.significant <= 19 && decimal.digits <= INT64_MAX) {
        const auto magnitude = static_cast<int64_t>(decimal.digits);
        slot.kind = SJSON_INTEGER;
        slot.integer = decimal.negative ? -magnitude : magnitude;
        return end;
    }
    if (decimal.whole && decimal.negative && decimal.significant == 19
        && decimal.digits == uint64_t(INT64_MAX) + 1) {
        slot.kind = SJSON_INTEGER;
        slot.integer = INT64_MIN;
        return end;
    }
    read_double(first, end, decimal, slot);
    return end;
}

/// The end of the word where the text goes on with it, otherwise NULL.
inline const uint8_t *read_word(const uint8_t *at, const char *word) {
    for (; *word; word++, at++) {
        if (*at != static_cast<uint8_t>(*word)) return nullptr;
    }
    return ends_token(*at) ? at : nullptr;
}

/// Reads what some senders write for a number that is none; its end, or NULL.
inline const uint8_t *read_not_a_number(const uint8_t *at) {
    if (*at == '-') at++;
    for (const char *word : {"NaN", "nan", "Infinity", "inf"}) {
        if (const uint8_t *end = read_word(at, word)) return end;
    }
    return nullptr;
}

/// Four hexadecimal digits; negative where they are not.
inline int32_t read_code_unit(const uint8_t *at) {
    int32_t unit = 0;
    for (int place = 0; place < 4; place++) {
        const uint8_t byte = at[place];
        const uint8_t letter = byte | 0x20;
        if (is_digit(byte)) {
            unit = unit * 16 + (byte - '0');
        } else if (letter >= 'a' && letter <= 'f') {
            unit = unit * 16 + (letter - 'a' + 10);
        } else {
            return -1;
        }
    }
    return unit;
}

inline uint8_t *write_utf8(uint32_t scalar, uint8_t *out) {
    if (scalar < 0x80) {
        *out++ = static_cast<uint8_t>(scalar);
        return out;
    }
    if (scalar < 0x800) {
        *out++ = static_cast<uint8_t>(0xC0 | scalar >> 6);
    } else if (scalar < 0x10000) {
        *out++ = static_cast<uint8_t>(0xE0 | scalar >> 12);
        *out++ = static_cast<uint8_t>(0x80 | (scalar >> 6 & 0x3F));
    } else {
        *out++ = static_cast<uint8_t>(0xF0 | scalar >> 18);
        *out++ = static_cast<uint8_t>(0x80 | (scalar >> 12 & 0x3F));
        *out++ = static_cast<uint8_t>(0x80 | (scalar >> 6 & 0x3F));
    }
    *out++ = static_cast<uint8_t>(0x80 | (scalar & 0x3F));
    return out;
}

/// Writes the character that a `\u` escape means, `at` being behind the `u`; half a surrogate pair
/// means none. The end of the escape, or NULL.
inline const uint8_t *unescape_unicode(const uint8_t *at, uint8_t *&out) {
    const int32_t unit = read_code_unit(at);
    if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF)) return nullptr;
    if (unit < 0xD800 || unit > 0xDFFF) {
        out = write_utf8(static_cast<uint32_t>(unit), out);
        return at + 4;
    }
    if (at[4] != '\\' || at[5] != 'u') return nullptr;
    const int32_t low = read_code_unit(at + 6);
    if (low < 0xDC00 || low > 0xDFFF) return nullptr;
    const auto high = static_cast<uint32_t>(unit - 0xD800);
    out = write_utf8(0x10000 + (high << 10) + static_cast<uint32_t>(low - 0xDC00), out);
    return at + 10;
}

/// Reads the string whose opening quote stands before `first`, and rewrites it in its place without
/// escapes and with a quote behind its last byte. The end of the result, or NULL at a bad escape.
/// That a closing quote follows was established before.
inline uint8_t *unescape(uint8_t *first) {
    const uint8_t *at = first;
    while (*at != '"' && *at != '\\') at++;
    uint8_t *out = first + (at - first);
    while (*at != '"') {
        if (*at != '\\') {
            *out++ = *at++;
            continue;
        }
        const uint8_t escaped = at[1];
        at += 2;
        switch (escaped) {
        case '"': case '\\': case '/': *out++ = escaped; break;
        case 'b': *out++ = '\b'; break;
        case 'f': *out++ = '\f'; break;
        case 'n': *out++ = '\n'; break;
        case 'r': *out++ = '\r'; break;
        case 't': *out++ = '\t'; break;
        case 'u':
            at = unescape_unicode(at, out);
            if (!at) return nullptr;
            break;
        default: return nullptr;
        }
    }
    *out = '"';
    return out;
}

}  // namespace freshwire
