/* The two clocks of a run: elapsed time, and the CPU time of the slot's cgroup. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "init.h"

static uint64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t monotonic_ns(void) { return now_ns(CLOCK_MONOTONIC); }

/* cgroup v1: cpuacct.usage, one number. v2: cpu.stat, whose first line is "usage_usec N". */
uint64_t cgroup_cpu_ns(const struct container *container) {
  char text[256];
  /* The kernel charges a running task at ticks and switches only. Asking for the thread's own CPU
   * time charges it now, so that our own set-up is not left for the program to pay. */
  now_ns(CLOCK_THREAD_CPUTIME_ID);
  ssize_t size = pread(container->fds[1], text, sizeof text - 1, 0);
  if (size <= 0) return 0;
  text[size] = '\0';
  const char *digits = text + strcspn(text, "0123456789");
  return strtoull(digits, NULL, 10) * container->usage_scale_ns;
}

/* The program's clocks begin here: all before is our own work. */
void start_clocks(const struct container *container) {
  container->progress->step = STEP_EXEC;
  container->progress->start_ns = monotonic_ns();
  container->progress->cpu_start_ns = cgroup_cpu_ns(container);
}
