#include "Reader.hpp"

sjson_status sjson_reader::read_nodes(const uint8_t *bytes, size_t count) {
    nodes.clear();
    auto status = begin(bytes, count, true);
    if (status != SJSON_OK) return status;
    // A value ends itself and, with itself, the name before it.
    const auto end_value = [this](uint32_t index) {
        nodes[index].next = static_cast<uint32_t>(nodes.size());
        if (index > 0 && nodes[index - 1].kind == SJSON_TOKEN_NAME) {
            nodes[index - 1].next = nodes[index].next;
        }
    };
    sjson_token token;
    while ((status = next(token)) == SJSON_OK) {
        if (token.kind == SJSON_TOKEN_CLOSE) {
            end_value(open[depth + 1].opened_by);
            continue;
        }
        const auto index = static_cast<uint32_t>(nodes.size());
        nodes.push_back({token.value, token.kind, index + 1});
        switch (token.kind) {
        case SJSON_TOKEN_VALUE: end_value(index); break;
        case SJSON_TOKEN_OBJECT: case SJSON_TOKEN_ARRAY: open[depth].opened_by = index; break;
        default: break;
        }
    }
    return status == SJSON_END ? SJSON_OK : status;
}
