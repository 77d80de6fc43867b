#pragma once
#include <libwebsockets.h>
#include <uv.h>

// Names of the library that Swift cannot read, because they are macros over casts or expressions.

/// Connections are handed to us as byte streams: see `Library.swift` for why.
static inline uint64_t server_option_raw_connections(void) {
    return LWS_SERVER_OPTION_ADOPT_APPLY_LISTEN_ACCEPT_CONFIG;
}

static inline uint64_t server_option_explicit_vhosts(void) {
    return LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
}

static inline uint64_t server_option_libuv(void) {
    return LWS_SERVER_OPTION_LIBUV;
}

static inline uint64_t server_option_tls(void) {
    return LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
}

/// The bits that forbid every TLS version below the given minor one (2 or 3); OpenSSL defines them
/// by a function-like macro.
static inline long server_tls_options(int minimum_minor_version) {
    uint64_t options = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1;
    if (minimum_minor_version >= 3)
        options |= SSL_OP_NO_TLSv1_2;
    return (long)options;
}

// Declared by Glibc's headers only with _GNU_SOURCE, which its Swift module is compiled without.
extern int accept4(int socket, struct sockaddr *address, socklen_t *length, int flags);

/// A waiting connection, as a descriptor that does not block and that no child process inherits.
static inline int server_accept(int socket) {
    return accept4(socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
