#define _GNU_SOURCE
#include "CLinux.h"
#include <pthread.h>

void linux_name_this_thread(const char *name) {
    (void)pthread_setname_np(pthread_self(), name);
}
