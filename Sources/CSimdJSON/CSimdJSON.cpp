// The border: C on one side, C++ on the other. Only what allocates can throw, and it is caught here.
#include "CSimdJSON.h"

#include "Reader.hpp"

sjson_reader *sjson_reader_create(sjson_limits limits) {
    if (limits.bytes > UINT32_MAX / 2) limits.bytes = UINT32_MAX / 2;
    try {
        return new sjson_reader(limits);
    } catch (...) {
        return nullptr;
    }
}

void sjson_reader_destroy(sjson_reader *reader) { delete reader; }

const uint8_t *sjson_text(const sjson_reader *reader) { return reader->text; }

bool sjson_error_offset(const sjson_reader *reader, size_t *offset) {
    *offset = reader->error_offset;
    return reader->has_error_offset;
}

sjson_plan *sjson_plan_create(void) {
    try {
        return new sjson_plan;
    } catch (...) {
        return nullptr;
    }
}

void sjson_plan_destroy(sjson_plan *plan) { delete plan; }

int32_t sjson_plan_node(sjson_plan *plan, int32_t parent, const uint8_t *name, size_t length) {
    try {
        const int32_t known =
            plan->child(parent, plan->nodes[parent].first_child, name, length);
        return known == freshwire::no_node ? plan->add_child(parent, name, length) : known;
    } catch (...) {
        return -1;
    }
}

int32_t sjson_plan_want(sjson_plan *plan, int32_t node, bool numeric_text) {
    auto &wanted = plan->nodes[node];
    if (wanted.slot >= 0) return -1;
    wanted.slot = plan->slot_count++;
    wanted.numeric_text = numeric_text;
    return wanted.slot;
}

sjson_status sjson_begin_rows(
    sjson_reader *reader, sjson_plan *plan, const uint8_t *bytes, size_t length) {
    try {
        return reader->begin_rows(plan, bytes, length);
    } catch (...) {
        return SJSON_OUT_OF_MEMORY;
    }
}

sjson_status sjson_next_row(sjson_reader *reader, sjson_slot *slots) {
    return reader->next_row(slots);
}

sjson_status sjson_begin_tokens(sjson_reader *reader, const uint8_t *bytes, size_t length) {
    return reader->begin(bytes, length, false);
}

sjson_status sjson_next_token(sjson_reader *reader, sjson_token *token) {
    return reader->next(*token);
}

sjson_status sjson_read_nodes(
    sjson_reader *reader, const uint8_t *bytes, size_t length, const sjson_node **nodes,
    size_t *count) {
    try {
        const auto status = reader->read_nodes(bytes, length);
        *nodes = reader->nodes.data();
        *count = status == SJSON_OK ? reader->nodes.size() : 0;
        return status;
    } catch (...) {
        *count = 0;
        return SJSON_OUT_OF_MEMORY;
    }
}
