#pragma once
// What Glibc's module map leaves out: the kernel interfaces that one event loop is built from.
// No _GNU_SOURCE here: it would change types that Glibc's own module has compiled without it.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <stdint.h>
#include <sys/signalfd.h>

/// Names the calling thread; at most 15 bytes count. (pthread_setname_np needs _GNU_SOURCE.)
void linux_name_this_thread(const char *name);

/// A file of one page in memory, whose size is sealed; -1 and errno on failure. (memfd_create and
/// the seals need _GNU_SOURCE.)
int linux_make_sealed_page(void);

/// A number in memory shared with another process: read and written whole, in order.
static inline uint64_t linux_load_shared(const uint64_t *number) {
    return __atomic_load_n(number, __ATOMIC_ACQUIRE);
}

static inline void linux_store_shared(uint64_t *number, uint64_t value) {
    __atomic_store_n(number, value, __ATOMIC_RELEASE);
}
