/* The second wall, from outside: a program that is run by gVisor's kernel, in user space.
 *
 * Theory of operation. The keeper makes the run's layers as for any program, writes its files, and executes
 * runsc in the place of the program. runsc is in the run's namespaces and in the slot's cgroup like
 * everything else, has the slot's user ids and no network, and dies with the keeper; whoever takes gVisor
 * over is in there too. runsc starts two processes: the sentry, which is the program's kernel, in an empty
 * root and a user namespace of its own and under a system-call filter of its own; and the gofer, which opens
 * files for the sentry, with nothing but the run's root in sight.
 *
 * Process 1 of the sandbox is this binary again (inside.c). The two talk through files of a directory that
 * the program cannot enter: orders one way, a report the other way. The keeper is told by inotify that the
 * report has changed, and starts and stops the run's clocks then. As soon as the report is complete
 * everything is killed: nobody waits for runsc to tidy up what goes with the namespaces. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "init.h"

#define CONTROL SCRATCH "/c"
#define LOOK_MS 2
#define SHARED CONTROL "/shared" /* the sandbox has it as INSIDE_CONTROL */

static int write_order(const char *path, const void *data, size_t size) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  for (const char *at = data; fd >= 0 && size > 0;) {
    ssize_t wrote = write(fd, at, size);
    if (wrote < 0) return -1;
    at += wrote;
    size -= (size_t)wrote;
  }
  return fd < 0 ? -1 : close(fd);
}

/* A tmpfs of its own, so that the program's share of the disk stays the program's. */
static int make_control(const struct run *run, const struct container *container) {
  const struct bundle *bundle = &run->bundle;
  return make_directory(CONTROL, 0700, 0) ||
         mount("tmpfs", CONTROL, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0700,size=64m,nr_inodes=64") ||
         make_directory(SHARED, 0700, 0) ||
         write_order(SHARED "/request", &run->request, sizeof run->request) ||
         write_order(SHARED "/bundle", bundle->base, bundle_strings_bytes(bundle)) ||
         write_order(SHARED "/filter", container->filter, container->filter_bytes) ||
         write_order(SHARED "/report", NULL, 0) || write_order(SHARED "/init", NULL, 0) ||
         mount("/dev/init", SHARED "/init", NULL, MS_BIND, NULL);
}

/* By a process of its own, which becomes the program's user for it. */
static int write_files(const struct run *run, struct progress *progress) {
  pid_t writer = fork();
  if (writer == 0) {
    if (give_up_priority() || jail_write_files(run, progress)) progress->error = errno;
    _exit(0);
  }
  if (writer < 0) return -1;
  int status;
  while (waitpid(writer, &status, 0) != writer)
    if (errno != EINTR) return -1;
  if (!progress->error && status) progress->error = EIO; /* ours, unless memory ran out (run.py) */
  errno = progress->error;
  return progress->error ? -1 : 0;
}

/* Binds a file or directory over itself: what is mounted cannot be removed, renamed or replaced. */
static int pin(int directory, const char *path) {
  char name[64];
  int fd = open_beneath(directory, path, O_PATH);
  if (fd < 0) return -1;
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  return mount(name, name, NULL, MS_BIND | MS_REC, NULL) || close(fd) ? -1 : 0;
}

/* Whether programs may add files to the directory in which a path lies: then it is sticky (jail.c). */
static int is_in_sticky(int directory, const char *path) {
  char parent[4096];
  struct stat st;
  const char *slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) : 1;
  if (length >= sizeof parent) return errno = ENAMETOOLONG, -1;
  memcpy(parent, slash ? path : ".", length);
  parent[length] = '\0';
  int fd = open_beneath(directory, parent, O_PATH);
  if (fd < 0 || fstat(fd, &st) || close(fd)) return -1;
  return (st.st_mode & S_ISVTX) != 0;
}

/* gVisor lets a program rename a file of its own onto somebody else's in a sticky directory. The kernel of
 * this machine does not, whatever gVisor asks it for, if that one is a mount point. */
static int pin_protected(const struct bundle *bundle) {
  const char *cursor = bundle->first_file;
  struct bundle_file file;
  int directory = open(ROOT WORKDIR, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) return -1;
  for (uint32_t i = 0; i < bundle->files; i++) {
    if (bundle_next(bundle, &cursor, &file)) return -1;
    if (!(file.header.mode & PROTECTED)) continue;
    int sticky = is_in_sticky(directory, file.path);
    if (sticky < 0 || (sticky && pin(directory, file.path))) return -1;
  }
  return close(directory);
}

static pid_t start(const struct run *run, const struct container *container, int *pidfd) {
  pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, NULL, pidfd, NULL, 0);
  if (pid != 0) return pid;
  /* runsc gives the pipes to the sentry's user, and the program has to be able to open them by name. */
  if (give_up_priority() == 0 && fchmod(run->stdout_fd, 0666) == 0 &&
      fchmod(run->stderr_fd, 0666) == 0 && set_stdio(run) == 0)
    execv(container->runsc[0], container->runsc);
  container->progress->error = errno;
  _exit(127);
}

/* Takes note of what the sandbox says. Returns whether that is all. */
static int note(int report_fd, const struct container *container) {
  struct progress *progress = container->progress;
  struct inside_report report;
  if (pread(report_fd, &report, sizeof report, 0) != sizeof report) return 0;
  if (report.stage >= STAGE_STARTED && !progress->start_ns) start_clocks(container);
  if (report.stage >= STAGE_ENDED && !progress->end_ns) {
    progress->wait_status = report.wait_status;
    progress->cpu_end_ns = cgroup_cpu_ns(container);
    progress->end_ns = monotonic_ns();
  }
  if (report.stage < STAGE_DONE) return 0;
  progress->wait_status = report.wait_status;
  progress->leftovers = report.leftovers;
  progress->error = report.error;
  progress->step = report.step <= STEP_RUNNING ? report.step : STEP_GVISOR;
  return 1;
}

/* Until the report is complete, or runsc has ended without one. `changes_fd` is -1 where nobody tells of
 * changes; then it is looked for them. */
static int follow(int report_fd, int changes_fd, int pidfd, const struct container *container) {
  struct pollfd events[2] = {{.fd = changes_fd, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};
  char ignored[4096];
  for (;;) {
    if (poll(events, 2, changes_fd < 0 ? LOOK_MS : -1) < 0) continue;
    if (events[0].revents && read(changes_fd, ignored, sizeof ignored) < 0 && errno != EAGAIN) return -1;
    if (note(report_fd, container)) return 0;
    if (events[1].revents) return errno = EPIPE, -1;
  }
}

/* Runs the program, by gVisor, until all of it is gone; its root is this process's root then. */
int gvisor_keep(const struct run *run, const struct container *container) {
  struct progress *progress = container->progress;
  int pidfd = -1;
  if (jail_layers(run, progress, 1)) return -1;
  /* For runsc, of this PID namespace; the program never sees it. */
  AT(MOUNT_PROC, mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
  if (write_files(run, progress)) return -1;
  AT(GVISOR, pin_protected(&run->bundle) || make_control(run, container));
  int report_fd = open(SHARED "/report", O_RDONLY | O_CLOEXEC);
  /* The machine's root has a share of these for everything that it runs; it may be used up. */
  int changes_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  AT(GVISOR, report_fd < 0 || (changes_fd >= 0 &&
                 inotify_add_watch(changes_fd, SHARED "/report", IN_MODIFY) < 0));
  AT(FORK, start(run, container, &pidfd) < 0);
  close(run->stdin_fd);
  close(run->stdout_fd);
  close(run->stderr_fd);
  int failed = follow(report_fd, changes_fd, pidfd, container);
  int error = progress->error ? progress->error : errno;
  end_leftovers();
  if (failed) progress->step = STEP_GVISOR;
  else if (chdir(ROOT) || chroot(".")) failed = -1, progress->step = STEP_PIVOT, error = errno;
  errno = error;
  return failed;
}
