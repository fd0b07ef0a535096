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
};

struct bundle {
  const char *base, *end;
  char **argv, **envp, **patterns;
  uint32_t files;
  const char *first_file;
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
void bundle_close(struct bundle *bundle);
int bundle_write_files(const struct bundle *bundle, int directory, uint32_t protected_ones);
int bundle_has_protected(const struct bundle *bundle);

/* collect.c */
void collect(const struct bundle *bundle, const struct run_request *request, int out);

/* jail.c: each returns 0, or -1 with progress->step and errno telling where and why */
int jail_build(const struct run *run, struct progress *progress);
int jail_enter(const struct run *run, const struct container *container);
int set_stdio(const struct run *run);

/* clock.c */
uint64_t monotonic_ns(void);
uint64_t cgroup_cpu_ns(const struct container *container);
void start_clocks(const struct container *container);

#endif
