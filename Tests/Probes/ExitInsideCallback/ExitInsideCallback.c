#define _GNU_SOURCE
#include "ExitInsideCallback.h"

#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_armed;
static int has_queued;
static int exit_code;

void exit_inside_callback(int armed, int code) {
    is_armed = armed;
    has_queued = 0;
    exit_code = code;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (is_armed && count == 1) {
        has_queued = 1;
    }
    return syscall(SYS_write, descriptor, bytes, count);
}

size_t strlen(const char *text) {
    if (is_armed && has_queued) {
        _exit(exit_code);
    }
    // Volatile, or the compiler finds that this loop is a strlen and calls it.
    const volatile char *end = text;
    while (*end) {
        end++;
    }
    return (size_t)(end - text);
}
