#define _GNU_SOURCE
#include "CLinux.h"
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

void linux_name_this_thread(const char *name) {
    (void)pthread_setname_np(pthread_self(), name);
}

int linux_make_sealed_page(void) {
    int descriptor = memfd_create("freshwire", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0)
        return -1;
    // The other process could otherwise shorten the file, and this one would fault when it reads.
    if (ftruncate(descriptor, sysconf(_SC_PAGESIZE)) == 0 &&
        fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}
