#pragma once
#include <mosquitto.h>
#include <mqtt_protocol.h>

// libmosquitto takes an OpenSSL context; Intake makes it (see TLSContext.swift).
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// What Glibc's module map leaves out: one descriptor for all a broker session waits for.
#include <sys/epoll.h>
#include <sys/eventfd.h>

// A macro over SSL_CTX_ctrl, which Swift cannot see.
static inline int freshwire_set_min_tls13(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
}

// OpenSSL asks on the terminal for the pass phrase of an encrypted key unless it is given a
// callback; a daemon has no terminal to be asked on, so the answer is always "none".
static inline int freshwire_no_pass_phrase(char *buffer, int size, int writing, void *unused) {
    (void)buffer;
    (void)size;
    (void)writing;
    (void)unused;
    return -1;
}

// The parameter's type is a function pointer typedef: handed over here, where its type is exact.
static inline void freshwire_refuse_pass_phrases(SSL_CTX *context) {
    SSL_CTX_set_default_passwd_cb(context, freshwire_no_pass_phrase);
}

// EPOLL_CTL with the event built here: the union and the flags import badly into Swift.
static inline int freshwire_epoll_control(int epoll, int operation, int descriptor, int writing) {
    struct epoll_event event = {0};
    event.events = EPOLLIN | (writing ? EPOLLOUT : 0);
    event.data.fd = descriptor;
    return epoll_ctl(epoll, operation, descriptor, &event);
}
