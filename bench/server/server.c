/*
 * The server that all contenders are measured against: one thread, epoll, HTTP/1.1 with keep-alive.
 * It must never be what limits a row; the bare loops show how far it goes.
 * It trusts its peers (loopback only) and reads of a request no more than it needs.
 *
 *   GET  /small   23 bytes of JSON
 *   GET  /once    the same, then the connection closes
 *   GET  /10k     10 KiB of JSON
 *   GET  /big     100 MiB by length
 *   POST /upload  counts the body, by length or in chunks
 *
 * It prints its port, and ends when its standard input does, or after the seconds given as argument. A second
 * argument lets it listen on every address of the loopback device, for many origins.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BIG (100L * 1024 * 1024)
#define BLOCK (1024L * 1024)
#define INPUT (256 * 1024)
#define HEAD_MAX 8192
#define FDS 65536

static const char SMALL[] = "{\"id\":1,\"name\":\"hello\"}";
static char ten[10241];
static char block[BLOCK];
static char input[INPUT];
static int poller;

enum mode { HEAD, COUNTED, CHUNKED };

struct connection {
  char head[HEAD_MAX];
  int filled;
  enum mode mode;
  long left;      /* bytes of a counted body, or of a chunk, that are still to come */
  long received;  /* bytes of the body so far */
  int chunk;      /* what is awaited: 0 size, 1 rest of the size line, 2 bytes, 3 line end, 4 trailers */
  int blank;      /* length of the trailer line so far */
  char *out;      /* a head, or a whole small response */
  long out_length, out_sent;
  long big_left;
  int last;       /* close after the response */
};

static struct connection *connections[FDS];

static void watch(int fd, int operation, unsigned events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(poller, operation, fd, &event);
}

static void drop(int fd) {
  free(connections[fd]->out);
  free(connections[fd]);
  connections[fd] = NULL;
  close(fd);
}

/* Queues one response behind what waits already, as pipelined requests need it. */
static void respond(struct connection *c, const char *body, long length) {
  static char date[64];
  static time_t at;
  time_t now = time(NULL);
  if (now != at) strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&(time_t){at = now}));
  char head[512];
  int size = snprintf(head, sizeof head,
    "HTTP/1.1 200 OK\r\nServer: bench/1.0\r\nDate: %s\r\nContent-Type: application/json\r\nContent-Length: %ld\r\n"
    "Last-Modified: Fri, 20 Nov 2026 03:30:00 GMT\r\nConnection: %s\r\nETag: \"691fd9a8-17\"\r\nAccept-Ranges: bytes\r\n\r\n",
    date, length, c->last ? "close" : "keep-alive");
  long body_size = body ? length : 0;
  if (c->out_sent == c->out_length) c->out_sent = c->out_length = 0;
  c->out = realloc(c->out, c->out_length + size + body_size);
  memcpy(c->out + c->out_length, head, size);
  if (body_size) memcpy(c->out + c->out_length + size, body, body_size);
  c->out_length += size + body_size;
  if (!body) c->big_left = length;
}

static void answer_upload(struct connection *c) {
  char body[64];
  int length = snprintf(body, sizeof body, "{\"received\":%ld}", c->received);
  respond(c, body, length);
  c->mode = HEAD;
}

static const char *field(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
    if (!strncasecmp(line + 2, name, length) && line[2 + length] == ':') return line + 3 + length + strspn(line + 3 + length, " ");
  return NULL;
}

static void begin(struct connection *c, char *head) {
  const char *connection = field(head, "connection");
  c->last = connection && !strncasecmp(connection, "close", 5);
  if (!strncmp(head, "POST /upload", 12)) {
    const char *length = field(head, "content-length");
    c->received = 0;
    c->mode = length ? COUNTED : CHUNKED;
    c->left = length ? atol(length) : 0;
    c->chunk = 0;
    if (c->mode == COUNTED && c->left == 0) answer_upload(c);
    return;
  }
  const char *path = strchr(head, ' ');
  if (!path) return;
  if (!strncmp(path, " /10k", 5)) respond(c, ten, 10240);
  else if (!strncmp(path, " /big", 5)) respond(c, NULL, BIG);
  else {
    if (!strncmp(path, " /once", 6)) c->last = 1;
    respond(c, SMALL, 23);
  }
}

/* Reads what it can of a chunked body; returns the bytes used. */
static long read_chunked(struct connection *c, const char *bytes, long length) {
  long at = 0;
  while (at < length && c->mode == CHUNKED) {
    char byte = bytes[at];
    switch (c->chunk) {
      case 0:
        at++;
        if (byte >= '0' && byte <= '9') c->left = c->left * 16 + byte - '0';
        else if ((byte | 32) >= 'a' && (byte | 32) <= 'f') c->left = c->left * 16 + (byte | 32) - 'a' + 10;
        else if (byte == '\n') c->chunk = c->left ? 2 : 4, c->blank = 0;
        else if (byte != '\r') c->chunk = 1;
        break;
      case 1:
        at++;
        if (byte == '\n') c->chunk = c->left ? 2 : 4, c->blank = 0;
        break;
      case 2: {
        long part = length - at < c->left ? length - at : c->left;
        at += part;
        c->received += part;
        if (!(c->left -= part)) c->chunk = 3;
        break;
      }
      case 3:
        at++;
        if (byte == '\n') c->chunk = 0;
        break;
      default:
        at++;
        if (byte == '\n') {
          if (!c->blank) answer_upload(c);
          c->blank = 0;
        } else if (byte != '\r') c->blank++;
    }
  }
  return at;
}

/* Takes what was read; 0 when the peer breaks the rules. */
static int take(struct connection *c, const char *bytes, long length) {
  while (length > 0) {
    long used;
    if (c->mode == COUNTED) {
      used = length < c->left ? length : c->left;
      c->received += used;
      if (!(c->left -= used)) answer_upload(c);
    } else if (c->mode == CHUNKED) used = read_chunked(c, bytes, length);
    else {
      int before = c->filled;
      used = length < HEAD_MAX - 1 - before ? length : HEAD_MAX - 1 - before;
      if (used == 0) return 0;
      memcpy(c->head + before, bytes, used);
      c->filled += used;
      c->head[c->filled] = 0;
      char *end = strstr(c->head + (before > 3 ? before - 3 : 0), "\r\n\r\n");
      if (end) {
        used = end + 4 - c->head - before;
        end[2] = 0;
        c->filled = 0;
        begin(c, c->head);
      }
    }
    bytes += used;
    length -= used;
  }
  return 1;
}

/* Sends what waits; 0 when the connection is over. */
static int flush(int fd, struct connection *c) {
  while (c->out_sent < c->out_length) {
    ssize_t sent = send(fd, c->out + c->out_sent, c->out_length - c->out_sent, MSG_NOSIGNAL);
    if (sent < 0) goto blocked;
    c->out_sent += sent;
  }
  while (c->big_left > 0) {
    ssize_t sent = send(fd, block, c->big_left < BLOCK ? c->big_left : BLOCK, MSG_NOSIGNAL);
    if (sent < 0) goto blocked;
    c->big_left -= sent;
  }
  return !(c->last && c->out_length && c->mode == HEAD);
blocked:
  if (errno != EAGAIN) return 0;
  watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  return 1;
}

static void serve(int fd, unsigned events) {
  struct connection *c = connections[fd];
  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    ssize_t got = recv(fd, input, INPUT, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) return drop(fd);
    if (got > 0 && !take(c, input, got)) return drop(fd);
  }
  if (events & EPOLLOUT) watch(fd, EPOLL_CTL_MOD, EPOLLIN);
  if (!flush(fd, c)) drop(fd);
}

static void accept_all(int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (fd >= FDS) {
      close(fd);
      continue;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    connections[fd] = calloc(1, sizeof(struct connection));
    watch(fd, EPOLL_CTL_ADD, EPOLLIN);
  }
}

int main(int count, char **arguments) {
  alarm(count > 1 ? atoi(arguments[1]) : 3600);
  signal(SIGPIPE, SIG_IGN);
  memset(ten, 'a', 10240);
  memcpy(ten, "{\"text\":\"", 9);
  memcpy(ten + 10238, "\"}", 2);
  memset(block, 'b', BLOCK);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (count > 2) {
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    if (setsockopt(listener, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3)) return perror("Cannot stay on the loopback"), 1;
  }
  if (bind(listener, (void *)&address, size) || listen(listener, 4096)) return perror("Cannot listen"), 1;
  getsockname(listener, (void *)&address, &size);
  poller = epoll_create1(0);
  watch(listener, EPOLL_CTL_ADD, EPOLLIN);
  watch(0, EPOLL_CTL_ADD, EPOLLIN);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(poller, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) accept_all(listener);
      else if (fd == 0) {
        if (read(0, input, INPUT) <= 0) return 0;
      } else if (connections[fd]) serve(fd, events[i].events);
    }
  }
}
