// System calls and structures of Linux that Swift cannot import, or whose layout it cannot handle safely.
// Every function returns 0 or an errno value; none sets anything global.

#ifndef CLINUXSHIMS_H
#define CLINUXSHIMS_H

#include <stddef.h>
#include <stdint.h>

// What the kernel says of the process at the other end of a Unix socket, as of its connect(2) (or socketpair(2)).
struct wgp_peer {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

// SO_PEERCRED, unix(7).
int wgp_peer_credentials(int fd, struct wgp_peer *out);

// SO_PEERGROUPS, Linux 4.13: the supplementary groups of the peer. `count` gets the number of groups; ERANGE says that
// `capacity` was below it and nothing was written.
int wgp_peer_groups(int fd, uint32_t *groups, uint32_t capacity, uint32_t *count);

// bind(2) and connect(2) with a pathname address, unix(7). ENAMETOOLONG for a path that does not fit sun_path with its
// terminator.
int wgp_unix_bind(int fd, const char *path);
int wgp_unix_connect(int fd, const char *path);

// The pathname that a listening stream socket of the Unix family is bound to, with its terminator. EINVAL for a
// descriptor that is anything else; EAFNOSUPPORT for an abstract or missing name; ERANGE when it does not fit.
int wgp_unix_listening_path(int fd, char *out, size_t capacity);

// Sends `state` as one datagram to the service manager's socket as sd_notify(3) does; `address` is the value of
// NOTIFY_SOCKET, where a leading '@' stands for the null byte of an abstract address. Never blocks.
int wgp_notify(const char *address, const char *state);

// Takes an abstract name of the Unix family, unix(7), for as long as the descriptor in `out` is open: names are per
// network namespace. EADDRINUSE when another socket has it: `holder` then tells whose it is, with a pid of 0 where that
// cannot be known, for it does not listen or does not answer. Anybody may take any name, so the answer must be looked at.
int wgp_hold_name(const char *name, int *out, struct wgp_peer *holder);

// explicit_bzero(3): a zeroing that the optimiser does not remove.
void wgp_explicit_bzero(void *bytes, size_t count);

// Takes an exclusive flock(2) on an open descriptor without waiting; EWOULDBLOCK when another holds it.
int wgp_lock_descriptor(int fd);

// Opens (creating it 0600, following no symbolic link, close-on-exec) and locks a file in the same way. The descriptor
// in `out` holds the lock until it is closed.
int wgp_lock_file(const char *path, int *out);

// Raises the number of descriptors that this process may have, getrlimit(2) RLIMIT_NOFILE, as far as it may itself.
// `limit` gets the number that holds from now on, also where raising it failed; 0 where it cannot be known.
int wgp_raise_descriptor_limit(uint64_t *limit);

// mallopt(3). M_ARENA_MAX: the most memory pools that threads spread over. M_TOP_PAD: how many bytes more than needed a
// pool takes from the system, and keeps at its end. M_MMAP_THRESHOLD: from which size on a block is taken from the system
// by itself, and given back by itself. To be called before there are threads.
void wgp_keep_memory(int arenas, int pad, int mapped);

#endif
