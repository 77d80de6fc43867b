// What a row of the log costs in each shape its storage could have: `StorageShapes [messages] [dir]`.
//
// 5,000 sources measure three quantities once a minute; 100 messages a commit arrive up to 2 s late,
// in no order within that. Each commit is flushed (WAL, synchronous=FULL); checkpoints at 64 MB.
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { sources = 5000, messages_a_commit = 100, quantities = 3, slice = 16384, wal_limit = 64 << 20 };

typedef struct {
  const char *name;
  const char *table; // %s is the list of columns
  const char *index;
  int is_lazy;
} shape;

static const shape shapes[] = {
    {"rowid table, no index", "CREATE TABLE readings(id INTEGER PRIMARY KEY, %s) STRICT", "", 0},
    {"+ unique (time, source, …)", "CREATE TABLE readings(id INTEGER PRIMARY KEY, %s) STRICT",
     "CREATE UNIQUE INDEX once ON readings(at, source, quantity, probe, value)", 0},
    {"+ unique, + index (source, time)", "CREATE TABLE readings(id INTEGER PRIMARY KEY, %s) STRICT",
     "CREATE UNIQUE INDEX once ON readings(at, source, quantity, probe, value);"
     "CREATE INDEX by_source ON readings(source, at)", 0},
    {"clustered by (source, time, …)",
     "CREATE TABLE readings(%s, PRIMARY KEY(source, at, quantity, probe, value)) STRICT, WITHOUT ROWID", "", 0},
    {"clustered by (time, source, …)",
     "CREATE TABLE readings(%s, PRIMARY KEY(at, source, quantity, probe, value)) STRICT, WITHOUT ROWID", "", 0},
    {"+ unique, + lazy index by source", "CREATE TABLE readings(id INTEGER PRIMARY KEY, %s) STRICT",
     "CREATE UNIQUE INDEX once ON readings(at, source, quantity, probe, value);"
     "CREATE TABLE by_source(source INTEGER, at INTEGER, PRIMARY KEY(source, at)) STRICT, WITHOUT ROWID", 1},
};

static const char columns[] =
    "at INTEGER NOT NULL, source INTEGER NOT NULL, quantity INTEGER NOT NULL, probe INTEGER NOT NULL,"
    "value REAL NOT NULL, quality INTEGER NOT NULL, flags INTEGER NOT NULL, time_source INTEGER NOT NULL,"
    "received_at INTEGER NOT NULL, sequence INTEGER, order_number INTEGER";

static sqlite3 *database;
static uint64_t state;
static int wal_pages;
static int64_t wal_written;

static void require(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "%s: %s\n", what, database ? sqlite3_errmsg(database) : "");
  exit(1);
}

static void execute(const char *sql) { require(sqlite3_exec(database, sql, 0, 0, 0) == SQLITE_OK, sql); }

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  require(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, 0) == SQLITE_OK, sql);
  return statement;
}

static void run(sqlite3_stmt *statement) {
  require(sqlite3_step(statement) == SQLITE_DONE, sqlite3_sql(statement));
  sqlite3_reset(statement);
}

static double cpu(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return used.ru_utime.tv_sec + used.ru_stime.tv_sec +
         1e-6 * (used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

static double wall(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + 1e-9 * now.tv_nsec;
}

static uint64_t draw(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static int count_wal(void *unused, sqlite3 *connection, const char *name, int pages) {
  (void)unused, (void)connection, (void)name;
  wal_written += (int64_t)(pages > wal_pages ? pages - wal_pages : pages) * 4120;
  wal_pages = pages;
  return SQLITE_OK;
}

static int by_number(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

typedef struct {
  int64_t source, at;
} instant;

static int by_source(const void *left, const void *right) {
  const instant *a = left, *b = right;
  if (a->source != b->source) return a->source < b->source ? -1 : 1;
  return a->at < b->at ? -1 : a->at > b->at;
}

// The lazy index: gathered instants are sorted when a slice is full and go in with later commits.
static instant gathered[2 * slice], draining[2 * slice];
static int gathered_count, draining_count, drained;

static void drain(sqlite3_stmt *insert, int count) {
  for (; count > 0 && drained < draining_count; count--, drained++) {
    sqlite3_bind_int64(insert, 1, draining[drained].source);
    sqlite3_bind_int64(insert, 2, draining[drained].at);
    run(insert);
  }
  if (drained < draining_count || gathered_count < slice) return;
  memcpy(draining, gathered, sizeof(instant) * gathered_count);
  qsort(draining, gathered_count, sizeof(instant), by_source);
  draining_count = gathered_count, drained = 0, gathered_count = 0;
}

static void insert_message(sqlite3_stmt *insert, int64_t message, int is_lazy) {
  int64_t now = 1770000000000 + message * 60000 / sources;
  instant told = {1 + (int64_t)(draw() % sources), now - (int64_t)(draw() % 2000)};
  for (int quantity = 1; quantity <= quantities; quantity++) {
    int64_t values[] = {told.at, told.source, quantity, 0, 0, 1, 0x11, 1, now, message, told.source % 100};
    for (int i = 0; i < 11; i++) sqlite3_bind_int64(insert, i + 1, values[i]);
    sqlite3_bind_double(insert, 5, (double)(draw() % 4000) / 100);
    run(insert);
  }
  if (is_lazy) gathered[gathered_count++] = told;
}

static void measure(const shape *shape, int64_t messages, const char *path) {
  char sql[2048], wal[600], shm[600];
  snprintf(wal, sizeof wal, "%s-wal", path), snprintf(shm, sizeof shm, "%s-shm", path);
  unlink(path), unlink(wal), unlink(shm);
  require(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, 0)
              == SQLITE_OK, path);
  execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;"
          "PRAGMA cache_size=-32768; PRAGMA journal_size_limit=67108864");
  sqlite3_wal_hook(database, count_wal, 0);
  snprintf(sql, sizeof sql, shape->table, columns);
  execute(sql), execute(shape->index);
  sqlite3_stmt *insert = prepare("INSERT INTO readings(at, source, quantity, probe, value, quality, flags,"
      "time_source, received_at, sequence, order_number) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)"
      "ON CONFLICT DO NOTHING");
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  sqlite3_stmt *add = shape->is_lazy ? prepare("INSERT OR IGNORE INTO by_source VALUES (?1, ?2)") : 0;
  int64_t commits = messages / messages_a_commit, done = 0;
  double *latency = calloc(commits, sizeof *latency), longest = 0;
  state = 88172645463325252, wal_pages = 0, wal_written = 0;
  gathered_count = draining_count = drained = 0;
  double used = cpu(), begun = wall();
  for (int64_t i = 0; i < commits; i++) {
    double start = wall();
    run(begin);
    for (int k = 0; k < messages_a_commit; k++) insert_message(insert, done++, shape->is_lazy);
    if (shape->is_lazy) drain(add, 2 * messages_a_commit);
    run(commit);
    latency[i] = wall() - start;
    if ((int64_t)wal_pages * 4120 < wal_limit) continue;
    start = wall();
    require(sqlite3_wal_checkpoint_v2(database, 0, SQLITE_CHECKPOINT_RESTART, 0, 0) == SQLITE_OK, "checkpoint");
    wal_pages = 0;
    if (wall() - start > longest) longest = wall() - start;
  }
  double rows = (double)commits * messages_a_commit * quantities;
  qsort(latency, commits, sizeof *latency, by_number);
  printf("| %s | %.2f | %.2f | %.2f / %.2f | %.0f | %.0f |\n", shape->name, (cpu() - used) / rows * 1e6,
         (wall() - begun) / rows * 1e6, latency[commits / 2] * 1e3, latency[commits * 99 / 100] * 1e3,
         wal_written / rows, longest * 1e3);
  fflush(stdout);
  free(latency);
  sqlite3_finalize(insert), sqlite3_finalize(begin), sqlite3_finalize(commit), sqlite3_finalize(add);
  sqlite3_close(database), database = 0;
  unlink(path), unlink(wal), unlink(shm);
}

// What an append-only file would cost in front of any of them: 64 bytes a row, one flush a commit.
static void measure_segment(int64_t messages, const char *path) {
  int64_t commits = messages / messages_a_commit;
  char *rows = calloc(messages_a_commit * quantities, 64);
  double *latency = calloc(commits, sizeof *latency);
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  require(file >= 0, path);
  double used = cpu(), begun = wall();
  for (int64_t i = 0; i < commits; i++) {
    double start = wall();
    for (int k = 0; k < messages_a_commit * quantities * 64; k += 8) memcpy(rows + k, &(uint64_t){draw()}, 8);
    ssize_t bytes = messages_a_commit * quantities * 64;
    require(write(file, rows, bytes) == bytes && fdatasync(file) == 0, "write");
    latency[i] = wall() - start;
  }
  double count = (double)commits * messages_a_commit * quantities;
  qsort(latency, commits, sizeof *latency, by_number);
  printf("| segment file alone | %.2f | %.2f | %.2f / %.2f | 64 | |\n", (cpu() - used) / count * 1e6,
         (wall() - begun) / count * 1e6, latency[commits / 2] * 1e3, latency[commits * 99 / 100] * 1e3);
  free(rows), free(latency), close(file), unlink(path);
}

int main(int count, char **arguments) {
  int64_t messages = count > 1 ? atoll(arguments[1]) : 700000;
  char path[512];
  snprintf(path, sizeof path, "%s/storage-shapes-%d.db", count > 2 ? arguments[2] : "/tmp", (int)getpid());
  puts("| shape | CPU µs a row | wall µs a row | commit p50 / p99 ms | WAL B a row | longest checkpoint ms |");
  puts("|---|---|---|---|---|---|");
  if (messages < messages_a_commit) return 64;
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) measure(&shapes[i], messages, path);
  measure_segment(messages, path);
  return 0;
}
