// The load of the fan-out benchmark: many WebSocket clients in one process that only read.
//
//     fanout_clients PORT CONNECTIONS FRAMES
//
// Opens the connections from 127.0.0.2 on, a few thousand for each source address, reads until every
// one has got FRAMES frames, and prints how many came and in how many seconds.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 1024, PER_ADDRESS = 5000, UNDER_WAY = 256, PATIENCE_MS = 20000 };

typedef struct {
    int fd;
    int handshake;         // matched bytes of the empty line that ends the answer
    unsigned char head[4]; // the header of the frame under way
    int head_bytes;
    long payload_left;
    long frames;
} Client;

static int epoll_fd;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void open_client(Client *client, int index, int port) {
    static const char request[] = "GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\n"
                                  "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                  "Sec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    struct sockaddr_in source = {.sin_family = AF_INET};
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    source.sin_addr.s_addr = htonl(0x7F000002u + (unsigned)(index / PER_ADDRESS));
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (client->fd < 0) die("socket");
    if (bind(client->fd, (struct sockaddr *)&source, sizeof source)) die("bind");
    if (connect(client->fd, (struct sockaddr *)&server, sizeof server)) die("connect");
    if (write(client->fd, request, sizeof request - 1) != sizeof request - 1) die("write");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event)) die("epoll_ctl");
}

// Takes bytes; the number of frames that ended in them.
static int take(Client *client, const unsigned char *bytes, ssize_t count) {
    int frames = 0;
    while (count > 0) {
        if (client->payload_left > 0) {
            long part = client->payload_left < count ? client->payload_left : count;
            client->payload_left -= part;
            bytes += part;
            count -= part;
            if (client->payload_left == 0) frames++;
            continue;
        }
        client->head[client->head_bytes++] = *bytes++;
        count--;
        int is_long = client->head_bytes >= 2 && client->head[1] == 126;
        if (client->head_bytes < (is_long ? 4 : 2)) continue;
        client->payload_left =
            is_long ? client->head[2] << 8 | client->head[3] : client->head[1];
        client->head_bytes = 0;
    }
    client->frames += frames;
    return frames;
}

// Reads once; whether the handshake ended in it. Adds the frames that ended to `frames`.
static int read_client(Client *client, long long *frames) {
    static unsigned char bytes[65536];
    ssize_t count = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count == 0) {
        fprintf(stderr, "the server closed a connection\n");
        exit(1);
    }
    if (count < 0) {
        if (errno == EAGAIN) return 0;
        die("recv");
    }
    const unsigned char *at = bytes;
    int opened = 0;
    while (client->handshake < 4 && count > 0) {
        if (*at == (unsigned char)"\r\n\r\n"[client->handshake]) client->handshake++;
        else client->handshake = *at == '\r';
        at++;
        count--;
        opened = client->handshake == 4;
    }
    *frames += take(client, at, count);
    return opened;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    int port = atoi(arguments[1]), connections = atoi(arguments[2]);
    long long wanted = atoll(arguments[3]) * connections, frames = 0;
    Client *clients = calloc((size_t)connections, sizeof *clients);
    if (!clients || (epoll_fd = epoll_create1(0)) < 0) die("set-up");
    struct epoll_event events[EVENTS];
    int asked = 0, open = 0;
    double begin = 0;
    while (open < connections || frames < wanted) {
        while (asked < connections && asked - open < UNDER_WAY) {
            open_client(&clients[asked], asked, port);
            asked++;
        }
        int ready = epoll_wait(epoll_fd, events, EVENTS, PATIENCE_MS);
        if (ready <= 0) die("waiting for the server");
        for (int i = 0; i < ready; i++) open += read_client(events[i].data.ptr, &frames);
        if (open == connections && begin == 0) begin = seconds();
        if (wanted == 0 && open == connections) break;
    }
    printf("frames %lld seconds %.3f\n", frames, seconds() - begin);
    fflush(stdout);
    // Idle connections stay until this process is told to end.
    if (wanted == 0) pause();
    return 0;
}
