/* The warm interpreter: a language's interpreter that has started, and of which programs are forks.
 *
 * Theory of operation. init starts the interpreter once for each container, in a jail of its own, with
 * this library among its files. The interpreter loads what programs usually need, loads this library and
 * calls warm_serve, which returns again and again, each time in another process: in a child that has
 * become a run's program. The interpreter then goes on as if it had just started.
 *
 * The child must be born in the namespaces that the run's keeper has made, and be the keeper's child. So
 * warm_serve makes two helpers by vfork, which share this memory and cost nearly nothing. The first joins
 * the namespaces; the second is born in them, forks the child (the one real copy) and ends. The kernel
 * gives an orphan to process 1 of the PID namespace in which its parent was: to the keeper. The second
 * helper has a number out of the way, so that the child gets the one that it would have otherwise. The
 * child goes through jail_enter like any program, then gives up the descriptors and the memory that it
 * shares with its makers.
 *
 * Whatever a program does to its copy of the interpreter is gone with it. This process itself never runs
 * a program's code, and no descriptor of it reaches one. */
#include <errno.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "init.h"

enum { PID_NAMESPACE = 4, MOUNT_NAMESPACE, IPC_NAMESPACE, ANSWER, RUN_DESCRIPTORS };

#define HELPER_PID 300 /* below the smallest limit that a system can have */

static struct container container;
static struct run run;

static int join_namespaces(const int *fds) {
  return setns(fds[PID_NAMESPACE], CLONE_NEWPID) || setns(fds[IPC_NAMESPACE], CLONE_NEWIPC) ||
         setns(fds[MOUNT_NAMESPACE], CLONE_NEWNS);
}

/* In the child: becomes the program, in all but its code. */
static void enter(void) {
  struct progress *progress = container.progress;
  while (getppid() != KEEPER_PID) sched_yield(); /* until the helper has ended, and init with the run */
  if (getpid() != PROGRAM_PID || bundle_open(&run.bundle, run.bundle_fd)) {
    progress->error = errno ? errno : EBUSY;
    _exit(127);
  }
  if (jail_enter(&run, &container)) {
    progress->error = errno;
    _exit(127);
  }
  prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* as exec would: /proc/self is the program's own */
  bundle_close(&run.bundle);
  munmap((void *)container.filter, container.filter_bytes);
  start_clocks(&container);
  syscall(SYS_close_range, 3, ~0U, 0);
  munmap(progress, sizeof *progress);
}

/* vfork with a chosen process number. Inlined, and so without a frame of its own: the child must not
 * return from the function that calls this before it has memory of its own. */
static inline __attribute__((always_inline)) pid_t vfork_as(pid_t number) {
  struct clone_args args = {.flags = CLONE_VM | CLONE_VFORK,
                            .exit_signal = SIGCHLD,
                            .set_tid = (uint64_t)&number,
                            .set_tid_size = 1};
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "0"(SYS_clone3), "D"(&args), "S"(sizeof args)
                   : "rcx", "r11", "memory");
  if (result < 0) errno = (int)-result;
  return result < 0 ? -1 : (pid_t)result;
}

static void wait_for(pid_t helper) {
  while (waitpid(helper, NULL, __WALL) < 0 && errno == EINTR);
}

static volatile int fork_error; /* the helpers' word: they share this memory */

/* In the first helper. Returns 1 in the program, never in the helper. */
static __attribute__((noinline)) int fork_inside(const int *fds) {
  if (join_namespaces(fds)) {
    fork_error = errno;
    _exit(0);
  }
  pid_t second = vfork_as(HELPER_PID);
  if (second == 0) {
    pid_t program = fork();
    if (program == 0) return 1;
    if (program < 0) fork_error = errno;
    _exit(0);
  }
  if (second < 0) fork_error = errno;
  else wait_for(second);
  _exit(0);
}

/* Forks the program. Returns 1 in it, 0 in this process. */
static int fork_program(const int *fds) {
  fork_error = 0;
  pid_t first = vfork();
  if (first == 0) return fork_inside(fds);
  if (first < 0) fork_error = errno;
  else wait_for(first);
  int error = fork_error;
  /* If nobody reads it any more, the run was killed. */
  if (write(fds[ANSWER], &error, sizeof error) < 0) errno = 0;
  return 0;
}

static int do_run(const struct run_request *request, const int *fds, int count) {
  if (count != RUN_DESCRIPTORS || !container.progress) return 0;
  run = (struct run){.request = *request, .stdin_fd = fds[0], .stdout_fd = fds[1],
                     .stderr_fd = fds[2], .bundle_fd = fds[3], .collect_fd = -1};
  if (fork_program(fds)) {
    enter();
    return 1;
  }
  return 0;
}

/* Serves until init is gone, then ends the process; returns in each program. */
__attribute__((visibility("default"))) void warm_serve(void) {
  union {
    uint32_t op;
    struct configure configure;
    struct run_request run;
  } message;
  int fds[MAX_DESCRIPTORS], count;
  if (write(WARM_READY, "1", 1) != 1) _exit(1);
  close(WARM_READY);
  while (receive(WARM_SOCKET, &message, sizeof message, fds, &count) > 0) {
    if (message.op == OP_CONFIGURE) {
      if (container_configure(&container, &message.configure, fds, count)) _exit(1);
      continue;
    }
    if (message.op == OP_RUN && do_run(&message.run, fds, count)) return;
    if (message.op == OP_SYNC && say(WARM_SOCKET, &message.op, sizeof message.op, NULL, 0)) break;
    for (int i = 0; i < count; i++) close(fds[i]);
  }
  _exit(0);
}

/* What exit would do besides ending the process: the interpreter may have modules that use C's streams. */
__attribute__((visibility("default"))) void warm_flush(void) { fflush(NULL); }
