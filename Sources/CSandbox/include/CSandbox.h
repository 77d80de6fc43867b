#pragma once
#include <stdint.h>

/// What failed on the way into the sandbox.
enum sandbox_step {
    SANDBOX_ENTERED = 0,
    SANDBOX_PARENT_DEATH,
    SANDBOX_MEMORY_LIMIT,
    SANDBOX_FILE_LIMITS,
    SANDBOX_NOT_DUMPABLE,
    SANDBOX_NO_NEW_PRIVILEGES,
    SANDBOX_FILTER,
    SANDBOX_UNKNOWN_MACHINE,
};

struct sandbox_limits {
    /// Bytes of address space the process may have in all; 0 sets no limit.
    uint64_t address_space;
    /// The number that every descriptor the process may still get stays below.
    uint64_t descriptors;
};

/// Closes every descriptor from `first` on.
void sandbox_close_descriptors(unsigned int first);

/// Locks the calling process in, with all its threads, for good.
///
/// `error_number` is set where the answer is not SANDBOX_ENTERED.
enum sandbox_step sandbox_enter(const struct sandbox_limits *limits, int *error_number);
