// The clients of the fan-out and latency benchmarks: many WebSockets in one process that only read.
//
//     subscribers PORT CONNECTIONS ORDERS [TOKEN-FILE]
//
// Connects from 127.0.0.2 on, a few thousand for each source address. With a token, client n follows
// order n % ORDERS at Freshwire, or bag n where there are 0 ORDERS; without one it talks to the floor, which answers any handshake and
// writes unasked. Says `ready` when all are open and every subscription is confirmed. Then counts
// frames until standard input ends, and prints how many came, how long they were, and how long they
// were under way (see latencies.h).
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "latencies.h"

enum { EVENTS = 1024, PER_ADDRESS = 5000, UNDER_WAY = 64, PATIENCE_MS = 30000, FRAME_MAXIMUM = 2048 };

typedef struct {
    int fd;
    int handshake;             // matched bytes of the empty line that ends the answer; 4 after it
    int is_ready;              // the handshake, and the subscription where there is one, is answered
    int held;                  // bytes of a frame that has not come whole
    unsigned char *frame;      // only while one is under way
} Client;

static int epoll_fd, port, orders, ready;
static char token[1024];
static long long frames, frame_bytes;
// Every how manyth frame is looked into for when it was sent.
static long sampling = 1;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void say(const char *what) {
    puts(what);
    fflush(stdout);
}

static void write_all(int fd, const void *bytes, size_t count) {
    if (write(fd, bytes, count) != (ssize_t)count) die("write");
}

static void open_client(Client *client, int index) {
    char request[1400], authorization[1100] = "";
    struct sockaddr_in source = {.sin_family = AF_INET};
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    if (token[0]) snprintf(authorization, sizeof authorization, "Authorization: Bearer %s\r\n", token);
    int length = snprintf(request, sizeof request,
                          "GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                          "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n%s"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                          authorization);
    source.sin_addr.s_addr = htonl(0x7F000002u + (unsigned)(index / PER_ADDRESS));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (client->fd < 0) die("socket");
    if (bind(client->fd, (struct sockaddr *)&source, sizeof source)) die("bind");
    if (connect(client->fd, (struct sockaddr *)&server, sizeof server)) die("connect");
    write_all(client->fd, request, (size_t)length);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event)) die("epoll_ctl");
}

// A masked text frame; the mask is zero, so that the payload stands there as it is.
static void subscribe(int fd, int index) {
    unsigned char frame[256] = {0x81};
    char *text = (char *)frame + 6;
    char channel[64];
    if (orders)
        snprintf(channel, sizeof channel, "\"orders\",\"filter\":{\"orderId\":\"ORD-%d\"}",
                 index % orders);
    else
        snprintf(channel, sizeof channel, "\"bags.bag-%06d\"", index);
    int length = snprintf(text, sizeof frame - 6,
                          "{\"type\":\"subscribe\",\"id\":\"s\",\"payload\":{\"channel\":%s}}", channel);
    if (length > 125) abort();
    frame[1] = (unsigned char)(0x80 | length);
    write_all(fd, frame, (size_t)length + 6);
}

static void take_frame(Client *client, const unsigned char *payload, size_t length) {
    if (!client->is_ready) {
        if (!memmem(payload, length, "subscribed", 10)) {
            fprintf(stderr, "not subscribed: %.*s\n", (int)length, payload);
            exit(1);
        }
        client->is_ready = 1;
        ready++;
        return;
    }
    // An alarm comes beside the reading that raised it.
    if (token[0] && !memmem(payload, length, "\"temperature_update\"", 20)) return;
    frames++;
    frame_bytes += (long long)length;
    if (!token[0] || frames % sampling) return;
    // The frame's own timestamp is that of the measurement, to the millisecond.
    const char *time = behind((const char *)payload, length, "\"timestamp\":\"");
    double part = sent_fraction((const char *)payload, length);
    struct tm date = {0};
    if (!time || part < 0) return;
    const char *fraction = strptime(time, "%Y-%m-%dT%H:%M:%S", &date);
    if (!fraction) return;
    double second = *fraction == '.' ? strtod(fraction, NULL) : 0;
    add_latency(now_milliseconds() - (double)timegm(&date) * 1e3 - second * 1e3 - part);
}

// The bytes of the first frame in `bytes` with its header; 0 while it is not whole.
static size_t whole_frame(const unsigned char *bytes, size_t count, size_t *header) {
    if (count < 2) return 0;
    *header = bytes[1] == 126 ? 4 : 2;
    if (bytes[1] > 126 || count < *header) return 0;
    size_t length = bytes[1] == 126 ? (size_t)(bytes[2] << 8 | bytes[3]) : bytes[1];
    return count >= *header + length ? *header + length : 0;
}

static void take(Client *client, int index, const unsigned char *bytes, size_t count) {
    while (client->handshake < 4 && count > 0) {
        if (*bytes == (unsigned char)"\r\n\r\n"[client->handshake]) client->handshake++;
        else client->handshake = *bytes == '\r';
        bytes++;
        count--;
        if (client->handshake < 4) continue;
        if (token[0]) {
            subscribe(client->fd, index);
        } else {
            client->is_ready = 1;
            ready++;
        }
    }
    size_t header = 0, length;
    while ((length = whole_frame(bytes, count, &header)) > 0) {
        if ((bytes[0] & 0x0f) == 1) take_frame(client, bytes + header, length - header);
        if ((bytes[0] & 0x0f) == 8) {
            fprintf(stderr, "the server closed a connection\n");
            exit(1);
        }
        bytes += length;
        count -= length;
    }
    if (count > FRAME_MAXIMUM) abort();
    if (count > 0) {
        client->frame = malloc(FRAME_MAXIMUM);
        if (!client->frame) abort();
        memcpy(client->frame, bytes, count);
    }
    client->held = (int)count;
}

static void read_client(Client *client, int index) {
    static unsigned char bytes[65536 + FRAME_MAXIMUM];
    size_t held = (size_t)client->held;
    if (held) {
        memcpy(bytes, client->frame, held);
        free(client->frame);
        client->frame = NULL;
        client->held = 0;
    }
    ssize_t count = recv(client->fd, bytes + held, 65536, MSG_DONTWAIT);
    if (count == 0) {
        fprintf(stderr, "the server left\n");
        exit(1);
    }
    if (count < 0 && errno != EAGAIN) die("recv");
    take(client, index, bytes, held + (count > 0 ? (size_t)count : 0));
}

static void read_token(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file || !fgets(token, sizeof token, file)) die(path);
    token[strcspn(token, "\n")] = 0;
    fclose(file);
}

int main(int count, char **arguments) {
    if (count < 4) return 2;
    port = atoi(arguments[1]);
    int connections = atoi(arguments[2]), asked = 0, has_said = 0;
    orders = atoi(arguments[3]);
    if (count > 4) read_token(arguments[4]);
    if (connections > 1000) sampling = 17;
    Client *clients = calloc((size_t)connections, sizeof *clients);
    struct epoll_event events[EVENTS];
    struct epoll_event end = {.events = EPOLLIN, .data.ptr = NULL};
    if (!clients || (epoll_fd = epoll_create1(0)) < 0) die("set-up");
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &end)) die("standard input must be a pipe");
    for (;;) {
        while (asked < connections && asked - ready < UNDER_WAY) {
            open_client(&clients[asked], asked);
            asked++;
        }
        if (ready == connections && !has_said) {
            has_said = 1;
            say("ready");
        }
        int changed = epoll_wait(epoll_fd, events, EVENTS, has_said ? -1 : PATIENCE_MS);
        if (changed <= 0 && errno != EINTR) die("waiting for the server");
        for (int i = 0; i < changed; i++) {
            Client *client = events[i].data.ptr;
            if (client) {
                read_client(client, (int)(client - clients));
                continue;
            }
            printf("frames %lld bytes %lld\n", frames, frame_bytes);
            print_latencies();
            return 0;
        }
    }
}
