#pragma once
// JSON for Swift, over simdjson, in plain C. No C++ exception leaves these functions.
//
// simdjson's first stage checks UTF-8 and finds where each token begins, many bytes at a time.
// Neither of its second stages fits a log of readings: the tree ("DOM") fails a whole message for
// one integer beyond 64 bits, and the lazy one ("on demand") does not look at what it skips, so a
// message broken beside the wanted fields would pass. The walk over the tokens is therefore done
// here: every byte is checked, every error has its place, and a bad row costs only itself.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum sjson_status {
    SJSON_OK = 0,
    /// There is no further row or token: the document was read whole and is sound.
    SJSON_END,

    // The row is unusable, its neighbours are not.
    SJSON_ROW_NOT_AN_OBJECT,
    /// A name on the way to a wanted field occurs twice: which of the two is meant is unknown.
    SJSON_ROW_DUPLICATE_NAME,

    // The document is unusable.
    SJSON_OUT_OF_MEMORY,
    SJSON_TOO_LARGE,
    SJSON_TOO_DEEP,
    SJSON_TOO_MANY_ROWS,
    /// The document is a single number, string or literal, which holds no rows.
    SJSON_NO_ROWS,
    SJSON_EMPTY,
    SJSON_TRUNCATED,
    SJSON_TRAILING_CONTENT,
    SJSON_INVALID_UTF8,
    /// A string holds a control character that is not escaped.
    SJSON_CONTROL_CHARACTER,
    SJSON_INVALID_ESCAPE,
    SJSON_INVALID_LITERAL,
    SJSON_INVALID_NUMBER,
    /// A number beyond the largest double, where a tree is built.
    SJSON_NUMBER_OUT_OF_RANGE,
    /// A comma, colon, bracket or value stands where the grammar has none.
    SJSON_UNEXPECTED_TOKEN,
} sjson_status;

/// What one input may cost.
typedef struct sjson_limits {
    /// Of the input, at most UINT32_MAX / 2.
    size_t bytes;
    /// Arrays and objects inside each other.
    size_t depth;
    /// Of one document.
    size_t rows;
} sjson_limits;

typedef struct sjson_reader sjson_reader;

/// NULL when there is no memory.
sjson_reader *sjson_reader_create(sjson_limits limits);
void sjson_reader_destroy(sjson_reader *reader);

/// The reader's own copy of the input; the offsets in slots and tokens count from here. Valid
/// until the next input begins.
const uint8_t *sjson_text(const sjson_reader *reader);

/// Where in the input the last error was met; false where that is unknown.
bool sjson_error_offset(const sjson_reader *reader, size_t *offset);

// Rows: wanted fields out of an object or an array of objects.

/// The wanted fields as a tree of names; built once, then only read from.
typedef struct sjson_plan sjson_plan;

/// NULL when there is no memory.
sjson_plan *sjson_plan_create(void);
void sjson_plan_destroy(sjson_plan *plan);
/// The node called `name` under `parent` (0 is the row itself), made where it was not there yet;
/// negative when there is no memory.
int32_t sjson_plan_node(sjson_plan *plan, int32_t parent, const uint8_t *name, size_t length);
/// Asks for the value of a node; the answer is the index of its slot, counted from 0 in order of
/// the calls. Negative where the node has a slot already. With `numeric_text`, a string that holds
/// a JSON number (a leading plus is accepted) arrives as that number.
int32_t sjson_plan_want(sjson_plan *plan, int32_t node, bool numeric_text);

typedef enum sjson_kind {
    SJSON_MISSING = 0,
    SJSON_NULL,
    SJSON_FALSE,
    SJSON_TRUE,
    SJSON_INTEGER,
    SJSON_DOUBLE,
    SJSON_STRING,
    /// An array or an object.
    SJSON_CONTAINER,
    /// A number beyond the largest double. Never in a tree.
    SJSON_OUT_OF_RANGE,
    /// NaN, nan, Infinity, inf or their negatives, which some senders write though JSON has no such
    /// value. Never in a tree.
    SJSON_NOT_A_NUMBER,
} sjson_kind;

/// The value of a wanted field. An integer beyond 64 bits is a double.
typedef struct sjson_slot {
    sjson_kind kind;
    /// A string without its quotes and escapes: where it stands in `sjson_text`, in bytes.
    uint32_t offset;
    uint32_t length;
    union {
        int64_t integer;
        double number;
    };
} sjson_slot;

/// Takes a copy of a document whose rows are then asked for. The plan must outlive them. A leading
/// byte order mark is skipped.
sjson_status sjson_begin_rows(
    sjson_reader *reader, sjson_plan *plan, const uint8_t *bytes, size_t length);

/// Fills `slots`, one for each wanted field, from the next row. The rows handed out before an
/// unusable document was found to be so are void.
sjson_status sjson_next_row(sjson_reader *reader, sjson_slot *slots);

// Tokens: a whole document, for who builds a tree.

typedef enum sjson_token_kind {
    SJSON_TOKEN_VALUE = 0,
    SJSON_TOKEN_NAME,
    SJSON_TOKEN_OBJECT,
    SJSON_TOKEN_ARRAY,
    /// The object or array opened last ends.
    SJSON_TOKEN_CLOSE,
} sjson_token_kind;

typedef struct sjson_token {
    sjson_token_kind kind;
    /// Of a value; of a name, the string.
    sjson_slot value;
} sjson_token;

sjson_status sjson_begin_tokens(sjson_reader *reader, const uint8_t *bytes, size_t length);
sjson_status sjson_next_token(sjson_reader *reader, sjson_token *token);

// Nodes: a whole document in one piece of memory, for who walks about in it.

/// A value, or the name of a member, which stands before its value. What an object or array holds
/// follows it directly, up to the node at `next`.
typedef struct sjson_node {
    sjson_slot value;
    sjson_token_kind kind;
    /// The index of the first node behind this one and all it holds; of a name, behind its value.
    uint32_t next;
} sjson_node;

/// Reads a whole document, with the foreign numbers that rows may have. `nodes` stays valid until
/// the next input begins; there is at least one, and the first is the root.
sjson_status sjson_read_nodes(
    sjson_reader *reader, const uint8_t *bytes, size_t length, const sjson_node **nodes,
    size_t *count);

#ifdef __cplusplus
}
#endif
