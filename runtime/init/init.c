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
 * A container may have warm interpreters too (warm.c): then the program is forked from one of them, into
 * the namespaces that the keeper has made, and goes through the same steps.
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
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "init.h"

#define WORKER 3

static volatile struct progress *progress;
static int warm_fds[WARM_INTERPRETERS]; /* our ends of the sockets to the warm interpreters; 0: none */

/* Of the warm interpreter that a request names by its number from 1 on, or NULL. */
static int *warm_socket(const struct run_request *request) {
  return request->warm - 1 < WARM_INTERPRETERS ? &warm_fds[request->warm - 1] : NULL;
}

static void answer(const void *data, size_t size) {
  if (say(WORKER, data, size, NULL, 0)) _exit(0); /* the worker is gone */
}

/* The program. */
static _Noreturn void start_program(const struct run *run, const struct container *container) {
  if (jail_enter(run, container) == 0) {
    /* Nothing between here and exec may need a system call that the filter refuses. */
    start_clocks(container);
    environ = run->bundle.envp; /* whose PATH execvp searches */
    execvp(run->bundle.argv[0], run->bundle.argv);
  }
  progress->error = errno;
  _exit(127);
}

/* Less than a run has for the keeper besides its own memory (OWN_MEMORY_BYTES in cgroups/base.py). */
#define FEW_BYTES (1024 * 1024)

/* By vfork: until its exec the program has the keeper's memory, of which a copy would cost more than all
 * that it does there. The keeper waits meanwhile, and has nothing that it could lose. Not so where the
 * program's files could fill the memory: whoever is in a vfork the kernel does not take then. */
static pid_t fork_program(const struct run *run, const struct container *container) {
  pid_t program = run->bundle.end - run->bundle.base > FEW_BYTES ? fork() : vfork();
  if (program == 0) start_program(run, container);
  return program;
}

/* Has the warm interpreter fork a child into the namespaces of this process, the keeper, to which it
 * is an orphan then: our child. Its number is known, since there is no other process in here. */
static pid_t fork_warm(const struct run *run) {
  int answer_pipe[2], error = EPIPE;
  if (pipe2(answer_pipe, O_CLOEXEC)) return -1;
  int fds[] = {run->stdin_fd,
               run->stdout_fd,
               run->stderr_fd,
               run->bundle_fd,
               open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC),
               open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC),
               open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC),
               answer_pipe[1]};
  if (say(*warm_socket(&run->request), &run->request, sizeof run->request, fds, 8)) return -1;
  for (int i = 4; i < 8; i++) close(fds[i]);
  if (read(answer_pipe[0], &error, sizeof error) != sizeof error) error = EPIPE;
  close(answer_pipe[0]);
  errno = error;
  return error ? -1 : PROGRAM_PID;
}

/* The namespace would take it along, but some time later: too late for the next run's memory. */
static void remove_shared_memory(void) {
  struct shm_info info;
  struct shmid_ds segment;
  int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&info);
  for (int index = 0; index <= last && info.used_ids > 0; index++) {
    int id = shmctl(index, SHM_STAT, &segment);
    if (id >= 0) shmctl(id, IPC_RMID, NULL);
  }
}

/* Reaps until the program has ended, then ends all that it left and counts it. */
static void reap(pid_t program, const struct container *container) {
  progress->wait_status = await_program(program);
  progress->end_ns = monotonic_ns();
  progress->leftovers = end_leftovers();
  progress->cpu_end_ns = cgroup_cpu_ns(container);
  remove_shared_memory();
}

/* Runs the program in a jail of this kernel's. */
static int keep_program(const struct run *run, const struct container *container) {
  if (jail_build(run, container->progress)) return -1;
  progress->step = STEP_FORK;
  pid_t program = run->request.warm ? fork_warm(run) : fork_program(run, container);
  if (program < 0) return -1;
  close(run->stdin_fd);
  close(run->stdout_fd);
  close(run->stderr_fd);
  reap(program, container);
  return 0;
}

/* The keeper. */
static void keep(struct run *run, const struct container *container) {
  close(WORKER);
  progress->step = STEP_REQUEST;
  if (bundle_open(&run->bundle, run->bundle_fd) ||
      (container->runsc ? gvisor_keep(run, container) : keep_program(run, container))) {
    progress->error = errno;
    _exit(1);
  }
  struct rusage usage;
  if (!getrusage(RUSAGE_CHILDREN, &usage)) progress->max_rss_bytes = (uint64_t)usage.ru_maxrss * 1024;
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
    if (receive(WORKER, &op, sizeof op, fds, &count) == 0) _exit(0);
    if (op != OP_KILL) continue;
    kill(keeper, SIGKILL);
    killed = 1;
  }
  while (waitpid(keeper, NULL, __WALL) != keeper)
    if (errno != EINTR) break;
  return killed;
}

/* Waits until a warm interpreter has done all that it was told: a keeper that was killed may have
 * asked for something whose end it did not see. */
static void settle_warm(int warm_fd) {
  uint32_t op = OP_SYNC;
  int fds[MAX_DESCRIPTORS], count;
  if (say(warm_fd, &op, sizeof op, NULL, 0) == 0) receive(warm_fd, &op, sizeof op, fds, &count);
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

static int take_descriptors(struct run *run, const int *fds, int count) {
  if (count != 4 + (run->request.has_collect != 0)) return -1;
  run->stdin_fd = fds[0], run->stdout_fd = fds[1], run->stderr_fd = fds[2];
  run->bundle_fd = fds[3];
  run->collect_fd = run->request.has_collect ? fds[4] : -1;
  return 0;
}

static void do_run(const struct run_request *request, const int *fds, int count,
                   const struct container *container) {
  struct report report = {.op = OP_REPORT, .step = STEP_REQUEST, .error = EINVAL};
  struct run run = {.request = *request, .collect_fd = -1};
  int keeper_fd = -1;
  const int *warm_fd = warm_socket(request);
  if (take_descriptors(&run, fds, count) == 0 && (!request->warm || (warm_fd && *warm_fd))) {
    memset((void *)progress, 0, sizeof *progress);
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
      if (report.killed && warm_fd) settle_warm(*warm_fd);
    }
    fill_report(&report, container);
  }
  for (int i = 0; i < count; i++) close(fds[i]);
  answer(&report, sizeof report);
}

static void configure(struct container *container, const struct configure *message,
                      const int *fds, int count) {
  struct {
    uint32_t op, error;
  } ready = {OP_READY, (uint32_t)container_configure(container, message, fds, count)};
  progress = container->progress;
  answer(&ready, sizeof ready);
}

/* The warm interpreter, until it is one: in a jail like a run's, but with the container's own PID
 * namespace and privileges, which it needs to fork children into the namespaces of the runs. */
static void become_warm(struct run *run, int socket) {
  struct progress ignored = {0};
  struct rlimit stack;
  int directory, ready;
  const char *step = "its jail";
  if (bundle_open(&run->bundle, run->bundle_fd) || jail_build(run, &ignored)) goto failed;
  step = "its files";
  umask(022);
  directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0 || bundle_write_files(&run->bundle, directory, 0) || chdir(WORKDIR)) goto failed;
  step = "its descriptors";
  /* Where they have to be, others may be now. */
  socket = fcntl(socket, F_DUPFD, 100);
  ready = fcntl(run->collect_fd, F_DUPFD, 100);
  if (socket < 0 || ready < 0 || set_stdio(run) || dup2(socket, WARM_SOCKET) < 0 ||
      dup2(ready, WARM_READY) < 0)
    goto failed;
  step = "its limits";
  /* The stack's place is laid out at exec; all other limits are the programs' own to lower. */
  if (getrlimit(RLIMIT_STACK, &stack)) goto failed;
  stack.rlim_cur = run->request.stack_bytes;
  if (setrlimit(RLIMIT_STACK, &stack)) goto failed;
  step = "its start";
  environ = run->bundle.envp;
  execvp(run->bundle.argv[0], run->bundle.argv);
failed:
  dprintf(run->stderr_fd, "%s (%u): %s\n", step, ignored.step, strerror(errno));
  _exit(1);
}

/* Starts one, if there is none of its number. Whether it works the worker sees from its descriptors. */
static void start_warm(const struct run_request *request, const int *fds, int count,
                       const struct container *container) {
  struct run run = {.request = *request};
  struct configure message = {OP_CONFIGURE, container->usage_scale_ns};
  int pair[2], *warm_fd = warm_socket(request);
  if (warm_fd && !*warm_fd && take_descriptors(&run, fds, count) == 0 && run.collect_fd >= 0 &&
      socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
    pid_t warm = (pid_t)syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD, NULL, NULL, NULL, 0);
    if (warm == 0) become_warm(&run, pair[1]);
    close(pair[1]);
    *warm_fd = pair[0];
    say(*warm_fd, &message, sizeof message, container->fds, 3); /* if that fails, it is not ready */
  }
  for (int i = 0; i < count; i++) close(fds[i]);
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

/* The arguments are the command that runs gVisor, where that is wanted. */
int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], INSIDE)) return inside();
  struct container container = {.runsc = argc > 1 ? argv + 1 : NULL};
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
    if (receive(WORKER, &message, sizeof message, fds, &count) == 0) return 0;
    if (message.op == OP_CONFIGURE) configure(&container, &message.configure, fds, count);
    if (message.op == OP_RUN && container.filter) do_run(&message.run, fds, count, &container);
    if (message.op == OP_WARM && container.filter)
      start_warm(&message.run, fds, count, &container);
    /* A KILL that arrives here came too late: its run has ended already. */
  }
}
