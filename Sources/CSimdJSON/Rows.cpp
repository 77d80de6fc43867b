#include "Reader.hpp"

sjson_status sjson_reader::begin_rows(sjson_plan *plan, const uint8_t *bytes, size_t length) {
    rows = Rows::none;
    row_count = 0;
    if (seen_names.size() < plan->nodes.size()) seen_names.resize(plan->nodes.size());
    const auto begun = begin(bytes, length, true);
    if (begun != SJSON_OK) return begun;
    this->plan = plan;
    switch (peek()) {
    case '{':
        rows = Rows::one;
        return SJSON_OK;
    case '[': {
        rows = Rows::many;
        sjson_token bracket;
        return next(bracket);
    }
    default: break;
    }
    // A document of one value; that it is one is looked at, so that the reason given is right.
    sjson_token value;
    auto status = next(value);
    if (status == SJSON_OK) status = next(value);
    return status == SJSON_END ? fail(SJSON_NO_ROWS, 0) : status;
}

sjson_status sjson_reader::next_row(sjson_slot *slots) noexcept {
    if (rows == Rows::none) return SJSON_END;
    sjson_token token;
    const auto status = next(token);
    if (status != SJSON_OK) return status;
    if (token.kind == SJSON_TOKEN_CLOSE) {
        rows = Rows::none;
        return next(token);
    }
    row_count++;
    row_serial++;
    if (row_count > limits.rows) return fail(SJSON_TOO_MANY_ROWS, cursor[-1]);
    std::memset(slots, 0, sizeof(sjson_slot) * static_cast<size_t>(plan->slot_count));
    if (token.kind == SJSON_TOKEN_VALUE) return SJSON_ROW_NOT_AN_OBJECT;
    if (token.kind == SJSON_TOKEN_ARRAY) return skip_row();
    const bool is_only_one = rows == Rows::one;
    const auto read = read_row(slots);
    if (!is_only_one || rows == Rows::none) return read;
    rows = Rows::none;
    const auto end = next(token);
    return end == SJSON_END ? read : end;
}

/// Reads to the end of the array that was just opened in the place of a row.
sjson_status sjson_reader::skip_row() noexcept {
    const size_t outside = depth - 1;
    sjson_token token;
    while (depth > outside) {
        const auto status = next(token);
        if (status != SJSON_OK) return status;
    }
    return SJSON_ROW_NOT_AN_OBJECT;
}

/// Reads to the end of the object that was just opened.
sjson_status sjson_reader::read_row(sjson_slot *slots) noexcept {
    const size_t outside = depth - 1;
    bool is_ambiguous = false;
    // The plan's node for the value that comes next.
    int32_t node = 0;
    open[depth].node = node;
    open[depth].expected_child = plan->nodes[0].first_child;
    sjson_token token;
    while (depth > outside) {
        const auto status = next(token);
        if (status != SJSON_OK) return status;
        switch (token.kind) {
        case SJSON_TOKEN_NAME:
            if (!meet_name(token.value, node)) is_ambiguous = true;
            continue;
        case SJSON_TOKEN_OBJECT:
            if (node == freshwire::no_node) break;
            open[depth].node = node;
            open[depth].expected_child = plan->nodes[node].first_child;
            fill(node, token, slots);
            break;
        case SJSON_TOKEN_ARRAY: case SJSON_TOKEN_VALUE:
            if (node != freshwire::no_node) fill(node, token, slots);
            break;
        case SJSON_TOKEN_CLOSE: break;
        }
        // Elements of an array have no name, so no path leads to them.
        node = freshwire::no_node;
    }
    return is_ambiguous ? SJSON_ROW_DUPLICATE_NAME : SJSON_OK;
}

/// Finds the plan's node for a member; false where its name was met in this row before.
bool sjson_reader::meet_name(const sjson_slot &name, int32_t &node) noexcept {
    Open &object = open[depth];
    node = freshwire::no_node;
    if (object.node == freshwire::no_node) return true;
    node = plan->child(object.node, object.expected_child, text + name.offset, name.length);
    if (node == freshwire::no_node) return true;
    object.expected_child = plan->nodes[node].next_sibling;
    const bool is_first = seen_names[node] != row_serial;
    seen_names[node] = row_serial;
    return is_first;
}

void sjson_reader::fill(int32_t node, const sjson_token &token, sjson_slot *slots) noexcept {
    const auto &wanted = plan->nodes[node];
    if (wanted.slot < 0) return;
    sjson_slot &slot = slots[wanted.slot];
    slot = token.value;
    if (!wanted.numeric_text || slot.kind != SJSON_STRING) return;
    const uint8_t *first = text + slot.offset;
    const uint8_t *end = first + slot.length;
    if (*first == '+' && freshwire::is_digit(first[1])) first++;
    sjson_slot number = slot;
    // A quote stands behind the string's last byte, so the number ends there or before.
    if (freshwire::read_number(first, number) == end) slot = number;
}
