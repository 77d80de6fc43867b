#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"

void sandbox_close_descriptors(unsigned int first) {
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
    // Kernels before 5.9. The limit is what a descriptor can be at most.
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    for (rlim_t descriptor = first; descriptor < limit.rlim_cur; descriptor++)
        close((int)descriptor);
}

static int lower(int resource, uint64_t bound) {
    struct rlimit limit = {bound, bound};
    struct rlimit present;
    // A limit that is already lower cannot be raised, and need not be.
    if (getrlimit(resource, &present) == 0 && present.rlim_max < bound)
        limit.rlim_cur = limit.rlim_max = present.rlim_max;
    return setrlimit(resource, &limit);
}

static enum sandbox_step failed(enum sandbox_step step, int *error_number) {
    *error_number = errno;
    return step;
}

enum sandbox_step sandbox_enter(const struct sandbox_limits *limits, int *error_number) {
    *error_number = 0;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return failed(SANDBOX_PARENT_DEATH, error_number);
    if (limits->address_space != 0 && lower(RLIMIT_AS, limits->address_space) != 0)
        return failed(SANDBOX_MEMORY_LIMIT, error_number);
    if (lower(RLIMIT_NOFILE, limits->descriptors) != 0 || lower(RLIMIT_FSIZE, 0) != 0 ||
        lower(RLIMIT_CORE, 0) != 0)
        return failed(SANDBOX_FILE_LIMITS, error_number);
    // No other process of this user may look into it, nor may a dump be made of it.
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return failed(SANDBOX_NOT_DUMPABLE, error_number);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return failed(SANDBOX_NO_NEW_PRIVILEGES, error_number);
    return sandbox_install_filter(error_number);
}
