// Makes one system call of the process fail, for tests of what the journal does then. Preloaded.
//
// JOURNAL_FAULT="<call> <k> <errno>": the k-th call, counted from 1, answers that error instead of
// being made. <call> is `sync` (fsync, fdatasync), `write` (pwrite) or `half`, which writes the first
// half of the k-th pwrite and then fails. When it happens, the line `injected` goes to the output.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_due(const char *call, int *error) {
  static int calls = 0;
  static int parsed = 0, at = 0, number = 0;
  static char wanted[16];
  if (!parsed) {
    parsed = 1;
    const char *fault = getenv("JOURNAL_FAULT");
    if (!fault || sscanf(fault, "%15s %d %d", wanted, &at, &number) != 3) at = 0;
  }
  if (at == 0) return 0;
  const char *kind = strcmp(wanted, "half") == 0 ? "write" : wanted;
  if (strcmp(kind, call) != 0 || ++calls != at) return 0;
  *error = number;
  if (write(1, "injected\n", 9) != 9) abort();
  return strcmp(wanted, "half") == 0 ? 2 : 1;
}

static int faulty_sync(int descriptor, const char *name) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  int error;
  if (is_due("sync", &error)) {
    errno = error;
    return -1;
  }
  return real(descriptor);
}

int fsync(int descriptor) { return faulty_sync(descriptor, "fsync"); }
int fdatasync(int descriptor) { return faulty_sync(descriptor, "fdatasync"); }

static ssize_t faulty_write(
    int descriptor, const void *bytes, size_t count, off_t offset, const char *name) {
  ssize_t (*real)(int, const void *, size_t, off_t) =
      (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, name);
  int error;
  int fault = is_due("write", &error);
  if (fault == 2) real(descriptor, bytes, count / 2, offset);
  if (fault) {
    errno = error;
    return -1;
  }
  return real(descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  return faulty_write(descriptor, bytes, count, offset, "pwrite");
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
  return faulty_write(descriptor, bytes, count, offset, "pwrite64");
}
