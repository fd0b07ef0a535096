/* A run's isolation, as two flat lists of steps.
 *
 * jail_build runs as the first process of the new PID, mount and IPC namespaces: a tmpfs of its
 * own, an overlay of it over the image, a fresh /proc, and nothing else in sight.
 * jail_enter runs in what becomes the program, and gives everything up.
 *
 * The tmpfs is mounted over /tmp of the container, the overlay inside it, so that both vanish
 * with the namespace. The upper layer brings the directories that a program may write: the image's
 * own belong to a user that does not exist in here and could not be copied up. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "init.h"

/* What of /proc tells about the host or its other tenants. What only root may read needs no mask, and
 * nor does the rest of /proc/sys: both belong to the host's root, who is nobody in here. */
static const char *const MASKED_FILES[] = {
    "keys",  "key-users", "kallsyms", "config.gz", "cmdline", "interrupts", "softirqs",
    "locks", "diskstats", "partitions", "vmstat",  "zoneinfo", "modules",   "swaps",
    "iomem", "ioports", "cgroups", "consoles", "misc", "devices", "buddyinfo", "crypto", "mtrr",
    "dma", "execdomains", "schedstat",
    "sys/kernel/random/boot_id", /* the same in every slot until the host starts again */
};
static const char *const MASKED_DIRECTORIES[] = {
    "acpi", "bus", "driver", "fs", "irq", "pressure", "scsi",
};

static int mount_tmpfs(const struct run *run) {
  char options[128];
  snprintf(options, sizeof options, "mode=0755,size=%llu,nr_inodes=%llu",
           (unsigned long long)run->request.disk_bytes, (unsigned long long)run->request.inodes);
  return mount("tmpfs", SCRATCH, "tmpfs", MS_NOSUID | MS_NODEV, options);
}

int make_directory(const char *path, mode_t mode, uid_t owner) {
  if (mkdir(path, mode)) return -1;
  if (owner && chown(path, owner, owner)) return -1;
  return chmod(path, mode); /* mkdir obeys the umask */
}

static int make_layers(void) {
  return make_directory(UPPER, 0755, 0) || make_directory(SCRATCH "/w", 0755, 0) ||
         make_directory(ROOT, 0755, 0) ||
         make_directory(UPPER WORKDIR, 0755, PAYLOAD_ID) ||
         make_directory(UPPER "/tmp", 01777, 0) || make_directory(UPPER "/var", 0755, 0) ||
         make_directory(UPPER "/var/tmp", 01777, 0) || make_directory(UPPER "/run", 0755, 0) ||
         make_directory(UPPER "/run/shm", 01777, 0);
}

static int mount_overlay(void) {
  return mount("overlay", ROOT, "overlay", MS_NOSUID | MS_NODEV,
               "lowerdir=/,upperdir=" UPPER ",workdir=" SCRATCH "/w,userxattr");
}

/* Binds `source` over each of the names in the working directory. A path is walked for each mount, and
 * the shortest way to what hides the next name is the name that is hidden already. */
static int mask(const char *const *names, size_t count, const char *source) {
  for (size_t i = 0; i < count; i++) {
    if (mount(source, names[i], NULL, MS_BIND, NULL) == 0) source = names[i];
    else if (errno != ENOENT) return -1; /* a file that this kernel does not have needs no mask */
  }
  return 0;
}

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* The masks are files of /dev, an empty one and an empty directory: they tell nothing, where a
 * directory of the scratch tmpfs would show its owner, and so the slot, in mountinfo. */
static int mask_proc(void) {
  return chdir(ROOT "/proc") || mask(MASKED_FILES, COUNT_OF(MASKED_FILES), "../dev/null") ||
         mask(MASKED_DIRECTORIES, COUNT_OF(MASKED_DIRECTORIES), "../dev/mqueue");
}

static int pivot(void) {
  return chdir(ROOT) || syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/");
}

/* runsc wants its mount point in the run's root, where gVisor's own /dev hides it. */
static int make_place_of_control(void) {
  return make_directory(UPPER "/dev", 0755, 0) || make_directory(UPPER "/dev/control", 0700, 0);
}

int jail_layers(const struct run *run, struct progress *progress, int for_gvisor) {
  AT(MOUNT_TMPFS, mount_tmpfs(run));
  AT(LAYERS, make_layers() || (for_gvisor && make_place_of_control()));
  AT(MOUNT_OVERLAY, mount_overlay());
  return 0;
}

int jail_build(const struct run *run, struct progress *progress) {
  if (jail_layers(run, progress, 0)) return -1;
  AT(BIND_DEV, mount("/dev/slot", ROOT "/dev", NULL, MS_BIND, NULL));
  AT(MOUNT_PROC, mount("proc", ROOT "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
  AT(MASK_PROC, mask_proc());
  AT(PIVOT, pivot());
  return 0;
}

/* The program is the first that the kernel may take when memory runs out. */
int give_up_priority(void) {
  int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, "1000", 4) != 4) return -1;
  close(fd);
  return setpriority(PRIO_PROCESS, 0, 0);
}

/* Or the program could lower its score again, down to init's own. */
static int keep_score(void) {
  return mount(NULL, "/proc", NULL,
               MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}

struct limit {
  int resource;
  rlim_t value;
};

static int set_limits(const struct limit *limits, size_t count) {
  for (size_t i = 0; i < count; i++) {
    struct rlimit value = {limits[i].value, limits[i].value};
    if (setrlimit((__rlimit_resource_t)limits[i].resource, &value)) return -1;
  }
  return 0;
}

static int set_limits_of(const struct run_request *request) {
  const struct limit limits[] = {
      {RLIMIT_CORE, 0},
      {RLIMIT_FSIZE, request->disk_bytes},
      {RLIMIT_NOFILE, request->open_files},
      {RLIMIT_STACK, request->stack_bytes},
      {RLIMIT_MEMLOCK, 64 * 1024},
  };
  return set_limits(limits, COUNT_OF(limits));
}

/* Those that gVisor's kernel does not let anybody set, but has from its configuration; and the one that it
 * would enforce by a clock of its own, which goes on while other programs have the core. */
static int set_limits_of_linux(const struct run_request *request) {
  const struct limit limits[] = {{RLIMIT_CPU, request->cpu_backstop_s},
                                 {RLIMIT_MSGQUEUE, 0},
                                 {RLIMIT_NICE, 0},
                                 {RLIMIT_RTPRIO, 0},
                                 {RLIMIT_SIGPENDING, 1024}};
  return set_limits(limits, COUNT_OF(limits));
}

/* The program gets descriptors 0, 1 and 2 and no other. The sources are all above 2: init holds
 * 0, 1, 2 open on /dev/null for ever. */
int set_stdio(const struct run *run) {
  return dup2(run->stdin_fd, 0) < 0 || dup2(run->stdout_fd, 1) < 0 || dup2(run->stderr_fd, 2) < 0 ||
         syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static int drop_capabilities(void) {
  for (int cap = 0; cap < 64; cap++) {
    int has = prctl(PR_CAPBSET_READ, cap, 0, 0, 0); /* much cheaper than to drop what is not there */
    if (has < 0 && errno == EINVAL) break;          /* past the last one that this kernel knows */
    if (has < 0 || (has && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))) return -1;
  }
  /* gVisor's kernel has no ambient ones */
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL ? -1 : 0;
}

static int become_payload(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};
  return setgroups(0, NULL) || setresgid(PAYLOAD_ID, PAYLOAD_ID, PAYLOAD_ID) ||
         setresuid(PAYLOAD_ID, PAYLOAD_ID, PAYLOAD_ID) || syscall(SYS_capset, &header, none) ||
         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int write_files(const struct bundle *bundle) {
  umask(022);
  int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return directory < 0 || bundle_write_files(bundle, directory, 0) || close(directory);
}

/* What is protected is written by root, into directories of root's in which everybody may add files
 * but only a file's owner may remove or rename it. The program's own files follow later, so that
 * nothing of the program's is there yet. */
static int write_protected_files(const struct bundle *bundle) {
  if (!bundle_has_protected(bundle)) return 0;
  umask(0);
  int directory = open(WORKDIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return directory < 0 || fchown(directory, 0, 0) || fchmod(directory, 01777) ||
         bundle_write_files(bundle, directory, PROTECTED) || close(directory);
}

static int filter_system_calls(const struct container *container) {
  struct sock_fprog program = {(unsigned short)(container->filter_bytes / sizeof(struct sock_filter)),
                               (struct sock_filter *)container->filter};
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

int jail_enter(const struct run *run, const struct container *container) {
  struct progress *progress = container->progress;
  AT(SCORE, give_up_priority() || keep_score());
  AT(STDIO, set_stdio(run));
  AT(FILES, write_protected_files(&run->bundle));
  AT(CAPABILITIES, drop_capabilities());
  AT(IDENTITY, become_payload());
  AT(WORKDIR, setsid() < 0 || chdir(WORKDIR));
  AT(FILES, write_files(&run->bundle));
  /* the files are not the program's to open or to write */
  AT(RLIMITS, set_limits_of(&run->request) || set_limits_of_linux(&run->request));
  AT(SECCOMP, filter_system_calls(container));
  return 0;
}

/* For a program behind gVisor: writes its files from outside, which makes a directory of ours its root. */
int jail_write_files(const struct run *run, struct progress *progress) {
  AT(PIVOT, chdir(ROOT) || chroot("."));
  AT(FILES, write_protected_files(&run->bundle));
  AT(CAPABILITIES, drop_capabilities());
  AT(IDENTITY, become_payload());
  AT(WORKDIR, chdir(WORKDIR));
  AT(FILES, write_files(&run->bundle));
  return 0;
}

/* The rest of it, in gVisor: the descriptors and the files are in place. */
int jail_enter_inside(const struct run *run, const struct container *container) {
  struct progress *progress = container->progress;
  AT(CAPABILITIES, drop_capabilities());
  AT(IDENTITY, become_payload());
  AT(WORKDIR, setsid() < 0 || chdir(WORKDIR));
  AT(RLIMITS, set_limits_of(&run->request));
  AT(SECCOMP, filter_system_calls(container));
  return 0;
}
