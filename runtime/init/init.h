#ifndef INIT_H
#define INIT_H

#include <stddef.h>
#include "protocol.h"

/* What does not change between the runs of a container. */
struct container {
  int usage_fd;
  uint32_t usage_scale_ns;
  const void *filter;
  size_t filter_bytes;
};

struct bundle {
  const char *base, *end;
  char **argv, **envp, **patterns;
  uint32_t files;
  const char *first_file;
};

struct run {
  struct run_request request;
  int stdin_fd, stdout_fd, stderr_fd, bundle_fd, collect_fd;
  struct bundle bundle;
};

/* bundle.c */
int bundle_open(struct bundle *bundle, int fd);
int bundle_write_files(const struct bundle *bundle, int directory, uint32_t protected_ones);
int bundle_has_protected(const struct bundle *bundle);

/* collect.c */
void collect(const struct bundle *bundle, const struct run_request *request, int out);

/* jail.c: each returns 0, or -1 with progress->step and errno telling where and why */
int jail_build(const struct run *run, struct progress *progress);
int jail_enter(const struct run *run, const struct container *container, struct progress *progress);

/* clock.c */
uint64_t monotonic_ns(void);
uint64_t cgroup_cpu_ns(const struct container *container);

#endif
