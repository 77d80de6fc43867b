#pragma once
// The type checks of curl's macros need an option that is a literal; here it is an argument.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

// curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are variadic, which Swift cannot call.
// Each function below passes one kind of argument.

static inline CURLcode freshwire_set_long(CURL *transfer, CURLoption option, long value) {
    return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode freshwire_set_text(CURL *transfer, CURLoption option, const char *text) {
    return curl_easy_setopt(transfer, option, text);
}

static inline CURLcode freshwire_set_pointer(CURL *transfer, CURLoption option, void *pointer) {
    return curl_easy_setopt(transfer, option, pointer);
}

static inline CURLcode freshwire_set_headers(CURL *transfer, struct curl_slist *headers) {
    return curl_easy_setopt(transfer, CURLOPT_HTTPHEADER, headers);
}

// The length goes first: with it known, the copy may hold zero bytes.
static inline CURLcode freshwire_set_body(CURL *transfer, const void *body, size_t length) {
    CURLcode code =
        curl_easy_setopt(transfer, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    if (code != CURLE_OK) return code;
    return curl_easy_setopt(transfer, CURLOPT_COPYPOSTFIELDS, body);
}

static inline CURLcode freshwire_set_body_sink(CURL *transfer, curl_write_callback sink) {
    return curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, sink);
}

static inline CURLcode freshwire_set_header_sink(CURL *transfer, curl_write_callback sink) {
    return curl_easy_setopt(transfer, CURLOPT_HEADERFUNCTION, sink);
}

static inline CURLcode freshwire_set_socket_opener(
    CURL *transfer, curl_opensocket_callback opener) {
    return curl_easy_setopt(transfer, CURLOPT_OPENSOCKETFUNCTION, opener);
}

static inline CURLcode freshwire_set_request_gate(CURL *transfer, curl_prereq_callback gate) {
    return curl_easy_setopt(transfer, CURLOPT_PREREQFUNCTION, gate);
}

static inline CURLcode freshwire_get_status(CURL *transfer, long *status) {
    return curl_easy_getinfo(transfer, CURLINFO_RESPONSE_CODE, status);
}

static inline CURLcode freshwire_get_microseconds(CURL *transfer, curl_off_t *microseconds) {
    return curl_easy_getinfo(transfer, CURLINFO_TOTAL_TIME_T, microseconds);
}

static inline CURLMcode freshwire_set_kept_connections(CURLM *courier, long count) {
    return curl_multi_setopt(courier, CURLMOPT_MAXCONNECTS, count);
}

// What curl is about to connect to. The address is a union told apart by its family and, for
// IPv6, longer than the structure's own member, which Swift cannot look behind. Returns the number
// of bytes of the address, in network order, or 0 for a family that is not IP.
static inline int freshwire_address(
    const struct curl_sockaddr *target, uint8_t bytes[16], uint16_t *port) {
    if (target->family == AF_INET && target->addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in address;
        memcpy(&address, &target->addr, sizeof address);
        memcpy(bytes, &address.sin_addr, 4);
        *port = ntohs(address.sin_port);
        return 4;
    }
    if (target->family == AF_INET6 && target->addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 address;
        memcpy(&address, &target->addr, sizeof address);
        memcpy(bytes, &address.sin6_addr, 16);
        *port = ntohs(address.sin6_port);
        return 16;
    }
    return 0;
}

// Not inherited by programs that the daemon starts.
static inline curl_socket_t freshwire_open_socket(const struct curl_sockaddr *target) {
    return socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}
