// The clients and the publisher of the fan-out race: the same for every server that takes part.
//
//     race_clients SERVER PORT CONNECTIONS EVENT-BYTES [TOKEN-FILE [MQTT-PORT]]
//
// SERVER is freshwire, nchan or node, or freshwire-stream: server-sent events, only to be idle. Opens the connections from 127.0.0.2 on, a few thousand for each
// source address, all followers of one channel, and says `ready`. Then obeys lines of standard input:
//
//     burst N        publishes N events back to back on one HTTP connection
//     paced N RATE   publishes N events at that many a second over HTTP
//     mqtt-burst N, mqtt-paced N RATE    the same over MQTT at QoS 1 (only Freshwire takes that)
//     storm N RATE   the same, and after a third of them cuts every connection off at once; the clients
//                    come back with the last message they have (only Freshwire)
//
// and answers each with `done EVENTS seconds S p50 MS p95 MS p99 MS bytes B recovered S` when every client
// has every event. Recovered is how long it took after the cut until everybody had again all that was
// published by then. Each client checks that the events come once and in their order: every one says which it is,
// and all clients must have read the very same bytes. How long a delivery was under way is until the
// kernel had it for the client, because one thread reads for all clients: how fast that is is not the
// server's doing. A fault is said on standard error and ends it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS_AT_ONCE = 1024,
    PER_ADDRESS = 5000,
    UNDER_WAY = 64,
    PATIENCE_MS = 60000,
    READ_BYTES = 65536,
    FRAME_MAXIMUM = 4096,
    ID_MAXIMUM = 56,
    STORM_UNDER_WAY = 1000,
    ARRIVALS_MAXIMUM = 8 << 20,
};

typedef enum { FRESHWIRE, NCHAN, NODE, STREAM } Server;

typedef struct {
    int fd;
    int handshake;        // matched bytes of the empty line that ends the answer; 4 after it
    int is_ready;         // the handshake, and the subscription where there is one, is answered
    int held;             // bytes of a frame that has not come whole
    unsigned char *frame; // only while one is under way
    long events;          // events that came
    uint64_t digest;      // of their bytes
    char last[ID_MAXIMUM]; // the identifier of the last one
} Client;

static const char *const statuses[] = {
    "created", "confirmed", "preparing", "ready", "picked_up", "in_transit"};
static const char *const wire_statuses[] = {
    "CREATED", "CONFIRMED", "PREPARING", "READY", "PICKED_UP", "IN_TRANSIT"};
// As long as makes the events 200 bytes.
static const char order[] = "ORD-2026-11-000042";

static Server server;
static int epoll_fd, port, mqtt_port, connections, ready, event_bytes;
static char token[1024];
static long long wanted, deliveries, delivered_bytes;

// The publishing under way.
static struct {
    long first, count;
    double rate; // 0: back to back
    int is_mqtt;
    atomic_int runs;
    atomic_long sent; // events whose publishing was answered
} job;
static double *sent_at; // of each event, by its number
static long sent_room;
static double arrived_at; // what is read now
static float *arrivals; // how long each delivery was under way
static size_t arrival_count;

static void fail(const char *what, ...) {
    va_list words;
    va_start(words, what);
    vfprintf(stderr, what, words);
    va_end(words);
    fputc('\n', stderr);
    _exit(1);
}

static void die(const char *what) { fail("%s: %s", what, strerror(errno)); }

static double in_milliseconds(const struct timespec *time) {
    return (double)time->tv_sec * 1e3 + (double)time->tv_nsec / 1e6;
}

static double milliseconds(void) {
    struct timespec now;
    // Not the monotonic clock: the kernel's timestamps are by this one.
    clock_gettime(CLOCK_REALTIME, &now);
    return in_milliseconds(&now);
}

static int connect_from(unsigned source_index, int to) {
    struct sockaddr_in source = {.sin_family = AF_INET};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)to)};
    source.sin_addr.s_addr = htonl(0x7F000002u + source_index);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) die("socket");
    if (bind(fd, (struct sockaddr *)&source, sizeof source)) die("bind");
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) die("connect");
    return fd;
}

static void write_all(int fd, const void *bytes, size_t count) {
    if (write(fd, bytes, count) != (ssize_t)count) die("write");
}

// ---- Subscribers

static void open_client(Client *client, int index) {
    static const char *const paths[] = {"/v1/realtime", "/sub", "/", "/v1/stream/orders/ORD-2026-11-000042"};
    static const char upgrade[] = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                                  "Sec-WebSocket-Version: 13\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    char request[1400], authorization[1100] = "";
    if (token[0]) snprintf(authorization, sizeof authorization, "Authorization: Bearer %s\r\n", token);
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n", paths[server],
                          server == STREAM ? "" : upgrade, authorization);
    client->fd = connect_from((unsigned)(index / PER_ADDRESS), port);
    write_all(client->fd, request, (size_t)length);
    int one = 1;
    if (setsockopt(client->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one)) die("setsockopt");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &event)) die("epoll_ctl");
}

// A masked text frame; the mask is zero, so that the payload stands there as it is.
static void subscribe(const Client *client) {
    unsigned char frame[256] = {0x81, 0x80 | 126};
    char *text = (char *)frame + 8;
    int length =
        client->last[0]
            ? snprintf(text, sizeof frame - 8,
                       "{\"type\":\"reconnect\",\"id\":\"r\",\"payload\":{\"lastMessageId\":\"%s\","
                       "\"subscriptions\":[\"orders.%s\"]}}",
                       client->last, order)
            : snprintf(text, sizeof frame - 8,
                       "{\"type\":\"subscribe\",\"id\":\"s\",\"payload\":{\"channel\":\"orders\","
                       "\"filter\":{\"orderId\":\"%s\"}}}",
                       order);
    if (length < 126) { // the short form of the length is the only one that is allowed then
        memmove(frame + 6, text, (size_t)length);
        frame[1] = (unsigned char)(0x80 | length);
        memset(frame + 2, 0, 4);
        write_all(client->fd, frame, (size_t)length + 6);
        return;
    }
    frame[2] = (unsigned char)(length >> 8);
    frame[3] = (unsigned char)length;
    write_all(client->fd, frame, (size_t)length + 8);
}

static void note_last(Client *client, const unsigned char *payload, size_t length) {
    static const char name[] = "\"id\":\"";
    const char *id = memmem(payload, length, name, sizeof name - 1);
    if (!id) fail("an event without identifier");
    id += sizeof name - 1;
    const char *end = memchr(id, '"', length - (size_t)(id - (const char *)payload));
    if (!end || end - id >= ID_MAXIMUM) fail("a long identifier");
    memcpy(client->last, id, (size_t)(end - id));
    client->last[end - id] = 0;
}

static void note_ready(Client *client) {
    client->is_ready = 1;
    ready++;
}

// What every form of event `number` holds, and no other's near it.
static int event_mark(char *text, size_t room, long number) {
    if (server == FRESHWIRE)
        return snprintf(text, room, "\"status\":\"%s\",\"previousStatus\":\"%s\"",
                        wire_statuses[(number + 1) % 6], wire_statuses[number % 6]);
    return snprintf(text, room, "\"sequence\":%08ld", number);
}

static uint64_t digest(uint64_t seed, const unsigned char *bytes, size_t count) {
    for (size_t at = 0; at < count; at += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + at, count - at < 8 ? count - at : 8);
        seed = (seed ^ word) * 0x9E3779B97F4A7C15u;
        seed ^= seed >> 29;
    }
    return seed;
}

static void take_event(Client *client, const unsigned char *payload, size_t length) {
    static char mark[128];
    static int mark_length;
    static long marked = -1;
    if (marked != client->events) {
        marked = client->events;
        mark_length = event_mark(mark, sizeof mark, marked);
    }
    if (!memmem(payload, length, mark, (size_t)mark_length))
        fail("event %ld is not %s but %.*s", client->events, mark, (int)length, payload);
    if (arrivals && arrival_count < ARRIVALS_MAXIMUM)
        arrivals[arrival_count++] = (float)(arrived_at - sent_at[client->events]);
    client->digest = digest(client->digest, payload, length);
    if (server == FRESHWIRE) note_last(client, payload, length);
    client->events++;
    deliveries++;
    delivered_bytes += (long long)length;
}

static void take_frame(Client *client, int opcode, const unsigned char *payload, size_t length) {
    if (opcode == 8) fail("the server closed a connection: %.*s", (int)length, payload);
    if (opcode != 1) return;
    if (client->is_ready) {
        take_event(client, payload, length);
    } else if (memmem(payload, length, "\"subscribed\"", 12) ||
               memmem(payload, length, "\"status\":\"recovered\"", 20)) {
        note_ready(client);
    } else {
        fail("not subscribed: %.*s", (int)length, payload);
    }
}

// The bytes of the first frame in `bytes` with its header; 0 while it is not whole.
static size_t whole_frame(const unsigned char *bytes, size_t count, size_t *header) {
    if (count < 2) return 0;
    *header = bytes[1] == 126 ? 4 : 2;
    if (bytes[1] > 126 || count < *header) return 0;
    size_t length = bytes[1] == 126 ? (size_t)(bytes[2] << 8 | bytes[3]) : bytes[1];
    return count >= *header + length ? *header + length : 0;
}

static void take(Client *client, const unsigned char *bytes, size_t count) {
    while (client->handshake < 4 && count > 0) {
        if (*bytes == (unsigned char)"\r\n\r\n"[client->handshake]) client->handshake++;
        else client->handshake = *bytes == '\r';
        bytes++;
        count--;
        if (client->handshake < 4) continue;
        if (server == FRESHWIRE) subscribe(client);
        else note_ready(client);
    }
    if (server == STREAM) return;
    size_t header = 0, length;
    while ((length = whole_frame(bytes, count, &header)) > 0) {
        take_frame(client, bytes[0] & 0x0f, bytes + header, length - header);
        bytes += length;
        count -= length;
    }
    if (count > FRAME_MAXIMUM) fail("a frame of more than %d bytes", FRAME_MAXIMUM);
    if (count > 0) {
        client->frame = malloc(count);
        if (!client->frame) die("malloc");
        memcpy(client->frame, bytes, count);
    }
    client->held = (int)count;
}

// Reads what has come, and when the last of it came.
static ssize_t receive(int fd, void *bytes, size_t room) {
    union {
        char bytes[CMSG_SPACE(sizeof(struct timespec))];
        struct cmsghdr alignment;
    } control;
    struct iovec vector = {.iov_base = bytes, .iov_len = room};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t count = recvmsg(fd, &message, MSG_DONTWAIT);
    struct timespec time;
    arrived_at = milliseconds();
    if (count <= 0) return count;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            memcpy(&time, CMSG_DATA(part), sizeof time);
            arrived_at = in_milliseconds(&time);
        }
    return count;
}

static void read_client(Client *client) {
    static unsigned char bytes[READ_BYTES + FRAME_MAXIMUM];
    size_t held = (size_t)client->held;
    if (held) {
        memcpy(bytes, client->frame, held);
        free(client->frame);
        client->frame = NULL;
        client->held = 0;
    }
    ssize_t count = receive(client->fd, bytes + held, READ_BYTES);
    if (count == 0) fail("the server left");
    if (count < 0 && errno != EAGAIN) die("recv");
    take(client, bytes, held + (count > 0 ? (size_t)count : 0));
}

// ---- Publisher

// An HTTP connection on which requests go out as fast as they are taken, with the answers counted.
typedef struct {
    int fd;
    long answers;
    int matched; // of the beginning of an answer
    int status;  // digits of its status that are awaited
} Line;

static void count_answers(Line *line, const char *bytes, ssize_t count) {
    static const char start[] = "HTTP/1.1 ";
    for (ssize_t i = 0; i < count; i++) {
        if (start[line->matched] == 0) {
            if (bytes[i] != '2') fail("an event was refused: %.*s", (int)(count - i), bytes + i);
            line->answers++;
            line->matched = 0;
        } else if (bytes[i] == start[line->matched]) {
            line->matched++;
        } else {
            line->matched = bytes[i] == 'H';
        }
    }
}

static void read_answers(Line *line) {
    char bytes[16384];
    ssize_t count = recv(line->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count == 0) fail("the server ended the publisher's connection");
    if (count < 0 && errno != EAGAIN) die("publisher's recv");
    if (count > 0) count_answers(line, bytes, count);
}

static void await_answers(Line *line, long wanted_answers) {
    while (line->answers < wanted_answers) {
        struct pollfd poller = {.fd = line->fd, .events = POLLIN};
        if (poll(&poller, 1, PATIENCE_MS) <= 0) fail("an event was not answered");
        read_answers(line);
    }
}

static void send_request(Line *line, const char *request, size_t length) {
    while (length > 0) {
        struct pollfd poller = {.fd = line->fd, .events = POLLIN | POLLOUT};
        if (poll(&poller, 1, PATIENCE_MS) <= 0) fail("the server takes no event");
        if (poller.revents & POLLIN) read_answers(line);
        if (!(poller.revents & POLLOUT)) continue;
        ssize_t count = send(line->fd, request, length, MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN) die("publisher's send");
        if (count < 0) continue;
        request += count;
        length -= (size_t)count;
    }
}

static int rival_event(char *text, long number) {
    int head = sprintf(text, "{\"type\":\"order_update\",\"sequence\":%08ld,\"padding\":\"", number);
    int length = event_bytes > head + 2 ? event_bytes : head + 2;
    memset(text + head, 'x', (size_t)(length - head - 2));
    memcpy(text + length - 2, "\"}", 3);
    return length;
}

static int request_text(char *request, long number) {
    if (server == FRESHWIRE) {
        const char *status = statuses[(number + 1) % 6];
        return sprintf(request,
                       "PATCH /v1/orders/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n{\"status\":\"%s\"}",
                       order, token, strlen(status) + 13, status);
    }
    char event[FRAME_MAXIMUM];
    int length = rival_event(event, number);
    return sprintf(request,
                   "POST /pub HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                   "Content-Length: %d\r\n\r\n%s",
                   length, event);
}

static void pace(long index, double rate, double begin) {
    double until = begin + (double)index * 1e3 / rate - milliseconds();
    if (until <= 0) return;
    struct timespec wait = {.tv_sec = (time_t)(until / 1e3),
                            .tv_nsec = (long)((until - 1e3 * (double)(time_t)(until / 1e3)) * 1e6)};
    nanosleep(&wait, NULL);
}

// When an event is under way from: where a rate is asked for, from when it was due. A server that holds
// its publisher up while it tells an event would otherwise hide how late the next one is.
static double due_at(long index, double begin) {
    return job.rate > 0 ? begin + (double)index * 1e3 / job.rate : milliseconds();
}

static void publish_http(void) {
    static char request[FRAME_MAXIMUM * 2];
    Line line = {.fd = connect_from(100, port)};
    int one = 1;
    if (setsockopt(line.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one)) die("setsockopt");
    double begin = milliseconds();
    for (long index = 0; index < job.count; index++) {
        if (job.rate > 0) pace(index, job.rate, begin);
        int length = request_text(request, job.first + index);
        sent_at[job.first + index] = due_at(index, begin);
        send_request(&line, request, (size_t)length);
        if (job.rate > 0) await_answers(&line, index + 1);
        atomic_store(&job.sent, line.answers);
    }
    await_answers(&line, job.count);
    close(line.fd);
}

// A message at QoS 1 in the fewest bytes of MQTT 3.1.1.
static int mqtt_text(unsigned char *packet, long number) {
    char topic[64], payload[128];
    int topic_length = sprintf(topic, "orders/%s/events", order);
    int length = sprintf(payload, "{\"event\":\"order.updated\",\"data\":{\"status\":\"%s\"}}",
                         statuses[(number + 1) % 6]);
    int rest = 2 + topic_length + 2 + length;
    if (rest > 127) abort();
    packet[0] = 0x32;
    packet[1] = (unsigned char)rest;
    packet[2] = 0;
    packet[3] = (unsigned char)topic_length;
    memcpy(packet + 4, topic, (size_t)topic_length);
    unsigned identifier = (unsigned)(number % 60000) + 1;
    packet[4 + topic_length] = (unsigned char)(identifier >> 8);
    packet[5 + topic_length] = (unsigned char)identifier;
    memcpy(packet + 6 + topic_length, payload, (size_t)length);
    return rest + 2;
}

static void publish_mqtt(void) {
    static int fd = -1;
    if (fd < 0) {
        char answer[4];
        fd = connect_from(100, mqtt_port);
        write_all(fd, "\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04race", 18);
        if (recv(fd, answer, 4, MSG_WAITALL) != 4) die("the broker");
    }
    unsigned char packet[160], answer[4];
    double begin = milliseconds();
    for (long index = 0; index < job.count; index++) {
        if (job.rate > 0) pace(index, job.rate, begin);
        sent_at[job.first + index] = due_at(index, begin);
        write_all(fd, packet, (size_t)mqtt_text(packet, job.first + index));
        if (job.rate > 0 && recv(fd, answer, 4, MSG_WAITALL) != 4) die("the broker");
    }
    for (long left = job.rate > 0 ? 0 : job.count * 4; left > 0;) {
        char answers[4096];
        ssize_t count = recv(fd, answers, sizeof answers, 0);
        if (count <= 0) die("the broker");
        left -= count;
    }
}

static void *publish(void *unused) {
    (void)unused;
    if (job.is_mqtt) publish_mqtt();
    else publish_http();
    atomic_store(&job.runs, 0);
    return NULL;
}

// ---- Commands

static int by_size(const void *one, const void *other) {
    float a = *(const float *)one, b = *(const float *)other;
    return (a > b) - (a < b);
}

static double percentile(double part) {
    return arrival_count ? arrivals[(size_t)((double)(arrival_count - 1) * part)] : 0;
}

static void serve_clients(int wait_ms) {
    struct epoll_event events[EVENTS_AT_ONCE];
    int changed = epoll_wait(epoll_fd, events, EVENTS_AT_ONCE, wait_ms);
    if (changed < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < changed; i++) read_client(events[i].data.ptr);
}

static void compare(const Client *clients) {
    for (int i = 1; i < connections; i++)
        if (clients[i].events != clients[0].events || clients[i].digest != clients[0].digest)
            fail("client %d has read something else than client 0", i);
}

// Opens whatever is not open, with at most so many handshakes under way.
static void open_all(Client *clients, int under_way) {
    for (int asked = 0; ready < connections;) {
        while (asked < connections && asked - ready < under_way) {
            open_client(&clients[asked], asked);
            asked++;
        }
        serve_clients(PATIENCE_MS);
    }
}

static void cut_all(Client *clients) {
    static const struct linger at_once = {.l_onoff = 1};
    for (int i = 0; i < connections; i++) {
        Client *client = &clients[i];
        setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close(client->fd);
        free(client->frame);
        client->frame = NULL;
        client->held = client->handshake = client->is_ready = 0;
    }
    ready = 0;
}

// In seconds.
static double storm(Client *clients, long first) {
    double began = milliseconds();
    cut_all(clients);
    open_all(clients, STORM_UNDER_WAY);
    // A moment after which everybody has all that was published before.
    long published = atomic_load(&job.sent) + first;
    for (int i = 0; i < connections; i++)
        while (clients[i].events < published) serve_clients(PATIENCE_MS);
    return (milliseconds() - began) / 1e3;
}

static void carry_out(Client *clients, long count, double rate, int is_mqtt, int has_storm) {
    pthread_t thread;
    job.first = clients[0].events;
    job.count = count;
    job.rate = rate;
    job.is_mqtt = is_mqtt;
    if (job.first + count > sent_room) fail("too many events");
    arrival_count = 0;
    delivered_bytes = 0;
    wanted = (long long)(job.first + count) * connections;
    atomic_store(&job.runs, 1);
    atomic_store(&job.sent, 0);
    double recovered = 0;
    double begin = milliseconds(), heard = begin;
    if (pthread_create(&thread, NULL, publish, NULL)) die("pthread_create");
    while (deliveries < wanted) {
        long long before = deliveries;
        serve_clients(100);
        if (has_storm && atomic_load(&job.sent) > count / 3) {
            recovered = storm(clients, job.first);
            has_storm = 0;
        }
        if (deliveries > before || atomic_load(&job.runs)) heard = milliseconds();
        if (milliseconds() - heard > PATIENCE_MS)
            fail("%lld of %lld deliveries came", deliveries, wanted);
    }
    double seconds = (milliseconds() - begin) / 1e3;
    pthread_join(thread, NULL);
    // What nobody published may not come.
    for (int i = 0; i < 5; i++) serve_clients(10);
    if (deliveries != wanted) fail("%lld deliveries instead of %lld", deliveries, wanted);
    compare(clients);
    qsort(arrivals, arrival_count, sizeof *arrivals, by_size);
    printf("done %ld seconds %.3f p50 %.2f p95 %.2f p99 %.2f bytes %lld recovered %.3f\n", count,
           seconds, percentile(0.5), percentile(0.95), percentile(0.99),
           delivered_bytes / count / connections, recovered);
    fflush(stdout);
}

static void read_token(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file || !fgets(token, sizeof token, file)) die(path);
    token[strcspn(token, "\n")] = 0;
    fclose(file);
}

static void set_up(int count, char **arguments) {
    if (count < 5) fail("race_clients SERVER PORT CONNECTIONS EVENT-BYTES [TOKEN-FILE [MQTT-PORT]]");
    server = !strcmp(arguments[1], "freshwire") ? FRESHWIRE
             : !strcmp(arguments[1], "nchan")   ? NCHAN
             : !strcmp(arguments[1], "node")    ? NODE
                                                : STREAM;
    port = atoi(arguments[2]);
    connections = atoi(arguments[3]);
    event_bytes = atoi(arguments[4]);
    if (count > 5) read_token(arguments[5]);
    if (count > 6) mqtt_port = atoi(arguments[6]);
    sent_room = 1 << 20;
    sent_at = calloc((size_t)sent_room, sizeof *sent_at);
    arrivals = malloc(ARRIVALS_MAXIMUM * sizeof *arrivals);
    if (!sent_at || !arrivals || (epoll_fd = epoll_create1(0)) < 0) die("set-up");
}

int main(int count, char **arguments) {
    set_up(count, arguments);
    Client *clients = calloc((size_t)connections, sizeof *clients);
    if (!clients) die("calloc");
    open_all(clients, UNDER_WAY);
    puts("ready");
    fflush(stdout);
    char command[64];
    while (fgets(command, sizeof command, stdin)) {
        long events;
        double rate = 0;
        if (sscanf(command, "burst %ld", &events) == 1) carry_out(clients, events, 0, 0, 0);
        else if (sscanf(command, "mqtt-burst %ld", &events) == 1)
            carry_out(clients, events, 0, 1, 0);
        else if (sscanf(command, "mqtt-paced %ld %lf", &events, &rate) == 2)
            carry_out(clients, events, rate, 1, 0);
        else if (sscanf(command, "paced %ld %lf", &events, &rate) == 2)
            carry_out(clients, events, rate, 0, 0);
        else if (sscanf(command, "storm %ld %lf", &events, &rate) == 2)
            carry_out(clients, events, rate, 0, 1);
        else fail("what is %s", command);
    }
    return 0;
}
