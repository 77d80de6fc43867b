// The floor of the fan-out benchmark: what a program costs that only writes prepared frames.
//
//     fanout_floor PORT CONNECTIONS ROUNDS FRAMES-A-WRITE PAYLOAD-BYTES INTERVAL-MS
//
// It accepts the connections, answers each handshake without looking at it, and then writes the
// same frames to every connection once a round: one write each, and epoll for those whose buffer
// was full. Rounds begin at a fixed interval, so that the readers sleep in between, as they do when
// topics change now and then: waking them is most of what a write costs. Prints the frames sent and
// the CPU seconds the rounds took.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 1024, PATIENCE_MS = 20000 };

typedef struct {
    int fd;
    size_t unsent; // bytes of the last write that the kernel did not take
    int rounds;    // rounds begun
    int handshake; // matched bytes of the empty line that ends the request; 4 when it is over
} Peer;

static unsigned char *frames;
static size_t frames_bytes;
static int epoll_fd;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void prepare_frames(int count, int payload_bytes) {
    int header = payload_bytes < 126 ? 2 : 4;
    frames_bytes = (size_t)count * (size_t)(header + payload_bytes);
    frames = malloc(frames_bytes);
    if (!frames) die("malloc");
    unsigned char *at = frames;
    for (int i = 0; i < count; i++) {
        *at++ = 0x81;
        if (header == 2) {
            *at++ = (unsigned char)payload_bytes;
        } else {
            *at++ = 126;
            *at++ = (unsigned char)(payload_bytes >> 8);
            *at++ = (unsigned char)payload_bytes;
        }
        memset(at, 'x', (size_t)payload_bytes);
        at += payload_bytes;
    }
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) die("listen");
    return fd;
}

static void watch(int operation, int fd, uint32_t events, void *who) {
    struct epoll_event event = {.events = events, .data.ptr = who};
    if (epoll_ctl(epoll_fd, operation, fd, &event)) die("epoll_ctl");
}

// Whether the handshake is answered now.
static int read_handshake(Peer *peer) {
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                 "Connection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n";
    char bytes[2048];
    ssize_t count = read(peer->fd, bytes, sizeof bytes);
    if (count <= 0) die("a peer left during its handshake");
    for (ssize_t i = 0; i < count; i++) {
        if (bytes[i] == "\r\n\r\n"[peer->handshake]) peer->handshake++;
        else peer->handshake = bytes[i] == '\r';
        if (peer->handshake < 4) continue;
        if (write(peer->fd, answer, sizeof answer - 1) != sizeof answer - 1) die("write");
        return 1;
    }
    return 0;
}

static void accept_all(int listener, Peer *peers, int wanted) {
    int accepted = 0, ready = 0, one = 1;
    struct epoll_event events[EVENTS];
    watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    while (ready < wanted) {
        int count = epoll_wait(epoll_fd, events, EVENTS, PATIENCE_MS);
        if (count <= 0) die("waiting for peers");
        for (int i = 0; i < count; i++) {
            Peer *peer = events[i].data.ptr;
            if (peer) {
                ready += read_handshake(peer);
                continue;
            }
            for (;;) {
                int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (fd < 0) break;
                if (accepted == wanted) die("too many peers");
                // As every WebSocket server does; without it frames wait for acknowledgements.
                if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one)) die("setsockopt");
                peers[accepted].fd = fd;
                watch(EPOLL_CTL_ADD, fd, EPOLLIN, &peers[accepted++]);
            }
        }
    }
}

// Writes what is left of a round. Whether the kernel took it all.
static int write_rest(Peer *peer) {
    ssize_t count =
        send(peer->fd, frames + frames_bytes - peer->unsent, peer->unsent, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) die("send");
    if (count > 0) peer->unsent -= (size_t)count;
    return peer->unsent == 0;
}

static double cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// One round for each peer, and the next one for all when nobody lags behind.
static void run_rounds(Peer *peers, int connections, int rounds, long interval_ms) {
    struct epoll_event events[EVENTS];
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (int round = 0; round < rounds; round++) {
        next.tv_nsec += interval_ms * 1000000;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        int lagging = 0;
        for (int i = 0; i < connections; i++) {
            peers[i].unsent = frames_bytes;
            if (!write_rest(&peers[i])) {
                watch(EPOLL_CTL_MOD, peers[i].fd, EPOLLOUT, &peers[i]);
                lagging++;
            }
        }
        while (lagging > 0) {
            int count = epoll_wait(epoll_fd, events, EVENTS, PATIENCE_MS);
            if (count <= 0) die("waiting for room");
            for (int i = 0; i < count; i++) {
                Peer *peer = events[i].data.ptr;
                if (peer && peer->unsent && write_rest(peer)) {
                    watch(EPOLL_CTL_MOD, peer->fd, EPOLLIN, peer);
                    lagging--;
                }
            }
        }
    }
}

int main(int count, char **arguments) {
    if (count != 7) return 2;
    int connections = atoi(arguments[2]), rounds = atoi(arguments[3]);
    int frames_a_write = atoi(arguments[4]);
    Peer *peers = calloc((size_t)connections, sizeof *peers);
    if (!peers || (epoll_fd = epoll_create1(0)) < 0) die("set-up");
    prepare_frames(frames_a_write, atoi(arguments[5]));
    int listener = listen_on(atoi(arguments[1]));
    printf("ready\n");
    fflush(stdout);
    accept_all(listener, peers, connections);
    double begin = cpu_seconds();
    run_rounds(peers, connections, rounds, atol(arguments[6]));
    double spent = cpu_seconds() - begin;
    printf("frames %lld cpu %.4f\n", (long long)connections * rounds * frames_a_write, spent);
    fflush(stdout);
    // The readers have yet to empty what the kernel holds.
    sleep(2);
    return 0;
}
