#pragma once
// The walk over the tokens that simdjson's first stage found.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include "CSimdJSON.h"
#include "Plan.hpp"
#include "Scalars.hpp"

struct sjson_reader {
    explicit sjson_reader(sjson_limits limits)
        : limits(limits), open(limits.depth + 1) {}

    ~sjson_reader() { std::free(text); }
    sjson_reader(const sjson_reader &) = delete;
    sjson_reader &operator=(const sjson_reader &) = delete;

    sjson_limits limits;
    /// The input, and behind it bytes that belong to no token.
    uint8_t *text = nullptr;
    size_t error_offset = 0;
    bool has_error_offset = false;

    sjson_status begin(const uint8_t *bytes, size_t length, bool accepts_foreign_numbers) noexcept;
    /// Everything but the walk over rows goes through here, so there is one grammar.
    sjson_status next(sjson_token &token) noexcept;

    sjson_status begin_rows(sjson_plan *plan, const uint8_t *bytes, size_t length);
    sjson_status next_row(sjson_slot *slots) noexcept;

    std::vector<sjson_node> nodes;
    sjson_status read_nodes(const uint8_t *bytes, size_t length);

private:
    /// What the grammar allows next.
    enum class Expected : uint8_t {
        value, value_or_close, name_or_close, comma_or_close, end, nothing
    };
    /// What is open at one depth.
    struct Open {
        bool is_object = false;
        /// Of the plan, while rows are read: the object's own node, and the child whose name is
        /// likely to come next.
        int32_t node = freshwire::no_node;
        int32_t expected_child = freshwire::no_node;
        /// The index in `nodes`, while those are read.
        uint32_t opened_by = 0;
    };

    std::unique_ptr<simdjson::internal::dom_parser_implementation> scanner;
    size_t capacity = 0;
    size_t length = 0;
    /// Bytes of a byte order mark that are not in `text`.
    size_t skipped = 0;
    const uint32_t *cursor = nullptr;
    const uint32_t *cursor_end = nullptr;
    std::vector<Open> open;
    size_t depth = 0;
    Expected expected = Expected::nothing;
    bool accepts_foreign_numbers = false;

    const sjson_plan *plan = nullptr;
    size_t row_count = 0;
    /// Counts the rows of all documents, so that no row has the number of another one.
    uint64_t row_serial = 0;
    /// The row in which each of the plan's nodes was met last.
    std::vector<uint64_t> seen_names;
    enum class Rows : uint8_t { one, many, none } rows = Rows::none;

    sjson_status reserve(size_t needed) noexcept;
    sjson_status scan() noexcept;
    sjson_status fail(sjson_status status, size_t offset) noexcept;
    sjson_status fail(sjson_status status) noexcept;
    sjson_status fail_at_cursor() noexcept;

    uint8_t peek() const noexcept { return cursor < cursor_end ? text[*cursor] : 0; }
    sjson_status read_name(sjson_token &token) noexcept;
    sjson_status read_value(sjson_token &token) noexcept;
    sjson_status read_string(sjson_slot &slot) noexcept;
    sjson_status read_literal(const char *word, sjson_kind kind, sjson_slot &slot) noexcept;
    sjson_status read_number(sjson_slot &slot) noexcept;
    sjson_status open_container(bool is_object, sjson_token &token) noexcept;
    sjson_status close_container(sjson_token &token) noexcept;
    sjson_status finish() noexcept;

    sjson_status begin_row(sjson_slot *slots) noexcept;
    sjson_status read_row(sjson_slot *slots) noexcept;
    sjson_status skip_row() noexcept;
    bool meet_name(const sjson_slot &name, int32_t &node) noexcept;
    void fill(int32_t node, const sjson_token &token, sjson_slot *slots) noexcept;
};
