/* The second wall, from inside: process 1 of a gVisor sandbox, which starts one program and reports.
 *
 * What runs here is a program of gVisor's kernel: it has that kernel's capabilities, and none of the
 * machine's. It reads its orders, lets go of the directory they are in, and does what a keeper does
 * otherwise (init.c); gvisor.c says how the keeper hears of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "init.h"

#define CONTROL "/dev/control"
#define OWN "/dev/own" /* nobody else's: the programs' process counter is mounted in it */
#define PIDS OWN "/pids"
#define PIDS_MAX PIDS "/run/pids.max"

struct inside_state {
  struct run run;
  struct container container;
  int report_fd;
};

static int say_stage(const struct inside_state *state, enum stage stage, uint32_t leftovers) {
  const struct progress *progress = state->container.progress;
  const struct inside_report report = {.stage = stage,
                                       .step = progress->step,
                                       .error = progress->error,
                                       .wait_status = progress->wait_status,
                                       .leftovers = leftovers};
  /* The stage last: whoever sees it sees the rest. */
  const size_t first = sizeof report.stage, rest = sizeof report - first;
  if (pwrite(state->report_fd, (const char *)&report + first, rest, (off_t)first) != (ssize_t)rest)
    return -1;
  return pwrite(state->report_fd, &report.stage, first, 0) == (ssize_t)first ? 0 : -1;
}

static int take_filter(struct container *container, int directory) {
  struct stat st;
  int fd = openat(directory, "filter", O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &st)) return -1;
  container->filter_bytes = (size_t)st.st_size;
  container->filter = mmap(NULL, container->filter_bytes, PROT_READ, MAP_PRIVATE, fd, 0);
  return container->filter == MAP_FAILED ? -1 : close(fd);
}

static int take_orders(struct inside_state *state) {
  struct run_request *request = &state->run.request;
  int directory = open(CONTROL, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int request_fd = openat(directory, "request", O_RDONLY | O_CLOEXEC);
  int bundle_fd = openat(directory, "bundle", O_RDONLY | O_CLOEXEC);
  state->report_fd = openat(directory, "report", O_WRONLY | O_CLOEXEC);
  if (request_fd < 0 || bundle_fd < 0 || state->report_fd < 0) return -1;
  if (read(request_fd, request, sizeof *request) != sizeof *request) return -1;
  if (bundle_open(&state->run.bundle, bundle_fd) || take_filter(&state->container, directory))
    return -1;
  return close(request_fd) || close(bundle_fd) || close(directory) || umount2(CONTROL, MNT_DETACH);
}

static int write_number(const char *path, unsigned number) {
  char text[16];
  int size = snprintf(text, sizeof text, "%u", number);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, (size_t)size) != size) return -1;
  return close(fd);
}

/* gVisor counts processes by a cgroup of its own only. This process is one of them. */
static int limit_processes(uint32_t pids) {
  return make_directory(OWN, 0700, 0) || make_directory(PIDS, 0700, 0) ||
         mount("cgroup", PIDS, "cgroup", MS_NOSUID | MS_NODEV | MS_NOEXEC, "pids") ||
         make_directory(PIDS "/run", 0755, 0) || write_number(PIDS_MAX, pids + 1) ||
         write_number(PIDS "/run/cgroup.procs", 1);
}

static int unmount(const char *path) {
  return umount2(path, MNT_DETACH) && errno != EINVAL && errno != ENOENT ? -1 : 0;
}

/* gVisor and runsc have made places that may be written and have no size. As in any slot, all there are lie
 * on the disk that has a limit. */
static int write_to_disk_only(void) {
  return unmount("/tmp") || unmount("/dev/shm") || rmdir("/dev/shm") || symlink("/run/shm", "/dev/shm");
}

/* What no program needs, and no slot has otherwise; mount points first. */
static int remove_the_rest(void) {
  static const char *const names[] = {
      "/dev/control", "/dev/fuse", "/dev/net/tun", "/dev/net", "/dev/ptmx", "/dev/pts", "/dev/tty"};
  if (unmount("/sys") || unmount("/dev/pts")) return -1;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (remove(names[i]) && errno != ENOENT) return -1;
  return 0;
}

static void start_program(const struct inside_state *state) {
  const struct bundle *bundle = &state->run.bundle;
  struct progress *progress = state->container.progress;
  if (jail_enter_inside(&state->run, &state->container) == 0) {
    progress->step = STEP_EXEC;
    if (say_stage(state, STAGE_STARTED, 0) == 0) {
      environ = bundle->envp;
      execvp(bundle->argv[0], bundle->argv);
    }
  }
  progress->error = errno;
  _exit(127);
}

static int run_program(struct inside_state *state) {
  struct progress *progress = state->container.progress;
  AT(REQUEST, take_orders(state));
  AT(GVISOR, write_to_disk_only() || remove_the_rest() ||
                 limit_processes(state->run.request.pids));
  progress->step = STEP_FORK;
  pid_t program = fork();
  if (program == 0) start_program(state);
  if (program < 0) return -1;
  for (int fd = 0; fd < 3; fd++) close(fd);
  progress->wait_status = await_program(program);
  if (!progress->error) progress->step = STEP_RUNNING;
  return say_stage(state, STAGE_ENDED, 0);
}

int inside(void) {
  struct inside_state state = {.report_fd = -1};
  struct progress *progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (progress == MAP_FAILED) return 1;
  state.container.progress = progress;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (run_program(&state)) progress->error = errno;
  /* gVisor does not signal all at once, and what is born meanwhile gets away. */
  write_number(PIDS_MAX, 0);
  uint32_t leftovers = end_leftovers();
  sync(); /* what gVisor has not written yet */
  return say_stage(&state, STAGE_DONE, leftovers) ? 2 : 0;
}
