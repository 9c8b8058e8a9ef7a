/* rawecho: the limit of what a server on one thread can do. It counts bytes and knows nothing of WebSocket.
 *
 *   rawecho PORT PAYLOAD
 *
 * For every client frame's worth of bytes it writes one prepared server frame with a payload of the same size: no
 * handshake, no header, no unmasking; one recv and one send per turn. To be used with wsload --raw, which checks no content.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BUFFER_BYTES (1 << 18)
#define LARGEST_WRITE (1 << 16)
#define EVENTS_PER_TURN 512
#define MASK_KEY_BYTES 4

typedef struct {
    int fd;
    size_t part_of_frame; /* bytes of a client frame that is not complete */
    size_t owed;          /* bytes of replies that are not written */
    bool wants_output;
} connection;

static int epoll_fd;
static uint8_t *replies; /* a row of server frames */
static size_t replies_bytes, client_frame_bytes, server_frame_bytes;

static void give_up(const char *what) {
    perror(what);
    exit(1);
}

static size_t put_header(uint8_t *to, size_t payload) {
    to[0] = 0x81; /* FIN, text */
    if (payload < 126) {
        to[1] = (uint8_t)payload;
        return 2;
    }
    int bytes = payload < 65536 ? 2 : 8;
    to[1] = bytes == 2 ? 126 : 127;
    for (int i = 0; i < bytes; i++) to[2 + i] = (uint8_t)((uint64_t)payload >> (8 * (bytes - 1 - i)));
    return (size_t)(2 + bytes);
}

static void prepare_replies(size_t payload) {
    uint8_t header[10];
    server_frame_bytes = put_header(header, payload) + payload;
    client_frame_bytes = server_frame_bytes + MASK_KEY_BYTES;
    size_t count = LARGEST_WRITE / server_frame_bytes + 2;
    replies_bytes = count * server_frame_bytes;
    replies = calloc(1, replies_bytes);
    for (size_t i = 0; i < count; i++) put_header(replies + i * server_frame_bytes, payload);
}

static void write_owed(connection *c) {
    while (c->owed) {
        /* where in the row this reply goes on: whole replies may be taken from its beginning */
        size_t from = (server_frame_bytes - c->owed % server_frame_bytes) % server_frame_bytes;
        size_t count = c->owed < replies_bytes - from ? c->owed : replies_bytes - from;
        ssize_t written = send(c->fd, replies + from, count, MSG_NOSIGNAL);
        if (written <= 0) break;
        c->owed -= (size_t)written;
    }
    if (c->wants_output != (c->owed > 0)) {
        c->wants_output = c->owed > 0;
        struct epoll_event event = {.events = EPOLLIN | (c->wants_output ? EPOLLOUT : 0), .data.ptr = c};
        epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
    }
}

static int listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0) give_up("listen");
    return fd;
}

static void accept_all(int listener) {
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
    }
}

/* Counts what has come; false when the connection has ended. */
static bool read_frames(connection *c) {
    static uint8_t buffer[READ_BUFFER_BYTES];
    ssize_t count = recv(c->fd, buffer, sizeof buffer, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN)) return false;
    if (count > 0) {
        size_t bytes = c->part_of_frame + (size_t)count;
        c->owed += bytes / client_frame_bytes * server_frame_bytes;
        c->part_of_frame = bytes % client_frame_bytes;
    }
    return true;
}

int main(int count, char **words) {
    if (count != 3) {
        fprintf(stderr, "usage: rawecho PORT PAYLOAD\n");
        return 2;
    }
    prepare_replies(strtoul(words[2], NULL, 10));
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_on(atoi(words[1]));
    epoll_fd = epoll_create1(0);
    struct epoll_event listening = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS_PER_TURN];
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &listening);
    for (;;) {
        int happened = epoll_wait(epoll_fd, events, EVENTS_PER_TURN, -1);
        for (int i = 0; i < happened; i++) {
            connection *c = events[i].data.ptr;
            if (!c) {
                accept_all(listener);
                continue;
            }
            bool readable = events[i].events & EPOLLIN;
            if (readable ? !read_frames(c) : (events[i].events & (EPOLLHUP | EPOLLERR)) != 0) {
                close(c->fd);
                free(c);
                continue;
            }
            if (c->owed) write_owed(c);
        }
    }
}
