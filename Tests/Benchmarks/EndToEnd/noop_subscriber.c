// The measure of the ingest benchmark: a libmosquitto subscriber that only counts.
//
//     noop_subscriber PORT MESSAGES [--latency]
//
// External loop, MQTT 5, QoS 1, the daemon's receive maximum. Says `ready` when it is subscribed,
// waits for MESSAGES messages on bags/+/readings, and prints when the last one came and what CPU it
// has used. With --latency it also prints how long messages were under way: each says when it was
// sent (see latencies.h).
#define _GNU_SOURCE
#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "latencies.h"

enum { RECEIVE_MAXIMUM = 500, KEEP_ALIVE_S = 60, PATIENCE_MS = 1000 };

static long received;
static int measures_latency;

static void on_message(struct mosquitto *client, void *data, const struct mosquitto_message *m) {
    (void)client;
    (void)data;
    received++;
    if (!measures_latency) return;
    const char *milliseconds = behind(m->payload, (size_t)m->payloadlen, "\"t\":");
    double fraction = sent_fraction(m->payload, (size_t)m->payloadlen);
    if (milliseconds && fraction >= 0)
        add_latency(now_milliseconds() - strtod(milliseconds, NULL) - fraction);
}

static void on_connect(struct mosquitto *client, void *data, int code, int flags,
                       const mosquitto_property *properties) {
    (void)data;
    (void)flags;
    (void)properties;
    if (code || mosquitto_subscribe(client, NULL, "bags/+/readings", 1)) exit(1);
}

static void on_subscribe(struct mosquitto *client, void *data, int id, int count,
                         const int *granted) {
    (void)client;
    (void)data;
    (void)id;
    if (count != 1 || granted[0] != 1) exit(1);
    printf("ready\n");
    fflush(stdout);
}

static struct mosquitto *connected(int port) {
    char name[32];
    snprintf(name, sizeof name, "noop-%d", getpid());
    struct mosquitto *client = mosquitto_new(name, 0, NULL);
    mosquitto_property *properties = NULL;
    if (!client) exit(1);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_connect_v5_callback_set(client, on_connect);
    mosquitto_subscribe_callback_set(client, on_subscribe);
    mosquitto_message_callback_set(client, on_message);
    mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, 3600);
    mosquitto_property_add_int16(&properties, MQTT_PROP_RECEIVE_MAXIMUM, RECEIVE_MAXIMUM);
    if (mosquitto_connect_bind_v5(client, "127.0.0.1", port, KEEP_ALIVE_S, NULL, properties)) exit(1);
    mosquitto_property_free_all(&properties);
    return client;
}

// What waits is read until there is no more, then what waits to be sent is sent.
static void take_turn(struct mosquitto *client) {
    struct pollfd socket = {.fd = mosquitto_socket(client), .events = POLLIN};
    if (mosquitto_want_write(client)) socket.events |= POLLOUT;
    if (poll(&socket, 1, PATIENCE_MS) < 0 && errno != EINTR) exit(1);
    if (socket.revents & POLLIN) {
        long before;
        do {
            before = received;
            if (mosquitto_loop_read(client, 1)) exit(1);
        } while (received != before);
    }
    if (mosquitto_want_write(client) && mosquitto_loop_write(client, 1)) exit(1);
    mosquitto_loop_misc(client);
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    long wanted = atol(arguments[2]);
    measures_latency = count > 3 && !strcmp(arguments[3], "--latency");
    mosquitto_lib_init();
    struct mosquitto *client = connected(atoi(arguments[1]));
    while (received < wanted) take_turn(client);
    struct timespec now;
    struct rusage usage;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &usage);
    printf("received %ld at %ld.%09ld cpu %.6f\n", received, (long)now.tv_sec, now.tv_nsec,
           (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    if (measures_latency) print_latencies();
    mosquitto_disconnect(client);
    mosquitto_loop_write(client, 1);
    return 0;
}
