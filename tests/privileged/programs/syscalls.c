/* Calls each system call that the policy refuses, with arguments that do no harm, and prints for
 * each one "name 0" or "name errno". The arguments are such that a kernel that lets the call through
 * answers anything but EPERM and ENOSYS, as far as that is possible for a plain user. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void show(const char *name, long result) {
  printf("%s %d\n", name, result < 0 ? errno : 0);
  fflush(stdout);
}

/* In a child, since some of them change the caller for good. */
#define TRY_AS(name, number, ...)                                        \
  do {                                                                   \
    if (fork() == 0) {                                                   \
      show(name, syscall(number, __VA_ARGS__));                          \
      _exit(0);                                                          \
    }                                                                    \
    wait(NULL);                                                          \
  } while (0)
#define TRY(name, ...) TRY_AS(#name, SYS_##name, __VA_ARGS__)

static void try_namespaces(void) {
  static const struct {
    const char *name;
    unsigned long flag;
  } kinds[] = {
      {"user", CLONE_NEWUSER}, {"mnt", CLONE_NEWNS},   {"pid", CLONE_NEWPID},
      {"net", CLONE_NEWNET},   {"ipc", CLONE_NEWIPC},  {"uts", CLONE_NEWUTS},
      {"cgroup", CLONE_NEWCGROUP},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    char name[32];
    unsigned long with_user = kinds[i].flag | CLONE_NEWUSER;
    snprintf(name, sizeof name, "unshare-%s", kinds[i].name);
    TRY_AS(name, SYS_unshare, with_user);
    snprintf(name, sizeof name, "clone-%s", kinds[i].name);
    if (fork() == 0) {
      long pid = syscall(SYS_clone, with_user | 17, NULL, NULL, NULL, 0);
      if (pid == 0) _exit(0);
      show(name, pid);
      _exit(0);
    }
    wait(NULL);
  }
}

int main(void) {
  uint64_t zeros[32] = {0};
  int ends[2], more[2];
  if (pipe(ends) || pipe(more) || write(ends[1], "x", 1) != 1) return 1;
  int file = open("/usr/bin/env", O_RDONLY);
  int own = (int)syscall(SYS_pidfd_open, getpid(), 0);

  try_namespaces();
  TRY(clone3, zeros, 64);
  TRY(setns, file, 0);
  /* mounts and roots */
  TRY(mount, "none", "/tmp", "tmpfs", 0, NULL);
  TRY(umount2, "/proc", 0);
  TRY(pivot_root, "/tmp", "/tmp");
  TRY(chroot, "/tmp");
  TRY(fsopen, "tmpfs", 0);
  TRY(open_tree, AT_FDCWD, "/tmp", 0);
  TRY(move_mount, AT_FDCWD, "/tmp", AT_FDCWD, "/tmp", 0);
  TRY_AS("statmount", 457, zeros, zeros, 0, 0);
  TRY_AS("listmount", 458, zeros, zeros, 0, 0);
  /* looking into other processes */
  TRY(ptrace, 0, 0, NULL, NULL); /* PTRACE_TRACEME */
  TRY(process_vm_readv, getppid(), zeros, 0, zeros, 0, 0);
  TRY(process_vm_writev, getppid(), zeros, 0, zeros, 0, 0);
  TRY(kcmp, getpid(), getpid(), 0, 0, 0);
  TRY(pidfd_getfd, own, 0, 0);
  TRY(perf_event_open, zeros, 0, -1, -1, 0);
  /* the widest parts of the kernel */
  TRY(io_uring_setup, 1, zeros);
  TRY(io_uring_enter, -1, 0, 0, 0, NULL, 0);
  TRY(io_uring_register, -1, 0, NULL, 0);
  TRY(bpf, 0, NULL, 0);
  TRY(userfaultfd, 1); /* UFFD_USER_MODE_ONLY */
  TRY(modify_ldt, 0, zeros, 8);
  TRY(seccomp, 2, 0, &(uint16_t){6}); /* SECCOMP_GET_ACTION_AVAIL */
  TRY(landlock_create_ruleset, NULL, 0, 1);
  TRY(memfd_secret, 0);
  TRY(name_to_handle_at, AT_FDCWD, "/tmp", zeros, zeros, 0);
  TRY(open_by_handle_at, AT_FDCWD, zeros, 0);
  TRY(kexec_load, 0, 0, NULL, 0);
  TRY(init_module, NULL, 0, "");
  TRY(delete_module, "none", 0);
  TRY(quotactl, 0, NULL, 0, NULL);
  TRY(syslog, 9, NULL, 0);
  TRY(acct, "/none");
  TRY(swapon, "/none", 0);
  TRY(reboot, 0, 0, 0, NULL);
  TRY(iopl, 3);
  TRY(sethostname, "x", 1);
  TRY(setdomainname, "x", 1);
  TRY(settimeofday, NULL, NULL);
  TRY(mknod, "/tmp/device", 0020666, 0x103);
  /* the page cache */
  TRY(splice, ends[0], NULL, more[1], NULL, 1, 2);
  TRY(tee, ends[0], more[1], 1, 2);
  TRY(vmsplice, more[1], zeros, 0, 0);
  TRY_AS("cachestat", 451, file, zeros, zeros, 0);
  TRY(remap_file_pages, zeros, 0, 0, 0, 0);
  /* what outlives a run, or is seen by others */
  TRY(keyctl, 0, -3, 0);
  TRY(add_key, "user", "marker", "x", 1, -3);
  TRY(request_key, "user", "marker", NULL, 0);
  TRY(mq_open, "marker", O_RDWR | O_CREAT, 0600, NULL);
  TRY(msgget, 1, 01600);
  TRY(inotify_add_watch, -1, "/tmp", 2);
  TRY(fanotify_init, 0, 0);
  TRY(setxattr, "/tmp", "user.overlay.opaque", "y", 1, 0);
  /* more of the machine */
  TRY(ioprio_set, 1, 0, 0);
  TRY(sched_setscheduler, 0, SCHED_FIFO, zeros);
  TRY(sched_setattr, 0, zeros, 0);
  TRY(set_mempolicy, 0, NULL, 0);
  TRY(move_pages, 0, 0, NULL, NULL, NULL, 0);
  TRY(migrate_pages, 0, 0, NULL, NULL);
  /* a file straight into a pipe: EINVAL, so that libraries copy by themselves */
  TRY(sendfile, more[1], file, NULL, 1);
  return 0;
}
