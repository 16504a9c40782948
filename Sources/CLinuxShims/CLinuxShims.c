#define _GNU_SOURCE
#include "CLinuxShims.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <malloc.h>

// linux/socket.h values for a libc that is older than the kernel.
#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif

_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "gid_t is 32 bits wide on Linux");

int wgp_peer_credentials(int fd, struct wgp_peer *out) {
    struct ucred credentials;
    socklen_t length = sizeof(credentials);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) {
        return errno;
    }
    // A socket that is not connected answers with pid 0 and uid -1 instead of an error; uid -1 is nobody's.
    if (length != sizeof(credentials) || credentials.uid == (uid_t)-1) {
        return ENOTCONN;
    }
    out->pid = credentials.pid;
    out->uid = credentials.uid;
    out->gid = credentials.gid;
    return 0;
}

int wgp_peer_groups(int fd, uint32_t *groups, uint32_t capacity, uint32_t *count) {
    if (capacity > INT32_MAX / sizeof(uint32_t)) {
        return EINVAL;
    }
    socklen_t length = (socklen_t)(capacity * sizeof(uint32_t));
    int result = getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == 0 ? 0 : errno;
    if (result == 0 || result == ERANGE) {
        *count = (uint32_t)(length / sizeof(uint32_t));
    }
    return result;
}

static int path_address(const char *path, struct sockaddr_un *address) {
    size_t length = strlen(path);
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    if (length == 0) {
        return EINVAL;
    }
    if (length >= sizeof(address->sun_path)) {
        return ENAMETOOLONG;
    }
    memcpy(address->sun_path, path, length);
    return 0;
}

int wgp_unix_bind(int fd, const char *path) {
    struct sockaddr_un address;
    int result = path_address(path, &address);
    if (result != 0) {
        return result;
    }
    return bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
}

int wgp_unix_connect(int fd, const char *path) {
    struct sockaddr_un address;
    int result = path_address(path, &address);
    if (result != 0) {
        return result;
    }
    return connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : errno;
}

static int socket_option(int fd, int name, int *out) {
    socklen_t length = sizeof(*out);
    return getsockopt(fd, SOL_SOCKET, name, out, &length) == 0 ? 0 : errno;
}

int wgp_unix_listening_path(int fd, char *out, size_t capacity) {
    int family = 0, type = 0, listening = 0, result;
    if ((result = socket_option(fd, SO_DOMAIN, &family)) != 0 || (result = socket_option(fd, SO_TYPE, &type)) != 0 ||
        (result = socket_option(fd, SO_ACCEPTCONN, &listening)) != 0) {
        return result;
    }
    if (family != AF_UNIX || type != SOCK_STREAM || !listening) {
        return EINVAL;
    }
    struct sockaddr_un address;
    socklen_t length = sizeof(address);
    memset(&address, 0, sizeof(address));
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) {
        return errno;
    }
    if (length <= offsetof(struct sockaddr_un, sun_path) || address.sun_path[0] == '\0') {
        return EAFNOSUPPORT;
    }
    // A name that fills sun_path has no terminator (unix(7), BUGS).
    size_t count = strnlen(address.sun_path, sizeof(address.sun_path));
    if (count >= capacity) {
        return ERANGE;
    }
    memcpy(out, address.sun_path, count);
    out[count] = '\0';
    return 0;
}

int wgp_notify(const char *address, const char *state) {
    struct sockaddr_un target;
    size_t length = strlen(address);
    if (length < 2 || (address[0] != '/' && address[0] != '@')) {
        return EAFNOSUPPORT;
    }
    int result = path_address(address, &target);
    if (result != 0) {
        return result;
    }
    if (target.sun_path[0] == '@') {
        target.sun_path[0] = '\0';
    }
    // An abstract name is as long as the address says, so the terminator must not be counted in.
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return errno;
    }
    ssize_t sent;
    do {
        sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&target, size);
    } while (sent < 0 && errno == EINTR);
    result = sent < 0 ? errno : 0;
    close(fd);
    return result;
}

int wgp_hold_name(const char *name, int *out, struct wgp_peer *holder) {
    struct sockaddr_un address;
    size_t length = strlen(name);
    if (length == 0 || length >= sizeof(address.sun_path)) {
        return EINVAL;
    }
    memset(&address, 0, sizeof(address));
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path + 1, name, length);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
    memset(holder, 0, sizeof(*holder));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return errno;
    }
    int result = bind(fd, (const struct sockaddr *)&address, size) == 0 ? 0 : errno;
    // Whoever comes later connects to learn whose it is; nobody is ever answered.
    if (result == 0 && listen(fd, SOMAXCONN) != 0) {
        result = errno;
    }
    if (result == 0) {
        *out = fd;
        return 0;
    }
    if (result == EADDRINUSE && connect(fd, (const struct sockaddr *)&address, size) == 0 &&
        wgp_peer_credentials(fd, holder) != 0) {
        memset(holder, 0, sizeof(*holder));
    }
    close(fd);
    return result;
}

void wgp_explicit_bzero(void *bytes, size_t count) {
    explicit_bzero(bytes, count);
}

int wgp_lock_descriptor(int fd) {
    int result;
    do {
        result = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
    } while (result == EINTR);
    return result;
}

int wgp_lock_file(const char *path, int *out) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return errno;
    }
    int result = wgp_lock_descriptor(fd);
    if (result != 0) {
        close(fd);
        return result;
    }
    *out = fd;
    return 0;
}

int wgp_raise_descriptor_limit(uint64_t *limit) {
    struct rlimit files;
    *limit = 0;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return errno;
    }
    *limit = files.rlim_cur;
    if (files.rlim_cur == files.rlim_max) {
        return 0;
    }
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        return errno;
    }
    *limit = files.rlim_cur;
    return 0;
}

void wgp_keep_memory(int arenas, int pad, int mapped) {
    mallopt(M_ARENA_MAX, arenas);
    mallopt(M_TOP_PAD, pad);
    mallopt(M_MMAP_THRESHOLD, mapped);
}
