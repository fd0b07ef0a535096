#ifndef INIT_H
#define INIT_H

#include <stddef.h>
#include "protocol.h"

#include <sys/types.h>

/* What does not change between the runs of a container. */
struct container {
  int fds[3]; /* of the filter, the CPU usage file, the progress page */
  uint32_t usage_scale_ns;
  const void *filter;
  size_t filter_bytes;
  struct progress *progress;
  char **runsc; /* the command that runs gVisor, by which each program is run; or NULL (gvisor.c) */
};

struct bundle {
  const char *base, *end;
  char **argv, **envp, **patterns;
  uint32_t files;
  const char *first_file;
};

struct bundle_file {
  struct file_header header;
  const char *path, *data;
};

struct run {
  struct run_request request;
  int stdin_fd, stdout_fd, stderr_fd, bundle_fd;
  int collect_fd; /* or -1; for OP_WARM: to be closed by the interpreter when it is ready */
  struct bundle bundle;
};

/* message.c */
#define MAX_DESCRIPTORS 8
ssize_t receive(int from, void *data, size_t size, int *fds, int *count);
int say(int to, const void *data, size_t size, const int *fds, int count);

/* container.c */
int container_configure(struct container *container, const struct configure *message,
                        const int *fds, int count);

/* bundle.c */
int bundle_open(struct bundle *bundle, int fd);
size_t bundle_strings_bytes(const struct bundle *bundle);
int bundle_next(const struct bundle *bundle, const char **cursor, struct bundle_file *file);
void bundle_close(struct bundle *bundle);
int bundle_write_files(const struct bundle *bundle, int directory, uint32_t protected_ones);
int bundle_has_protected(const struct bundle *bundle);

/* collect.c */
int open_beneath(int directory, const char *path, uint64_t flags); /* and through no link */
void collect(const struct bundle *bundle, const struct run_request *request, int out);

/* jail.c: each returns 0, or -1 with progress->step and errno telling where and why */
#define SCRATCH "/tmp"
#define UPPER SCRATCH "/u"
#define ROOT SCRATCH "/r"
#define AT(name, call)          \
  do {                          \
    progress->step = STEP_##name; \
    if (call) return -1;        \
  } while (0)
int jail_layers(const struct run *run, struct progress *progress, int for_gvisor);
int jail_build(const struct run *run, struct progress *progress);
int jail_enter(const struct run *run, const struct container *container);
int jail_write_files(const struct run *run, struct progress *progress);
int jail_enter_inside(const struct run *run, const struct container *container);
int make_directory(const char *path, mode_t mode, uid_t owner);
int give_up_priority(void);
int set_stdio(const struct run *run);

/* reap.c */
int await_program(pid_t program);
uint32_t end_leftovers(void);

/* gvisor.c: 0, or -1 as in jail.c */
int gvisor_keep(const struct run *run, const struct container *container);

/* inside.c */
#define INSIDE "inside" /* what init is told to be it */
int inside(void);

/* clock.c */
uint64_t monotonic_ns(void);
uint64_t cgroup_cpu_ns(const struct container *container);
void start_clocks(const struct container *container);

#endif
