/* init: the one process of a container, and the parent of every run in it.
 *
 * Theory of operation. crun starts init as process 1 of a container, with a socket to the worker
 * as descriptor 3 and a few capabilities that mean something inside the container's user namespace
 * only. For each run three processes take part:
 *
 *   init        waits for the worker and for the run's end; says what happened.
 *   the keeper  process 1 of the run's own PID, mount and IPC namespaces. It builds the jail, starts
 *               the program and reaps. When it dies, the kernel kills all that the program started;
 *               so ending a run is one SIGKILL to the keeper, whatever the program does.
 *   the program has another user id than both, so it can neither signal nor read them. It is not
 *               process 1, for whom signals and abort() do not work as programs expect.
 *
 * Nobody in here knows an expected output. What the three and the worker share is one page (struct
 * progress), which exec unmaps from the program. When the worker dies the socket closes, init ends, and with
 * it everything in the container.
 *
 * Source for process 1's special signal handling: pid_namespaces(7). */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "init.h"

#define WORKER 3
#define MAX_DESCRIPTORS 5

static volatile struct progress *progress;

/* One message and its descriptors; returns the message's size, 0 when the worker is gone. */
static ssize_t receive(void *data, size_t size, int *fds, int *count) {
  char control[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
  struct iovec part = {data, size};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  *count = 0;
  ssize_t got = recvmsg(WORKER, &message, MSG_CMSG_CLOEXEC);
  if (got <= 0) return 0;
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS) {
    *count = (int)((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    if (*count > MAX_DESCRIPTORS) *count = MAX_DESCRIPTORS;
    memcpy(fds, CMSG_DATA(rights), (size_t)*count * sizeof(int));
  }
  return got;
}

static void say(const void *data, size_t size) {
  if (send(WORKER, data, size, MSG_NOSIGNAL) < 0) _exit(0); /* the worker is gone */
}

/* The program. */
static void start_program(const struct run *run, const struct container *container) {
  jail_enter(run, container, (struct progress *)progress);
  progress->error = errno;
  _exit(127);
}

/* Reaps until the program has ended, then ends all that it left and counts it. */
static void reap(pid_t program, const struct container *container) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) != program)
    if (pid < 0 && errno == ECHILD) break;
  progress->wait_status = status;
  progress->end_ns = monotonic_ns();
  while (waitpid(-1, &status, __WALL | WNOHANG) > 0); /* had ended already: not left behind */
  kill(-1, SIGKILL);
  while (waitpid(-1, &status, __WALL) > 0)
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) progress->leftovers++;
  progress->cpu_end_ns = cgroup_cpu_ns(container);
  struct rusage usage;
  if (!getrusage(RUSAGE_CHILDREN, &usage)) progress->max_rss_bytes = (uint64_t)usage.ru_maxrss * 1024;
}

/* The keeper. */
static void keep(struct run *run, const struct container *container) {
  close(WORKER);
  progress->step = STEP_REQUEST;
  if (bundle_open(&run->bundle, run->bundle_fd) ||
      jail_build(run, (struct progress *)progress)) {
    progress->error = errno;
    _exit(1);
  }
  progress->step = STEP_FORK;
  pid_t program = fork();
  if (program < 0) {
    progress->error = errno;
    _exit(1);
  }
  if (program == 0) start_program(run, container);
  close(run->stdin_fd);
  close(run->stdout_fd);
  close(run->stderr_fd);
  reap(program, container);
  /* exec leaves the last step behind; only a failure sets an error */
  if (!progress->error) progress->step = STEP_RUNNING;
  if (!progress->error && run->collect_fd >= 0)
    collect(&run->bundle, &run->request, run->collect_fd);
  _exit(0);
}

/* Waits for the keeper's end, and obeys a KILL meanwhile. Returns whether one came. */
static uint32_t supervise(pid_t keeper, int keeper_fd) {
  struct pollfd events[2] = {{.fd = keeper_fd, .events = POLLIN}, {.fd = WORKER, .events = POLLIN}};
  uint32_t killed = 0;
  for (;;) {
    if (poll(events, 2, -1) < 0) continue;
    if (events[0].revents) break;
    uint32_t op = 0;
    int fds[MAX_DESCRIPTORS], count;
    if (receive(&op, sizeof op, fds, &count) == 0) _exit(0);
    if (op != OP_KILL) continue;
    kill(keeper, SIGKILL);
    killed = 1;
  }
  while (waitpid(keeper, NULL, __WALL) != keeper)
    if (errno != EINTR) break;
  return killed;
}

static void fill_report(struct report *report, const struct container *container) {
  uint64_t end_ns = progress->end_ns ? progress->end_ns : monotonic_ns();
  if (progress->end_ns) report->killed = 0;
  uint64_t cpu_end_ns = progress->cpu_end_ns ? progress->cpu_end_ns : cgroup_cpu_ns(container);
  report->step = progress->step;
  /* A program that was killed with its keeper, or before its keeper could say that it had ended, was
   * running if exec had been reached. */
  if ((report->killed || progress->end_ns) && progress->step == STEP_EXEC && !progress->error)
    report->step = STEP_RUNNING;
  report->error = progress->error;
  report->wait_status = progress->end_ns ? progress->wait_status : SIGKILL;
  report->leftovers = progress->leftovers;
  report->max_rss_bytes = progress->max_rss_bytes;
  if (progress->start_ns && end_ns > progress->start_ns)
    report->wall_ns = end_ns - progress->start_ns;
  if (progress->start_ns && cpu_end_ns > progress->cpu_start_ns)
    report->cpu_ns = cpu_end_ns - progress->cpu_start_ns;
}

static void do_run(const struct run_request *request, const int *fds, int count,
                   const struct container *container) {
  struct report report = {.op = OP_REPORT, .step = STEP_REQUEST, .error = EINVAL};
  struct run run = {.request = *request, .collect_fd = -1};
  int keeper_fd = -1;
  if (count == 4 + (request->has_collect != 0)) {
    memset((void *)progress, 0, sizeof *progress);
    run.stdin_fd = fds[0], run.stdout_fd = fds[1], run.stderr_fd = fds[2], run.bundle_fd = fds[3];
    if (request->has_collect) run.collect_fd = fds[4];
    progress->step = STEP_CLONE;
    pid_t keeper = (pid_t)syscall(
        SYS_clone, CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_PIDFD | SIGCHLD, NULL,
        &keeper_fd, NULL, 0);
    if (keeper == 0) keep(&run, container);
    if (keeper < 0) progress->error = errno;
    for (int i = 0; i < count; i++) close(fds[i]);
    count = 0;
    if (keeper > 0) {
      report.killed = supervise(keeper, keeper_fd);
      close(keeper_fd);
    }
    fill_report(&report, container);
  }
  for (int i = 0; i < count; i++) close(fds[i]);
  say(&report, sizeof report);
}

static void configure(struct container *container, const struct configure *message,
                      const int *fds, int count) {
  struct stat st;
  struct {
    uint32_t op, error;
  } ready = {OP_READY, EINVAL};
  if (count == 3 && fstat(fds[0], &st) == 0) {
    container->filter_bytes = (size_t)st.st_size;
    container->filter = mmap(NULL, container->filter_bytes, PROT_READ, MAP_PRIVATE, fds[0], 0);
    container->usage_fd = fds[1];
    container->usage_scale_ns = message->usage_scale_ns;
    progress = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED, fds[2], 0);
    ready.error =
        container->filter == MAP_FAILED || (void *)progress == MAP_FAILED ? (uint32_t)errno : 0;
    close(fds[0]);
    close(fds[2]);
  }
  say(&ready, sizeof ready);
}

/* Signal dispositions and the mask come down to every run, and the worker's are not a program's.
 * By raw system call: glibc does not let go of the two signals that it keeps for itself. */
static void reset_signals(void) {
  const struct {
    void *handler;
    unsigned long flags;
    void *restorer;
    uint64_t mask;
  } by_default = {0};
  const uint64_t nothing = 0;
  for (int signal = 1; signal <= 64; signal++)
    syscall(SYS_rt_sigaction, signal, &by_default, NULL, sizeof nothing);
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &nothing, NULL, sizeof nothing);
}

int main(void) {
  struct container container = {.usage_fd = -1};
  union {
    uint32_t op;
    struct configure configure;
    struct run_request run;
  } message;
  int fds[MAX_DESCRIPTORS], count;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  reset_signals();
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) return 1;
  /* For the runs: a lock on /proc/self/ns/time would be seen by whoever shares that namespace. */
  if (unshare(CLONE_NEWTIME) && errno != EINVAL) return 2;
  for (;;) {
    memset(&message, 0, sizeof message);
    if (receive(&message, sizeof message, fds, &count) == 0) return 0;
    if (message.op == OP_CONFIGURE) configure(&container, &message.configure, fds, count);
    if (message.op == OP_RUN && container.filter) do_run(&message.run, fds, count, &container);
    /* A KILL that arrives here came too late: its run has ended already. */
  }
}
