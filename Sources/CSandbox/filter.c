#define _GNU_SOURCE
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Three answers. ALLOW is what an engine needs that computes, collects garbage and speaks over the
// descriptors it has. KILL is for the tools of an escape: no engine asks for them, so whoever does
// has taken it over, and each answer it gave would be a lie. All else FAILS with EPERM, because the
// C library, ICU and GLib try things they can do without (opening a file of the locale, for one),
// and a codec must not pay for that with its reading.

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

// Little-endian machines both: the low half of an argument comes first.
#define LOW_HALF_OF_ARGUMENT(n) ((unsigned)offsetof(struct seccomp_data, args[n]))
#define NUMBER_OF_CALL ((unsigned)offsetof(struct seccomp_data, nr))

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define IF_CALL(number, action)                                                                    \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), ANSWER(action)
#define ALLOW(name) IF_CALL(__NR_##name, SECCOMP_RET_ALLOW)
#define KILL(name) IF_CALL(__NR_##name, SECCOMP_RET_KILL_PROCESS)
#define FAIL(name, error) IF_CALL(__NR_##name, SECCOMP_RET_ERRNO | (error))

// The call is allowed where none of `bits` is set in the argument; else it gets `action`.
#define ALLOW_WITHOUT(name, argument, bits, action)                                                \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4),                                        \
        LOAD(LOW_HALF_OF_ARGUMENT(argument)),                                                      \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 0, 1), ANSWER(action),                        \
        ANSWER(SECCOMP_RET_ALLOW)
// The call is allowed where all bits of the single-bit mask are set; else it kills.
#define ALLOW_WITH(name, argument, bit)                                                            \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4),                                        \
        LOAD(LOW_HALF_OF_ARGUMENT(argument)),                                                      \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bit), 1, 0), ANSWER(SECCOMP_RET_KILL_PROCESS),       \
        ANSWER(SECCOMP_RET_ALLOW)
// The call is allowed where the argument is `value`; else it gets `action`.
#define ALLOW_EQUAL(name, argument, value, action)                                                 \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 4),                                        \
        LOAD(LOW_HALF_OF_ARGUMENT(argument)),                                                      \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 1, 0), ANSWER(action),                        \
        ANSWER(SECCOMP_RET_ALLOW)

enum sandbox_step sandbox_install_filter(int *error_number) {
#ifndef MACHINE
    *error_number = ENOSYS;
    return SANDBOX_UNKNOWN_MACHINE;
#else
    const unsigned own_process = (unsigned)getpid();
    struct sock_filter filter[] = {
        // A call by another machine's numbering would be another call.
        LOAD((unsigned)offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
        LOAD(NUMBER_OF_CALL),
#if defined(__x86_64__)
        // The x32 numbering, which this bit selects.
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
#endif
        // The hot path first.
        ALLOW(read),
        ALLOW(write),
        ALLOW(futex),
        ALLOW(clock_gettime),
        ALLOW(pread64),  // of the memory meter

        // Memory, never executable: with the JIT off nobody has to write code.
        ALLOW_WITHOUT(mmap, 2, PROT_EXEC, SECCOMP_RET_ERRNO | EPERM),
        ALLOW_WITHOUT(mprotect, 2, PROT_EXEC, SECCOMP_RET_ERRNO | EPERM),
        ALLOW(munmap),
        ALLOW(madvise),
        ALLOW(mremap),
        ALLOW(brk),
        ALLOW(mincore),

        // The engine's helper threads, and their loops; a new process is an escape.
        ALLOW_WITH(clone, 0, CLONE_THREAD),
        // Its flags lie in memory, where a filter cannot see them: the C library takes clone.
        FAIL(clone3, ENOSYS),
        ALLOW(set_robust_list),
        ALLOW(rseq),
        ALLOW(sched_yield),
        ALLOW(sched_getaffinity),
        ALLOW(gettid),
        ALLOW(getpid),
        ALLOW_EQUAL(prctl, 0, PR_SET_NAME, SECCOMP_RET_ERRNO | EPERM),
        ALLOW(ppoll),
#ifdef __NR_poll
        ALLOW(poll),
#endif
        ALLOW(eventfd2),  // wakes a helper's loop
        ALLOW(close),
        ALLOW(getrandom),
        ALLOW(clock_getres),
        ALLOW(clock_nanosleep),
        ALLOW(nanosleep),
        ALLOW(gettimeofday),
        ALLOW(getrusage),

        // Signals within the process: collecting garbage stops threads by them, and so does abort.
        ALLOW_EQUAL(tgkill, 0, own_process, SECCOMP_RET_KILL_PROCESS),
        ALLOW(rt_sigaction),
        ALLOW(rt_sigprocmask),
        ALLOW(rt_sigreturn),
        ALLOW(sigaltstack),
        ALLOW(restart_syscall),
        ALLOW(exit),
        ALLOW(exit_group),

        // The tools of an escape.
#ifdef __NR_fork
        KILL(fork),
        KILL(vfork),
#endif
        KILL(execve),
        KILL(execveat),
        KILL(ptrace),
        KILL(process_vm_readv),
        KILL(process_vm_writev),
        KILL(kill),
        KILL(tkill),
        KILL(rt_sigqueueinfo),
        KILL(rt_tgsigqueueinfo),
        KILL(socket),
        KILL(socketpair),
        KILL(connect),
        KILL(bind),
        KILL(listen),
        KILL(accept),
        KILL(accept4),
        KILL(sendto),
        KILL(sendmsg),
        KILL(sendmmsg),
        KILL(recvmsg),
        KILL(bpf),
        KILL(perf_event_open),
        KILL(io_uring_setup),
        KILL(userfaultfd),
        KILL(mount),
        KILL(umount2),
        KILL(unshare),
        KILL(setns),
        KILL(chroot),
        KILL(pivot_root),
        KILL(init_module),
        KILL(finit_module),
        KILL(kexec_load),
        KILL(keyctl),
        KILL(setuid),
        KILL(setgid),
        KILL(setresuid),
        KILL(setresgid),
        ANSWER(SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    // All threads at once: the engine has started helpers before.
    long answer =
        syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    if (answer == 0)
        return SANDBOX_ENTERED;
    // A positive answer is the thread that could not be brought along.
    *error_number = answer > 0 ? ESRCH : errno;
    return SANDBOX_FILTER;
#endif
}
