// The least that an echo over a Unix socket costs: blocking calls, a length before each message, nothing else.
//
//     EchoC serve PATH     prints `ready`, serves one client at a time, ends with its input
//     EchoC call PATH      prints `ready`, then answers each line `run SIZE IN_FLIGHT MILLISECONDS CALLS` with one of JSON
//
// With several calls in flight one thread writes and one reads, and a semaphore counts between them.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { capacity = 8 << 20, samples_most = 4 << 20 };

struct reader {
    int fd;
    size_t begin, end;
    uint8_t *bytes;
};

static void die(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct reader reader_of(int fd) {
    struct reader reader = {.fd = fd, .bytes = malloc(capacity)};
    if (!reader.bytes) die("malloc");
    return reader;
}

// The next message with its length before it, or NULL at the end. It stays until the next call.
static const uint8_t *next_message(struct reader *reader, size_t *size) {
    for (;;) {
        size_t there = reader->end - reader->begin;
        uint32_t length = 0;
        if (there >= sizeof(length)) {
            memcpy(&length, reader->bytes + reader->begin, sizeof(length));
            *size = sizeof(length) + length;
            if (*size > capacity) die("a message that is too long");
            if (there >= *size) {
                const uint8_t *message = reader->bytes + reader->begin;
                reader->begin += *size;
                return message;
            }
        }
        if (there == 0) {
            reader->begin = reader->end = 0;
        } else if (reader->begin > 0) {
            memmove(reader->bytes, reader->bytes + reader->begin, there);
            reader->begin = 0;
            reader->end = there;
        }
        ssize_t count = read(reader->fd, reader->bytes + reader->end, capacity - reader->end);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return NULL;
        reader->end += (size_t)count;
    }
}

static int write_all(int fd, const uint8_t *bytes, size_t size) {
    while (size > 0) {
        ssize_t count = write(fd, bytes, size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return -1;
        bytes += count;
        size -= (size_t)count;
    }
    return 0;
}

static struct sockaddr_un address_of(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof(address.sun_path)) die("the path");
    strcpy(address.sun_path, path);
    return address;
}

static void *serve(void *argument) {
    int listener = *(int *)argument;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) die("accept");
        struct reader reader = reader_of(fd);
        size_t size;
        const uint8_t *message;
        while ((message = next_message(&reader, &size))) {
            if (write_all(fd, message, size) != 0) break;
        }
        free(reader.bytes);
        close(fd);
    }
    return NULL;
}

struct flight {
    int fd;
    const uint8_t *message;
    size_t size;
    double end;
    long calls, sent;
    sem_t room;
    // Posted by the writer for each message, and once more at its end.
    sem_t written;
};

static void *write_messages(void *argument) {
    struct flight *flight = argument;
    while (flight->sent < flight->calls && now() < flight->end) {
        while (sem_wait(&flight->room) != 0) {}
        if (write_all(flight->fd, flight->message, flight->size) != 0) die("write");
        __atomic_store_n(&flight->sent, flight->sent + 1, __ATOMIC_RELEASE);
        sem_post(&flight->written);
    }
    sem_post(&flight->written);
    return NULL;
}

static int ascending(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static void run(struct reader *reader, uint32_t size, long in_flight, long milliseconds, long calls) {
    size_t whole = sizeof(size) + size, answered;
    uint8_t *message = malloc(whole);
    float *samples = malloc(sizeof(float) * samples_most);
    if (!message || !samples) die("malloc");
    memcpy(message, &size, sizeof(size));
    memset(message + sizeof(size), 0x5a, size);
    long done = 0;
    double start = now();
    if (in_flight == 1) {
        double before = start, end = start + (double)milliseconds / 1e3;
        while (done < calls && before < end) {
            if (write_all(reader->fd, message, whole) != 0) die("write");
            if (!next_message(reader, &answered) || answered != whole) die("an answer");
            double after = now();
            if (done < samples_most) samples[done] = (float)((after - before) * 1e6);
            before = after;
            done += 1;
        }
    } else {
        struct flight flight = {
            .fd = reader->fd, .message = message, .size = whole, .end = start + (double)milliseconds / 1e3,
            .calls = calls};
        sem_init(&flight.room, 0, (unsigned)in_flight);
        sem_init(&flight.written, 0, 0);
        pthread_t writer;
        if (pthread_create(&writer, NULL, write_messages, &flight) != 0) die("pthread_create");
        for (;;) {
            while (sem_wait(&flight.written) != 0) {}
            // The last post announces no message: then all that were sent are answered.
            if (done == __atomic_load_n(&flight.sent, __ATOMIC_ACQUIRE)) break;
            if (!next_message(reader, &answered) || answered != whole) die("an answer");
            done += 1;
            sem_post(&flight.room);
        }
        pthread_join(writer, NULL);
    }
    double seconds = now() - start;
    long count = in_flight == 1 ? (done < samples_most ? done : samples_most) : 0;
    qsort(samples, (size_t)count, sizeof(float), ascending);
    printf("{\"calls\":%ld,\"seconds\":%.6f,\"p50\":%.2f,\"p99\":%.2f}\n", done, seconds,
        count ? samples[count / 2] : 0.0, count ? samples[count * 99 / 100] : 0.0);
    free(samples);
    free(message);
}

int main(int count, char **arguments) {
    if (count != 3) die("usage: EchoC serve|call PATH");
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct sockaddr_un address = address_of(arguments[2]);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    char line[256];
    if (strcmp(arguments[1], "serve") == 0) {
        if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) die("bind");
        if (listen(fd, 16) != 0) die("listen");
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, &fd) != 0) die("pthread_create");
        puts("ready");
        while (fgets(line, sizeof(line), stdin)) {}
        return 0;
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) die("connect");
    struct reader reader = reader_of(fd);
    puts("ready");
    while (fgets(line, sizeof(line), stdin)) {
        unsigned size;
        long in_flight, milliseconds, calls;
        if (sscanf(line, "run %u %ld %ld %ld", &size, &in_flight, &milliseconds, &calls) != 4) die("a command");
        run(&reader, size, in_flight, milliseconds, calls);
    }
    return 0;
}
