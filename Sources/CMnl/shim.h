// libmnl and the kernel's own headers, with thin wrappers for what Swift cannot import: variadic calls, expression
// macros, flexible arrays and anonymous unions. Nothing here decides anything.
#ifndef WGP_SHIM_H
#define WGP_SHIM_H

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netconf.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <linux/wireguard.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/// SO_RCVTIMEO and SO_SNDTIMEO of a socket, socket(7). 0, or -1 with errno.
static inline int wgp_set_timeouts(int fd, long milliseconds) {
    struct timeval limit = {.tv_sec = milliseconds / 1000, .tv_usec = (milliseconds % 1000) * 1000};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0) return -1;
    return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Has a netlink socket not hear what is told of requests that came from one port: whoever asked for a change knows of it
/// (SO_ATTACH_FILTER, socket(7); struct nlmsghdr, netlink(7)). 0, or -1 with errno.
static inline int wgp_ignore_port(int fd, uint32_t port) {
    struct sock_filter code[] = {
        // The filter reads words in network order, and netlink writes them in the machine's.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_pid)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(port), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

/// A stream socket connected to a path, unix(7). The descriptor, or -1 with errno.
static inline int wgp_connect_unix(const char *path, long timeout_milliseconds) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (wgp_set_timeouts(fd, timeout_milliseconds) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int saved = errno;
        close(fd);
        errno = saved;
        return -1;
    }
    return fd;
}

/// pidfd_open(2), which glibc wraps only from 2.36 on.
static inline int wgp_pidfd_open(int pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

// spawn.h has these only under _GNU_SOURCE, which the importer does not set.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
#define WGP_POSIX_SPAWN_SETSID 0x80

/// Starts a program in a session of its own: nothing of ours open but /dev/null three times, `/` as its folder, no signal
/// blocked or ignored. The lists end with NULL. 0, or an error number; posix_spawn(3).
static inline int wgp_spawn_detached(
    pid_t *pid, const char *path, char *const arguments[], char *const environment[]) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int result = posix_spawn_file_actions_init(&actions);
    if (result != 0) return result;
    result = posix_spawnattr_init(&attributes);
    if (result != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return result;
    }
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    for (int fd = 0; fd < 3 && result == 0; fd++) {
        result = posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
    }
    if (result == 0) result = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (result == 0) result = posix_spawn_file_actions_addchdir_np(&actions, "/");
    if (result == 0) result = posix_spawnattr_setsigmask(&attributes, &none);
    if (result == 0) result = posix_spawnattr_setsigdefault(&attributes, &all);
    if (result == 0) {
        result = posix_spawnattr_setflags(
            &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | WGP_POSIX_SPAWN_SETSID);
    }
    if (result == 0) result = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

/// open(2) for reading, without the variadic mode.
static inline int wgp_open_for_reading(const char *path) {
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
}

/// open(2) for writing to what is there, without the variadic mode.
static inline int wgp_open_for_writing(const char *path) {
    return open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
}

/// A counter to wait at, eventfd(2); neither end blocks. The descriptor, or -1 with errno.
static inline int wgp_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

/// The name of a directory entry, readdir(3).
static inline const char *wgp_entry_name(const struct dirent *entry) {
    return entry->d_name;
}

#endif
