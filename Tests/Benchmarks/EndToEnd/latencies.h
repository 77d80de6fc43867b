#pragma once
// How long readings were under way. The publisher writes into each when it was sent: milliseconds
// since 1970 as "t", and the fraction beyond as the decimals of the humidity, which is 9 and comes
// through to the WebSocket with the temperature.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LATENCIES_MAXIMUM = 4 << 20 };

static double *latencies;
static size_t latency_count;

static double now_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void add_latency(double milliseconds) {
    if (!latencies) latencies = malloc(LATENCIES_MAXIMUM * sizeof *latencies);
    if (!latencies) abort();
    if (latency_count < LATENCIES_MAXIMUM) latencies[latency_count++] = milliseconds;
}

// The bytes behind `name` in `text`, or NULL.
static const char *behind(const char *text, size_t length, const char *name) {
    const char *found = memmem(text, length, name, strlen(name));
    return found ? found + strlen(name) : NULL;
}

// The fraction of a millisecond that a reading was sent at, or below zero.
static double sent_fraction(const char *text, size_t length) {
    const char *humidity = behind(text, length, "\"humidity\":");
    return humidity ? strtod(humidity, NULL) - 9 : -1;
}

static int by_size(const void *one, const void *other) {
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

static void print_latencies(void) {
    if (!latency_count) {
        printf("latency of 0 p50 0 p99 0 p95 0\n");
        return;
    }
    qsort(latencies, latency_count, sizeof *latencies, by_size);
    printf("latency of %zu p50 %.2f p99 %.2f p95 %.2f\n", latency_count,
           latencies[latency_count / 2], latencies[latency_count * 99 / 100],
           latencies[latency_count * 95 / 100]);
    fflush(stdout);
}
