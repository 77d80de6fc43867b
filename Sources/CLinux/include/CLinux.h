#pragma once
// What Glibc's module map leaves out: the kernel interfaces that one event loop is built from.
// No _GNU_SOURCE here: it would change types that Glibc's own module has compiled without it.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

/// Names the calling thread; at most 15 bytes count. (pthread_setname_np needs _GNU_SOURCE.)
void linux_name_this_thread(const char *name);
