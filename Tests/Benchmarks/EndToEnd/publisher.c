// The load of the ingest and latency benchmarks: bags that publish their readings at QoS 1.
//
//     publisher PORT MESSAGES BAGS RATE
//
// Every packet is made beforehand, so that publishing costs little beside what is measured. RATE is
// messages a second; 0 is as fast as the broker acknowledges, with a window of WINDOW unacknowledged.
// At a rate, each message is stamped with the time it is sent (see latencies.h). Without one, each
// bag has measured once a second, the last time just now. Says when it began, and when the broker has
// acknowledged all.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PACKET_BYTES = 160, WINDOW = 2000, TICK_NS = 1000000, PATIENCE_MS = 60000 };

typedef struct {
    unsigned char bytes[PACKET_BYTES];
    unsigned short length;
    unsigned short stamp; // where the thirteen digits of "t" begin
    unsigned short fraction; // where the four decimals of the humidity begin
} Packet;

static int broker;
static long acknowledged;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void send_all(const unsigned char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(broker, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) die("send");
        bytes += sent;
        count -= (size_t)sent;
    }
}

// Counts PUBACKs, four bytes each in MQTT 3.1.1.
static void take_acknowledgements(int flags) {
    static unsigned char bytes[65536];
    static long held;
    ssize_t count = recv(broker, bytes, sizeof bytes, flags);
    if (count == 0 || (count < 0 && errno != EAGAIN)) die("the broker left");
    if (count < 0) return;
    held += count;
    acknowledged += held / 4;
    held %= 4;
}

static void connect_broker(int port) {
    static const unsigned char hello[] = {0x10, 15, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0,
                                          0,    3,  'p', 'u', 'b'};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    unsigned char answer[4];
    int one = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    broker = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(broker, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(broker, (struct sockaddr *)&address, sizeof address)) die("connect");
    send_all(hello, sizeof hello);
    if (recv(broker, answer, 4, MSG_WAITALL) != 4 || answer[3]) die("refused");
}

static void make(Packet *packet, long index, long messages, int bags, double now) {
    char payload[128], topic[32];
    long round = index / bags, rounds = messages / bags;
    int topic_length = snprintf(topic, sizeof topic, "bags/bag-%06ld/readings", index % bags);
    // Cold bags: two of a thousand are open and too warm.
    double celsius = index % bags % 500 == 499 ? 9.5 : 1.0 + (double)(index * 7 % 35) / 10;
    int length = snprintf(payload, sizeof payload,
                          "{\"t\":%.0f,\"temperature\":%.2f,\"humidity\":9.%04ld,\"battery\":%ld,"
                          "\"seq\":%ld}",
                          now - (double)(rounds - round) * 1000, celsius,
                          index * 13 % 9999, index % 100, round);
    int remaining = 2 + topic_length + 2 + length;
    unsigned char *at = packet->bytes;
    *at++ = 0x32;
    *at++ = (unsigned char)(remaining % 128 | (remaining > 127 ? 128 : 0));
    if (remaining > 127) *at++ = (unsigned char)(remaining / 128);
    *at++ = 0;
    *at++ = (unsigned char)topic_length;
    memcpy(at, topic, (size_t)topic_length);
    at += topic_length;
    unsigned identifier = (unsigned)(index % 65535) + 1;
    *at++ = (unsigned char)(identifier >> 8);
    *at++ = (unsigned char)identifier;
    memcpy(at, payload, (size_t)length);
    packet->stamp = (unsigned short)(at - packet->bytes + 5);
    packet->fraction =
        (unsigned short)(at - packet->bytes + (strstr(payload, "\"humidity\":9.") - payload) + 13);
    packet->length = (unsigned short)(at - packet->bytes + length);
}

static void stamp(Packet *packet) {
    struct timespec now;
    char text[24];
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(text, sizeof text, "%013lld", (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    memcpy(packet->bytes + packet->stamp, text, 13);
    snprintf(text, sizeof text, "%04ld", now.tv_nsec % 1000000 / 100);
    memcpy(packet->bytes + packet->fraction, text, 4);
}

// As many packets as there is room for in one write.
static long gather(Packet *packets, long from, long until, unsigned char *bytes, size_t *count) {
    *count = 0;
    while (from < until && *count + PACKET_BYTES <= 16384) {
        memcpy(bytes + *count, packets[from].bytes, packets[from].length);
        *count += packets[from].length;
        from++;
    }
    return from;
}

static void publish_fast(Packet *packets, long messages) {
    static unsigned char bytes[16384];
    long sent = 0;
    while (sent < messages) {
        while (sent - acknowledged >= WINDOW) take_acknowledgements(0);
        long end = acknowledged + WINDOW < messages ? acknowledged + WINDOW : messages;
        size_t count;
        sent = gather(packets, sent, end, bytes, &count);
        send_all(bytes, count);
        take_acknowledgements(MSG_DONTWAIT);
    }
}

static void publish_at(Packet *packets, long messages, long rate) {
    static unsigned char bytes[16384];
    struct timespec begin, next;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    next = begin;
    long sent = 0;
    while (sent < messages) {
        next.tv_nsec += TICK_NS;
        if (next.tv_nsec >= 1000000000) {
            next.tv_nsec -= 1000000000;
            next.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        double passed = (double)(next.tv_sec - begin.tv_sec) +
                        (double)(next.tv_nsec - begin.tv_nsec) / 1e9;
        long due = (long)(passed * (double)rate);
        if (due > messages) due = messages;
        while (sent < due) {
            size_t count;
            long first = sent;
            for (long i = first; i < due && i < first + 100; i++) stamp(&packets[i]);
            sent = gather(packets, first, due < first + 100 ? due : first + 100, bytes, &count);
            send_all(bytes, count);
        }
        take_acknowledgements(MSG_DONTWAIT);
    }
}

static void say(const char *what) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%s %ld.%09ld\n", what, (long)now.tv_sec, now.tv_nsec);
    fflush(stdout);
}

int main(int count, char **arguments) {
    if (count != 5) return 2;
    long messages = atol(arguments[2]), rate = atol(arguments[4]);
    int bags = atoi(arguments[3]);
    Packet *packets = malloc((size_t)messages * sizeof *packets);
    if (!packets) die("malloc");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    double milliseconds = (double)now.tv_sec * 1000 + (double)(now.tv_nsec / 1000000);
    for (long i = 0; i < messages; i++) make(&packets[i], i, messages, bags, milliseconds);
    connect_broker(atoi(arguments[1]));
    say("begin");
    if (rate) publish_at(packets, messages, rate);
    else publish_fast(packets, messages);
    while (acknowledged < messages) {
        struct pollfd socket = {.fd = broker, .events = POLLIN};
        if (poll(&socket, 1, PATIENCE_MS) <= 0) die("waiting for acknowledgements");
        take_acknowledgements(0);
    }
    say("end");
    return 0;
}
