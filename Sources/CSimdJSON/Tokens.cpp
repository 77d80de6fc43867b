#include <algorithm>

#include "Reader.hpp"

namespace {

/// A first input of usual size needs no growth.
constexpr size_t least_capacity = 4096;

}  // namespace

sjson_status sjson_reader::fail(sjson_status status, size_t offset) noexcept {
    expected = Expected::nothing;
    rows = Rows::none;
    error_offset = offset + skipped;
    has_error_offset = true;
    return status;
}

sjson_status sjson_reader::fail(sjson_status status) noexcept {
    fail(status, 0);
    has_error_offset = false;
    return status;
}

/// The token at the cursor is none that the grammar allows, or there is no token.
sjson_status sjson_reader::fail_at_cursor() noexcept {
    if (cursor == cursor_end) return fail(SJSON_TRUNCATED, length);
    return fail(SJSON_UNEXPECTED_TOKEN, *cursor);
}

sjson_status sjson_reader::reserve(size_t needed) noexcept {
    if (text && needed <= capacity) return SJSON_OK;
    const size_t grown =
        std::max({needed, least_capacity, std::min(capacity * 2, limits.bytes)});
    auto *memory = static_cast<uint8_t *>(std::malloc(grown + simdjson::SIMDJSON_PADDING));
    if (!memory) return SJSON_OUT_OF_MEMORY;
    std::free(text);
    text = memory;
    capacity = grown;
    // The first stage itself keeps no stack; the depth is limited here.
    constexpr size_t scanner_depth = 1;
    const auto error = scanner
        ? scanner->allocate(grown, scanner_depth)
        : simdjson::get_active_implementation()->create_dom_parser_implementation(
              grown, scanner_depth, scanner);
    if (!error) return SJSON_OK;
    capacity = 0;
    return SJSON_OUT_OF_MEMORY;
}

sjson_status sjson_reader::begin(
    const uint8_t *bytes, size_t count, bool accepts_foreign_numbers) noexcept {
    this->accepts_foreign_numbers = accepts_foreign_numbers;
    plan = nullptr;
    depth = 0;
    skipped = 0;
    if (count > limits.bytes) return fail(SJSON_TOO_LARGE);
    if (count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF) skipped = 3;
    length = count - skipped;
    if (length == 0) return fail(SJSON_EMPTY);
    if (reserve(length) != SJSON_OK) return fail(SJSON_OUT_OF_MEMORY);
    std::memcpy(text, bytes + skipped, length);
    std::memset(text + length, ' ', simdjson::SIMDJSON_PADDING);
    return scan();
}

sjson_status sjson_reader::scan() noexcept {
    switch (scanner->stage1(text, length, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS: break;
    case simdjson::EMPTY: return fail(SJSON_EMPTY);
    case simdjson::UTF8_ERROR: return fail(SJSON_INVALID_UTF8);
    case simdjson::UNESCAPED_CHARS: return fail(SJSON_CONTROL_CHARACTER);
    case simdjson::UNCLOSED_STRING: return fail(SJSON_TRUNCATED, length);
    case simdjson::MEMALLOC: return fail(SJSON_OUT_OF_MEMORY);
    default: return fail(SJSON_UNEXPECTED_TOKEN);
    }
    cursor = scanner->structural_indexes.get();
    cursor_end = cursor + scanner->n_structural_indexes;
    expected = Expected::value;
    return SJSON_OK;
}

sjson_status sjson_reader::next(sjson_token &token) noexcept {
    switch (expected) {
    case Expected::comma_or_close:
        if (peek() != ',') return close_container(token);
        cursor++;
        return open[depth].is_object ? read_name(token) : read_value(token);
    case Expected::name_or_close:
        return peek() == '}' ? close_container(token) : read_name(token);
    case Expected::value_or_close:
        return peek() == ']' ? close_container(token) : read_value(token);
    case Expected::value: return read_value(token);
    case Expected::end: return finish();
    case Expected::nothing: break;
    }
    return SJSON_END;
}

sjson_status sjson_reader::finish() noexcept {
    if (cursor != cursor_end) return fail(SJSON_TRAILING_CONTENT, *cursor);
    expected = Expected::nothing;
    return SJSON_END;
}

sjson_status sjson_reader::read_name(sjson_token &token) noexcept {
    if (peek() != '"') return fail_at_cursor();
    token.kind = SJSON_TOKEN_NAME;
    const auto status = read_string(token.value);
    if (status != SJSON_OK) return status;
    if (peek() != ':') return fail_at_cursor();
    cursor++;
    expected = Expected::value;
    return SJSON_OK;
}

sjson_status sjson_reader::read_value(sjson_token &token) noexcept {
    token.kind = SJSON_TOKEN_VALUE;
    expected = depth > 0 ? Expected::comma_or_close : Expected::end;
    switch (peek()) {
    case '{': return open_container(true, token);
    case '[': return open_container(false, token);
    case '"': return read_string(token.value);
    case 't': return read_literal("true", SJSON_TRUE, token.value);
    case 'f': return read_literal("false", SJSON_FALSE, token.value);
    case 'n': return read_literal("null", SJSON_NULL, token.value);
    case 0: case ',': case ':': case ']': case '}': return fail_at_cursor();
    default: return read_number(token.value);
    }
}

sjson_status sjson_reader::read_string(sjson_slot &slot) noexcept {
    const uint32_t quote = *cursor;
    uint8_t *first = text + quote + 1;
    const uint8_t *end = freshwire::unescape(first);
    if (!end) return fail(SJSON_INVALID_ESCAPE, quote);
    slot.kind = SJSON_STRING;
    slot.offset = quote + 1;
    slot.length = static_cast<uint32_t>(end - first);
    cursor++;
    return SJSON_OK;
}

sjson_status sjson_reader::read_literal(
    const char *word, sjson_kind kind, sjson_slot &slot) noexcept {
    const uint8_t *first = text + *cursor;
    slot.kind = kind;
    if (!freshwire::read_word(first, word)) {
        if (!accepts_foreign_numbers || !freshwire::read_not_a_number(first)) {
            return fail(SJSON_INVALID_LITERAL, *cursor);
        }
        slot.kind = SJSON_NOT_A_NUMBER;
    }
    cursor++;
    return SJSON_OK;
}

sjson_status sjson_reader::read_number(sjson_slot &slot) noexcept {
    const uint8_t *first = text + *cursor;
    const uint8_t *end = freshwire::read_number(first, slot);
    if (!end || !freshwire::ends_token(*end)) {
        const bool is_number = *first == '-' || freshwire::is_digit(*first);
        if (!accepts_foreign_numbers || !freshwire::read_not_a_number(first)) {
            return fail(is_number ? SJSON_INVALID_NUMBER : SJSON_INVALID_LITERAL, *cursor);
        }
        slot.kind = SJSON_NOT_A_NUMBER;
    }
    if (slot.kind == SJSON_OUT_OF_RANGE && !accepts_foreign_numbers) {
        return fail(SJSON_NUMBER_OUT_OF_RANGE, *cursor);
    }
    cursor++;
    return SJSON_OK;
}

sjson_status sjson_reader::open_container(bool is_object, sjson_token &token) noexcept {
    if (depth == limits.depth) return fail(SJSON_TOO_DEEP, *cursor);
    depth++;
    open[depth].is_object = is_object;
    open[depth].node = freshwire::no_node;
    token.kind = is_object ? SJSON_TOKEN_OBJECT : SJSON_TOKEN_ARRAY;
    token.value.kind = SJSON_CONTAINER;
    expected = is_object ? Expected::name_or_close : Expected::value_or_close;
    cursor++;
    return SJSON_OK;
}

sjson_status sjson_reader::close_container(sjson_token &token) noexcept {
    if (peek() != (open[depth].is_object ? '}' : ']')) return fail_at_cursor();
    depth--;
    token.kind = SJSON_TOKEN_CLOSE;
    expected = depth > 0 ? Expected::comma_or_close : Expected::end;
    cursor++;
    return SJSON_OK;
}
