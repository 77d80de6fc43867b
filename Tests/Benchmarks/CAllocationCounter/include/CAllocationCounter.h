#pragma once
// Counts what a thread takes from the heap. A program that links this has its allocator replaced by
// one that counts and passes on to glibc's own.
#include <stdint.h>

/// How often the calling thread has taken memory since it began.
uint64_t allocation_count(void);
