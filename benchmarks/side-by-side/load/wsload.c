/* wsload: a load generator for WebSocket servers. One thread, epoll, ws:// only, RFC 6455 and permessage-deflate.
 *
 *   wsload --mode MODE [OPTION...] [-- SERVER COMMAND...]
 *
 * Modes
 *   echo       a closed loop: each reply is answered by the next message. Latency runs from the write of a message to
 *              the read that completed its reply.
 *   broadcast  one sender; everyone, the sender too, gets each message. The next goes out when one has reached all.
 *              The spread is the time from the first delivery of a message to the last.
 *   connect    so many loops of: connect, opening handshake, Close 1000, wait for the Close, close the socket.
 *   idle       opens connections, says so, holds them for the time given, says how many are left, and with --touch
 *              on how many of them a message is echoed then.
 *   startup    starts the command behind --, connects until a handshake succeeds, ends the command.
 *
 * Options
 *   --host H --port P --path /echo   where to connect; a dotted IPv4 address
 *   --connections N                  in broadcast: receivers, the sender among them
 *   --in-flight N                    messages on the way per connection; in broadcast: in all
 *   --payload N                      bytes of each message
 *   --binary                         binary messages instead of text
 *   --deflate                        offer permessage-deflate with both no_context_takeover; the payload is like JSON
 *   --raw                            no handshakes and no checks, for rawecho; the frames stay the same
 *   --warm-up S --duration S         seconds before the window, seconds of the window
 *   --server-pid PID                 whose CPU time and memory are reported
 *   --server-cpu                     both times are CPU seconds of the server, and take at most 12 times as long on the
 *                                    clock: on a machine that is shared, little else can be compared
 *   --touch N                        idle: echo so many messages on each connection first
 *
 * What it finds is printed as one JSON object on a line. Replies may be fragmented. Opcode and length of each are checked,
 * and the content of every 16th; mask keys are random. The exit code is 1 when something was wrong.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define NANOS_PER_SECOND 1000000000ull
#define READ_BUFFER_BYTES (1 << 20)
#define EVENTS_PER_TURN 1024
#define HANDSHAKES_AT_A_TIME 128
#define CHECK_EVERY 16 /* messages; a power of two */
#define MOST_HEADER_BYTES 14
#define STRETCH_ON_THE_CLOCK 12 /* how much longer than its CPU seconds a window may last */

enum { CONTINUATION = 0, TEXT = 1, BINARY = 2, CLOSE = 8, FIRST_CONTROL = 8 };
enum { FIN = 0x80, RSV1 = 0x40, MASKED = 0x80 };

typedef enum { NEW, CONNECTING, UPGRADING, OPEN, CLOSING, DEAD } connection_state;

typedef struct {
    int fd;
    connection_state state;
    uint64_t started_at; /* its connect */

    /* the frame that is being read */
    uint8_t header[10];
    uint8_t header_bytes, header_bytes_needed;
    uint8_t opcode;
    bool fin;
    uint64_t payload_left;

    /* the message that is being read */
    bool in_message, compressed, checked;
    uint64_t message_bytes;
    uint8_t *compressed_bytes;
    size_t compressed_count, compressed_room;
    uint64_t messages_received;

    /* when those on the way were sent: a ring */
    uint64_t *sent_at;
    unsigned next_sent, next_answered;

    /* what the socket did not take yet */
    uint8_t *unsent;
    size_t unsent_count, unsent_room;
    bool wants_output;

    char *response; /* of the handshake, as far as it has come */
    size_t response_bytes;
} connection;

/* ---- options */

static const char *mode = "echo", *host = "127.0.0.1", *path = "/echo";
static int port = 9001, connection_count = 1, in_flight = 1, touches;
static size_t payload_bytes = 125;
static bool binary, deflating, raw, by_server_cpu;
static double duration = 5, warm_up = 2;
static pid_t server_pid;

/* ---- what there is one of */

static connection *connections;
static int epoll_fd;
static int opened, open_now, alive; /* connects begun; handshakes done; not dead */
static uint64_t messages, errors, lost;
static char first_error[200];
static bool recording, stopping;

static uint8_t *payload;              /* what comes back */
static uint8_t *body;                 /* what is sent: the payload, perhaps compressed */
static size_t body_bytes;
static uint8_t *out_buffer, *read_buffer, *inflated;
static char agreed_extension[200];
static bool context_reset = true;     /* whether the server compresses each message on its own */
static z_stream inflater;

static void (*on_open)(connection *);
static void (*on_messages)(connection *, int count, uint64_t now);
static void (*on_close)(connection *);

static uint64_t now_nanos(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOS_PER_SECOND + (uint64_t)time.tv_nsec;
}

/* xorshift: fast, and good enough for mask keys and payloads of a benchmark. */
static uint64_t random_state = 0x9E3779B97F4A7C15ull;
static uint64_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static void give_up(const char *what) {
    perror(what);
    exit(2);
}

static void wrong(const char *what) {
    if (errors++ == 0) snprintf(first_error, sizeof first_error, "%s", what);
}

static void *grown(void *memory, size_t bytes) {
    void *larger = realloc(memory, bytes);
    if (!larger) give_up("realloc");
    return larger;
}

/* ---- latencies: 64 buckets for each power of two of nanoseconds */

#define BUCKETS (64 * 48)
typedef struct {
    uint64_t bucket[BUCKETS], count, longest;
} histogram;
static histogram latencies, spreads;

static void add(histogram *h, uint64_t nanos) {
    unsigned index = (unsigned)nanos;
    if (nanos >= 64) {
        int shift = 57 - __builtin_clzll(nanos);
        index = (unsigned)(shift + 1) * 64 + ((nanos >> shift) & 63);
    }
    h->bucket[index < BUCKETS ? index : BUCKETS - 1]++;
    h->count++;
    if (nanos > h->longest) h->longest = nanos;
}

static double quantile_micros(const histogram *h, double quantile) {
    uint64_t wanted = (uint64_t)(quantile * (double)h->count), seen = 0;
    for (int i = 0; i < BUCKETS && h->count; i++) {
        seen += h->bucket[i];
        if (seen <= wanted) continue;
        if (i < 64) return i / 1e3;
        int shift = i / 64 - 1;
        return (double)(((uint64_t)(64 + (i & 63)) << shift) + (1ull << shift) / 2) / 1e3;
    }
    return (double)h->longest / 1e3;
}

/* ---- the server's process, and this one */

static double server_cpu_seconds(void) {
    char name[64], text[2048];
    if (!server_pid) return 0;
    snprintf(name, sizeof name, "/proc/%d/stat", (int)server_pid);
    FILE *file = fopen(name, "r");
    if (!file) return 0;
    size_t count = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[count] = 0;
    const char *behind_name = strrchr(text, ')'); /* the name may hold anything, parentheses too */
    unsigned long user, kernel;
    if (!behind_name ||
        sscanf(behind_name + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
        return 0;
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static long server_rss_kib(void) {
    char name[64], line[256];
    long kib = 0;
    if (!server_pid) return 0;
    snprintf(name, sizeof name, "/proc/%d/status", (int)server_pid);
    FILE *file = fopen(name, "r");
    if (!file) return 0;
    while (fgets(line, sizeof line, file) && sscanf(line, "VmRSS: %ld", &kib) != 1) {
    }
    fclose(file);
    return kib;
}

static double own_cpu_seconds(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* ---- sending */

static void want_output(connection *c, bool wanted) {
    if (c->wants_output == wanted) return;
    c->wants_output = wanted;
    struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

/* Closes a connection; what was wrong, or null when nothing was. */
static void drop(connection *c, const char *why) {
    if (why) {
        wrong(why);
        lost++;
    }
    if (c->state == OPEN) open_now--;
    if (c->state != DEAD) alive--;
    close(c->fd);
    c->state = DEAD;
}

static void send_bytes(connection *c, const uint8_t *bytes, size_t count) {
    if (!c->unsent_count) {
        ssize_t sent = send(c->fd, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            drop(c, "a send failed");
            return;
        }
        if (sent > 0) {
            bytes += sent;
            count -= (size_t)sent;
        }
        if (!count) return;
    }
    if (c->unsent_count + count > c->unsent_room) {
        c->unsent_room = c->unsent_count + count;
        c->unsent = grown(c->unsent, c->unsent_room);
    }
    memcpy(c->unsent + c->unsent_count, bytes, count);
    c->unsent_count += count;
    want_output(c, true);
}

static void send_unsent(connection *c) {
    ssize_t sent = send(c->fd, c->unsent, c->unsent_count, MSG_NOSIGNAL);
    if (sent < 0) {
        if (errno != EAGAIN) drop(c, "a send failed");
        return;
    }
    c->unsent_count -= (size_t)sent;
    memmove(c->unsent, c->unsent + sent, c->unsent_count);
    if (!c->unsent_count) {
        want_output(c, false);
        free(c->unsent);
        c->unsent = NULL;
        c->unsent_room = 0;
    }
}

/* Puts one masked frame into the buffer and returns its bytes. */
static size_t put_frame(uint8_t *to, uint8_t first_byte, const uint8_t *data, size_t count) {
    uint8_t *start = to;
    uint32_t key = (uint32_t)(next_random() >> 16);
    *to++ = first_byte;
    if (count < 126) {
        *to++ = MASKED | (uint8_t)count;
    } else if (count < 65536) {
        *to++ = MASKED | 126;
        *to++ = (uint8_t)(count >> 8);
        *to++ = (uint8_t)count;
    } else {
        *to++ = MASKED | 127;
        for (int shift = 56; shift >= 0; shift -= 8) *to++ = (uint8_t)((uint64_t)count >> shift);
    }
    memcpy(to, &key, sizeof key);
    to += sizeof key;
    uint64_t wide_key = (uint64_t)key << 32 | key;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t eight;
        memcpy(&eight, data + i, 8);
        eight ^= wide_key;
        memcpy(to + i, &eight, 8);
    }
    for (; i < count; i++) to[i] = data[i] ^ ((uint8_t *)&key)[i & 3];
    return (size_t)(to + count - start);
}

/* Sends so many messages with one system call. */
static void send_messages(connection *c, int count, uint64_t now) {
    bool compressed = deflating && agreed_extension[0];
    uint8_t first_byte = FIN | (compressed ? RSV1 : 0) | (binary ? BINARY : TEXT);
    size_t bytes = 0;
    for (int i = 0; i < count; i++) {
        bytes += put_frame(out_buffer + bytes, first_byte, body, body_bytes);
        c->sent_at[c->next_sent] = now;
        c->next_sent = (c->next_sent + 1) % (unsigned)in_flight;
    }
    send_bytes(c, out_buffer, bytes);
}

/* ---- connecting */

static void begin_connect(connection *c) {
    free(c->response);
    c->response = NULL;
    c->response_bytes = 0;
    c->header_bytes = 0;
    c->header_bytes_needed = 2;
    c->payload_left = c->message_bytes = 0;
    c->in_message = false;
    c->unsent_count = c->compressed_count = 0;
    c->wants_output = true;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->fd < 0) give_up("socket");
    int on = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET};
    if (strncmp(host, "127.", 4) == 0) { /* many source addresses: room for more connections than there are ports */
        address.sin_addr.s_addr = htonl(0x7f000002u + (unsigned)(next_random() % 32));
        bind(c->fd, (struct sockaddr *)&address, sizeof address);
    }
    address.sin_port = htons((uint16_t)port);
    inet_pton(AF_INET, host, &address.sin_addr);

    c->started_at = now_nanos();
    c->state = CONNECTING;
    alive++;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
        drop(c, "connect failed");
    else
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event);
}

static void send_upgrade(connection *c) {
    int failure = 0;
    socklen_t size = sizeof failure;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &failure, &size);
    if (failure) {
        drop(c, strerror(failure));
        return;
    }
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char key[] = "012345678901234567890A==";
    for (int i = 0; i < 21; i++) key[i] = base64[next_random() & 63];
    char request[1024];
    int bytes = snprintf(request, sizeof request,
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n%s\r\n", path, host, port, key,
        deflating ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                    "client_no_context_takeover\r\n" : "");
    c->state = UPGRADING;
    want_output(c, false);
    send_bytes(c, (uint8_t *)request, (size_t)bytes);
}

/* Takes the bytes of the response; returns how many of the last read belong to it, or -1 when it goes on or was bad. */
static ssize_t take_response(connection *c, const uint8_t *bytes, size_t count) {
    size_t before = c->response_bytes;
    c->response = grown(c->response, before + count + 1);
    memcpy(c->response + before, bytes, count);
    c->response_bytes += count;
    c->response[c->response_bytes] = 0;
    const char *end = strstr(c->response, "\r\n\r\n");
    if (!end) return -1;
    if (strncmp(c->response, "HTTP/1.1 101", 12) != 0) {
        c->response[strcspn(c->response, "\r\n")] = 0;
        drop(c, c->response);
        return -1;
    }
    static const char name[] = "\nsec-websocket-extensions:";
    const char *extension = strcasestr(c->response, name);
    if (extension && extension < end && !agreed_extension[0]) {
        extension += sizeof name - 1;
        extension += strspn(extension, " ");
        snprintf(agreed_extension, sizeof agreed_extension, "%.*s", (int)strcspn(extension, "\r\n"), extension);
        context_reset = strstr(agreed_extension, "server_no_context_takeover") != NULL;
    }
    ssize_t used = end + 4 - c->response - (ssize_t)before;
    free(c->response);
    c->response = NULL;
    c->response_bytes = 0;
    return used;
}

/* ---- receiving */

/* Whether to look into this message. With a context kept, all must be inflated to inflate one. */
static bool to_be_checked(const connection *c) {
    return (c->messages_received & (CHECK_EVERY - 1)) == 0;
}

static bool inflates_to_payload(connection *c) {
    if (context_reset && !to_be_checked(c)) return true;
    static const uint8_t tail[4] = {0, 0, 0xff, 0xff}; /* RFC 7692 §7.2.2 */
    if (context_reset) inflateReset(&inflater);
    inflater.next_in = c->compressed_bytes;
    inflater.avail_in = (uInt)c->compressed_count;
    inflater.next_out = inflated;
    inflater.avail_out = (uInt)payload_bytes + 64;
    inflate(&inflater, Z_SYNC_FLUSH);
    inflater.next_in = (uint8_t *)tail;
    inflater.avail_in = sizeof tail;
    inflate(&inflater, Z_SYNC_FLUSH);
    return (size_t)(inflater.next_out - inflated) == payload_bytes && memcmp(inflated, payload, payload_bytes) == 0;
}

/* Reads the complete header; false when the connection is not to be read any more. */
static bool begin_frame(connection *c) {
    uint64_t length = c->header[1] & 127;
    if (length == 126) {
        length = (uint64_t)c->header[2] << 8 | c->header[3];
    } else if (length == 127) {
        length = 0;
        for (int i = 2; i < 10; i++) length = length << 8 | c->header[i];
    }
    c->payload_left = length;
    c->opcode = c->header[0] & 15;
    c->fin = c->header[0] & FIN;
    if (c->header[1] & MASKED) wrong("a frame of the server is masked");
    if (c->opcode == CLOSE) {
        if (on_close) on_close(c);
        else drop(c, "an unexpected Close");
        return false;
    }
    if (c->opcode >= FIRST_CONTROL) return true; /* a Ping or Pong: skipped */
    if (c->opcode == CONTINUATION) {
        if (!c->in_message) wrong("a continuation without a message");
        return true;
    }
    if (c->in_message) wrong("a message inside a message");
    if (!raw && c->opcode != (binary ? BINARY : TEXT)) wrong("the wrong opcode");
    c->in_message = true;
    c->message_bytes = 0;
    c->compressed_count = 0;
    c->compressed = c->header[0] & RSV1;
    c->checked = !raw && !c->compressed && to_be_checked(c);
    return true;
}

static void take_payload(connection *c, const uint8_t *bytes, size_t count) {
    if (c->compressed) {
        if (context_reset && !to_be_checked(c)) return;
        if (c->compressed_count + count > c->compressed_room) {
            c->compressed_room = c->compressed_count + count + 256;
            c->compressed_bytes = grown(c->compressed_bytes, c->compressed_room);
        }
        memcpy(c->compressed_bytes + c->compressed_count, bytes, count);
        c->compressed_count += count;
    } else if (c->checked && (c->message_bytes + count > payload_bytes ||
                              memcmp(bytes, payload + c->message_bytes, count) != 0)) {
        wrong("the content differs");
        c->checked = false;
    }
    c->message_bytes += count;
}

/* Reads frames; returns how many messages are complete, -1 when the connection is not to be read any more. */
static int parse(connection *c, const uint8_t *bytes, size_t count) {
    int complete = 0;
    while (count || (!c->payload_left && c->header_bytes == c->header_bytes_needed)) {
        if (c->header_bytes < c->header_bytes_needed) {
            size_t taken = (size_t)(c->header_bytes_needed - c->header_bytes);
            if (taken > count) taken = count;
            memcpy(c->header + c->header_bytes, bytes, taken);
            c->header_bytes += (uint8_t)taken;
            bytes += taken;
            count -= taken;
            if (c->header_bytes == 2) {
                int form = c->header[1] & 127;
                c->header_bytes_needed = form == 126 ? 4 : form == 127 ? 10 : 2;
            }
            if (c->header_bytes < c->header_bytes_needed) continue;
            if (!begin_frame(c)) return -1;
        }
        size_t taken = c->payload_left < count ? (size_t)c->payload_left : count;
        if (c->opcode < FIRST_CONTROL && taken) take_payload(c, bytes, taken);
        bytes += taken;
        count -= taken;
        c->payload_left -= taken;
        if (c->payload_left) continue;
        c->header_bytes = 0;
        c->header_bytes_needed = 2;
        if (c->opcode < FIRST_CONTROL && c->fin) {
            if (c->compressed ? !inflates_to_payload(c) : c->message_bytes != payload_bytes)
                wrong("the wrong length or content");
            c->in_message = false;
            c->messages_received++;
            complete++;
        }
    }
    return complete;
}

static void read_from(connection *c) {
    ssize_t received = recv(c->fd, read_buffer, READ_BUFFER_BYTES, 0);
    if (received < 0 && errno == EAGAIN) return;
    if (received <= 0) {
        if (c->state == CLOSING) {
            drop(c, NULL);
            if (on_close) on_close(c);
        } else {
            drop(c, received ? strerror(errno) : "closed by the server");
        }
        return;
    }
    const uint8_t *bytes = read_buffer;
    size_t count = (size_t)received;
    if (c->state == UPGRADING) {
        ssize_t used = take_response(c, bytes, count);
        if (used < 0) return;
        bytes += used;
        count -= (size_t)used;
        c->state = OPEN;
        open_now++;
        if (on_open) on_open(c);
        if (!count || c->state != OPEN) return;
    }
    int complete = parse(c, bytes, count);
    if (complete > 0 && on_messages) on_messages(c, complete, now_nanos());
}

/* ---- the loop */

/* One turn: opens what is still to be opened, a bounded number at a time, and deals with what has happened. */
static void turn(int wait_millis, int target) {
    static struct epoll_event events[EVENTS_PER_TURN];
    while (opened < target && opened - open_now < HANDSHAKES_AT_A_TIME + (int)lost) {
        begin_connect(&connections[opened]);
        if (raw) {
            connections[opened].state = OPEN;
            open_now++;
        }
        opened++;
    }
    int count = epoll_wait(epoll_fd, events, EVENTS_PER_TURN, opened < target && wait_millis > 1 ? 1 : wait_millis);
    for (int i = 0; i < count; i++) {
        connection *c = events[i].data.ptr;
        if (c->state == DEAD) continue;
        if (c->state == CONNECTING) {
            if (events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) send_upgrade(c);
            continue;
        }
        if (raw && !c->unsent_count) want_output(c, false);
        if (c->unsent_count && events[i].events & EPOLLOUT) send_unsent(c);
        if (c->state != DEAD && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_from(c);
    }
}

static void open_all(void) {
    uint64_t until = now_nanos() + 120 * NANOS_PER_SECOND;
    while (open_now + (int)lost < connection_count && now_nanos() < until) turn(10, connection_count);
    if (open_now < connection_count) {
        fprintf(stderr, "only %d of %d connections opened: %s\n", open_now, connection_count, first_error);
        if (!open_now) exit(3);
    }
}

/* Turns until so many seconds have gone by, on the clock or on the server's CPU. */
static void spend(double seconds) {
    uint64_t now = now_nanos(), looked_at = now;
    uint64_t until = now + (uint64_t)(seconds * (double)NANOS_PER_SECOND * (by_server_cpu ? STRETCH_ON_THE_CLOCK : 1));
    double cpu_before = server_cpu_seconds();
    while (now < until && alive) {
        turn(10, opened);
        now = now_nanos();
        if (by_server_cpu && now - looked_at > NANOS_PER_SECOND / 50) {
            looked_at = now;
            if (server_cpu_seconds() - cpu_before >= seconds) break;
        }
    }
}

typedef struct {
    uint64_t at, messages;
    double server_cpu, own_cpu;
} mark;

static mark mark_now(void) {
    return (mark){now_nanos(), messages, server_cpu_seconds(), own_cpu_seconds()};
}

/* Warms up, measures and reports. */
static void measure(void) {
    spend(warm_up);
    memset(&latencies, 0, sizeof latencies);
    memset(&spreads, 0, sizeof spreads);
    recording = true;
    mark begin = mark_now();
    spend(duration);
    mark end = mark_now();
    recording = false;
    stopping = true;

    double seconds = (double)(end.at - begin.at) / (double)NANOS_PER_SECOND;
    double count = (double)(end.messages - begin.messages);
    double server_cpu = end.server_cpu - begin.server_cpu;
    printf("{\"messages_per_second\": %.0f, \"server_us_per_message\": %.4f, \"server_cpu_share\": %.3f, "
           "\"client_cpu_share\": %.3f, \"server_rss_mb\": %.0f, \"messages\": %.0f, \"total\": %llu, "
           "\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f, ",
        count / seconds, count ? server_cpu * 1e6 / count : 0, server_cpu / seconds,
        (end.own_cpu - begin.own_cpu) / seconds, (double)server_rss_kib() / 1024, count, (unsigned long long)messages,
        quantile_micros(&latencies, .5), quantile_micros(&latencies, .99), quantile_micros(&latencies, .999),
        (double)latencies.longest / 1e3);
    if (spreads.count)
        printf("\"spread_p50_us\": %.0f, \"spread_p99_us\": %.0f, ", quantile_micros(&spreads, .5),
            quantile_micros(&spreads, .99));
    printf("\"extension\": \"%s\", \"errors\": %llu, \"first_error\": \"%s\"}\n", agreed_extension,
        (unsigned long long)errors, first_error);
}

/* ---- echo */

static void answer_echo(connection *c, int count, uint64_t now) {
    if (count > in_flight) {
        wrong("more replies than messages");
        count = in_flight;
    }
    for (int i = 0; i < count; i++) {
        if (recording) add(&latencies, now - c->sent_at[c->next_answered]);
        c->next_answered = (c->next_answered + 1) % (unsigned)in_flight;
    }
    messages += (uint64_t)count;
    if (!stopping) send_messages(c, count, now);
}

static void run_echo(void) {
    on_messages = answer_echo;
    open_all();
    if (deflating && !agreed_extension[0]) {
        body = payload;
        body_bytes = payload_bytes;
    }
    for (int i = 0; i < connection_count; i++)
        if (connections[i].state == OPEN) send_messages(&connections[i], in_flight, now_nanos());
    measure();
}

/* ---- broadcast: the n-th message of a connection is the n-th that was sent */

typedef struct {
    uint64_t sent_at, first_delivered_at;
    int deliveries;
} broadcast;
static broadcast *broadcasts; /* a ring of those on the way */
static uint64_t broadcasts_sent;

static void send_broadcast(uint64_t now) {
    broadcasts[broadcasts_sent++ % (unsigned)in_flight] = (broadcast){.sent_at = now};
    send_messages(&connections[0], 1, now);
}

static void take_broadcast(connection *c, int count, uint64_t now) {
    for (int i = count; i > 0; i--) {
        broadcast *b = &broadcasts[(c->messages_received - (uint64_t)i) % (unsigned)in_flight];
        if (b->deliveries++ == 0) b->first_delivered_at = now;
        if (recording) add(&latencies, now - b->sent_at);
        if (b->deliveries == open_now) {
            if (recording) add(&spreads, now - b->first_delivered_at);
            if (!stopping) send_broadcast(now);
        }
    }
    messages += (uint64_t)count;
}

static void run_broadcast(void) {
    on_messages = take_broadcast;
    open_all();
    uint64_t registered_by = now_nanos() + NANOS_PER_SECOND / 2; /* the server has to know all receivers */
    while (now_nanos() < registered_by) turn(10, opened);
    broadcasts = calloc((size_t)in_flight, sizeof *broadcasts);
    for (int i = 0; i < in_flight; i++) send_broadcast(now_nanos());
    measure();
}

/* ---- connect */

static void close_at_once(connection *c) {
    if (recording) add(&latencies, now_nanos() - c->started_at);
    uint8_t frame[16], code[2] = {1000 >> 8, 1000 & 255};
    size_t bytes = put_frame(frame, FIN | CLOSE, code, sizeof code);
    c->state = CLOSING;
    open_now--;
    send_bytes(c, frame, bytes);
}

static void connect_again(connection *c) {
    if (c->state != DEAD) drop(c, NULL);
    messages++;
    if (!stopping) begin_connect(c);
}

static void run_connect(void) {
    on_open = close_at_once;
    on_close = connect_again;
    for (int i = 0; i < connection_count; i++) begin_connect(&connections[i]);
    opened = connection_count;
    measure();
}

/* ---- idle */

/* Sends a message on each open connection and returns how many came back within a minute. */
static uint64_t touch_all(void) {
    uint64_t before = messages, sent = 0, until = now_nanos() + 60 * NANOS_PER_SECOND;
    for (int i = 0; i < connection_count; i++) {
        if (connections[i].state == OPEN) {
            send_messages(&connections[i], 1, now_nanos());
            sent++;
        }
        if (i % 64 == 63) turn(0, opened);
    }
    while (messages - before < sent && now_nanos() < until) turn(10, opened);
    return messages - before;
}

static void run_idle(void) {
    on_messages = answer_echo;
    stopping = true; /* no reply is answered */
    uint64_t begin = now_nanos();
    open_all();
    double took = (double)(now_nanos() - begin) / (double)NANOS_PER_SECOND;
    for (int round = 0; round < touches; round++) touch_all();
    printf("{\"open\": %d, \"seconds\": %.2f, \"errors\": %llu, \"first_error\": \"%s\"}\n", open_now, took,
        (unsigned long long)errors, first_error);
    fflush(stdout);
    uint64_t until = now_nanos() + (uint64_t)(duration * (double)NANOS_PER_SECOND);
    while (now_nanos() < until && alive) turn(50, opened);
    uint64_t echoed = touches ? touch_all() : 0;
    printf("{\"open\": %d, \"echoed\": %llu, \"first_error\": \"%s\"}\n", open_now, (unsigned long long)echoed, first_error);
}

/* ---- startup */

static void start_server(char **command) {
    server_pid = fork();
    if (server_pid) return;
    int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execvp(command[0], command);
    _exit(127);
}

static void end_server(void) {
    kill(server_pid, SIGTERM);
    for (int i = 0; i < 300 && !waitpid(server_pid, NULL, WNOHANG); i++) usleep(10000);
    kill(server_pid, SIGKILL);
}

static void run_startup(char **command) {
    uint64_t begin = now_nanos();
    start_server(command);
    while (!open_now && now_nanos() - begin < 60 * NANOS_PER_SECOND) {
        if (connections[0].state == NEW || connections[0].state == DEAD) {
            begin_connect(&connections[0]);
            opened = 1;
        }
        turn(2, 1);
        if (connections[0].state == DEAD) usleep(1000); /* it does not listen yet */
    }
    printf("{\"ms\": %.0f, \"cpu_seconds\": %.2f, \"rss_mb\": %.0f, \"started\": %s}\n",
        (double)(now_nanos() - begin) / 1e6, server_cpu_seconds(), (double)server_rss_kib() / 1024,
        open_now ? "true" : "false");
    errors = 0; /* refused connections are how it waits */
    end_server();
}

/* ---- payloads */

/* Rows of JSON whose numbers do not repeat: it compresses as usual data does. */
static void fill_with_json(void) {
    for (size_t filled = 0; filled < payload_bytes;) {
        char row[128];
        int length = snprintf(row, sizeof row, "{\"id\":%u,\"name\":\"item-%u\",\"price\":%u.%02u,\"active\":%s},",
            (unsigned)(next_random() % 1000000), (unsigned)(next_random() % 10000), (unsigned)(next_random() % 1000),
            (unsigned)(next_random() % 100), next_random() & 1 ? "true" : "false");
        size_t taken = (size_t)length < payload_bytes - filled ? (size_t)length : payload_bytes - filled;
        memcpy(payload + filled, row, taken);
        filled += taken;
    }
}

static void fill_with_noise(void) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz 0123456789{}\":,";
    for (size_t i = 0; i < payload_bytes; i++)
        payload[i] = binary ? (uint8_t)next_random() : (uint8_t)letters[next_random() % (sizeof letters - 1)];
}

static void compress_payload(void) {
    z_stream deflater = {0};
    deflateInit2(&deflater, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
    size_t room = payload_bytes + 1024;
    body = grown(NULL, room);
    deflater.next_in = payload;
    deflater.avail_in = (uInt)payload_bytes;
    deflater.next_out = body;
    deflater.avail_out = (uInt)room;
    deflate(&deflater, Z_SYNC_FLUSH);
    body_bytes = (size_t)(deflater.next_out - body) - 4; /* RFC 7692 §7.2.1: without the tail of the flush */
    deflateEnd(&deflater);
}

static void prepare_payload(void) {
    payload = grown(NULL, payload_bytes + 1);
    inflated = grown(NULL, payload_bytes + 64);
    if (deflating) {
        fill_with_json();
        compress_payload();
        inflateInit2(&inflater, -15);
    } else {
        fill_with_noise();
        body = payload;
        body_bytes = payload_bytes;
    }
    size_t largest = (body_bytes > payload_bytes ? body_bytes : payload_bytes) + MOST_HEADER_BYTES;
    out_buffer = grown(NULL, (size_t)in_flight * largest);
    read_buffer = grown(NULL, READ_BUFFER_BYTES);
}

/* ---- the command line */

/* Reads the options; returns the server's command behind --, null when there is none. */
static char **read_options(int count, char **words) {
    for (int i = 1; i < count; i++) {
        const char *name = words[i];
        char *value = i + 1 < count ? words[i + 1] : "";
        if (!strcmp(name, "--")) return words + i + 1;
        if (!strcmp(name, "--binary")) { binary = true; continue; }
        if (!strcmp(name, "--deflate")) { deflating = true; continue; }
        if (!strcmp(name, "--raw")) { raw = true; continue; }
        if (!strcmp(name, "--server-cpu")) { by_server_cpu = true; continue; }
        i++;
        if (!strcmp(name, "--mode")) mode = value;
        else if (!strcmp(name, "--host")) host = value;
        else if (!strcmp(name, "--port")) port = atoi(value);
        else if (!strcmp(name, "--path")) path = value;
        else if (!strcmp(name, "--connections")) connection_count = atoi(value);
        else if (!strcmp(name, "--in-flight")) in_flight = atoi(value);
        else if (!strcmp(name, "--payload")) payload_bytes = strtoul(value, NULL, 10);
        else if (!strcmp(name, "--warm-up")) warm_up = atof(value);
        else if (!strcmp(name, "--duration")) duration = atof(value);
        else if (!strcmp(name, "--server-pid")) server_pid = atoi(value);
        else if (!strcmp(name, "--touch")) touches = atoi(value);
        else {
            fprintf(stderr, "wsload knows no option %s\n", name);
            exit(2);
        }
    }
    return NULL;
}

int main(int count, char **words) {
    char **server_command = read_options(count, words);
    signal(SIGPIPE, SIG_IGN);
    random_state ^= now_nanos();
    epoll_fd = epoll_create1(0);
    if (epoll_fd < 0) give_up("epoll_create1");
    connections = calloc((size_t)connection_count, sizeof *connections);
    for (int i = 0; i < connection_count; i++) {
        connections[i].header_bytes_needed = 2;
        connections[i].sent_at = calloc((size_t)in_flight, sizeof(uint64_t));
    }
    prepare_payload();

    if (!strcmp(mode, "echo")) run_echo();
    else if (!strcmp(mode, "broadcast")) run_broadcast();
    else if (!strcmp(mode, "connect")) run_connect();
    else if (!strcmp(mode, "idle")) run_idle();
    else if (!strcmp(mode, "startup") && server_command) run_startup(server_command);
    else {
        fprintf(stderr, "wsload knows no mode %s, or startup lacks its command\n", mode);
        return 2;
    }
    return errors ? 1 : 0;
}
