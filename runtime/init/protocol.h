/* What the worker and init say to each other, over one SOCK_SEQPACKET socket (descriptor 3).
 *
 *   worker -> init   CONFIGURE  once; descriptors: seccomp program, CPU usage file, progress
 *                    RUN        one run; descriptors: stdin, stdout, stderr, bundle, collect
 *                    WARM       start a warm interpreter; descriptors: as for RUN, and in the place
 *                               of collect one that is closed when it is ready
 *                    KILL       end the run that is under way, now
 *   init -> worker   READY      once, the answer to CONFIGURE
 *                    REPORT     once for each RUN, when nothing of the run is alive any more
 *
 * The run's keeper and init also talk to a warm interpreter (warm.c), over a socket of the same kind:
 *
 *   -> warm          CONFIGURE  once, as above
 *                    RUN        descriptors: stdin, stdout, stderr, bundle; the PID, mount and IPC
 *                               namespaces to be born in; a pipe that takes an error number as answer
 *                    SYNC       is sent back when everything before it has been done
 *
 * Both sides are one program's: the Python side is runtime/init_protocol.py, and a unit test
 * compares the sizes. All integers are in the machine's order, structures have no holes.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <stdint.h>

enum op {
  OP_CONFIGURE = 1,
  OP_RUN = 2,
  OP_KILL = 3,
  OP_READY = 4,
  OP_REPORT = 5,
  OP_WARM = 6,
  OP_SYNC = 7
};

/* Memory that the worker, init, the keeper and the program share until the program's exec: how far a
 * run has got. The worker reads it to know when a run's clocks begin and end. */
struct progress {
  uint32_t step;
  int32_t error;
  int32_t wait_status;
  uint32_t leftovers;
  uint64_t start_ns, end_ns;         /* monotonic clock; 0: not yet */
  uint64_t cpu_start_ns, cpu_end_ns; /* the slot's cgroup */
  uint64_t max_rss_bytes;
};

/* Where a run's set-up stands. The step that failed is named in the report. */
enum step {
  STEP_NONE = 0,
  STEP_REQUEST,
  STEP_CLONE,
  STEP_MOUNT_TMPFS,
  STEP_LAYERS,
  STEP_MOUNT_OVERLAY,
  STEP_BIND_DEV,
  STEP_MOUNT_PROC,
  STEP_MASK_PROC,
  STEP_PIVOT,
  STEP_FORK,
  STEP_GVISOR, /* gVisor did not start, or died under the program */
  STEP_SCORE,
  STEP_STDIO,
  STEP_CAPABILITIES,
  STEP_IDENTITY,
  STEP_WORKDIR,
  STEP_FILES,
  STEP_RLIMITS,
  STEP_SECCOMP,
  STEP_EXEC,
  STEP_RUNNING, /* set-up is complete, the program has been started */
};

struct configure {
  uint32_t op;
  uint32_t usage_scale_ns; /* nanoseconds in one unit of the CPU usage file */
};

struct run_request {
  uint32_t op;
  uint32_t has_collect; /* enum collecting; unless it is NOTHING, a fifth descriptor is there */
  uint32_t warm; /* 0, or the number of the warm interpreter: to start, or to fork the program from */
  uint32_t pids; /* for gVisor to count; otherwise the slot's cgroup does */
  uint64_t disk_bytes;
  uint64_t inodes;
  uint64_t stack_bytes;
  uint64_t cpu_backstop_s; /* RLIMIT_CPU of each process; the real limit is the worker's */
  uint64_t open_files;
  uint64_t collect_bytes; /* most that is sent of collected files */
};

struct report {
  uint32_t op;
  uint32_t step;        /* STEP_RUNNING, or where the set-up failed */
  int32_t error;        /* errno of that failure, or 0 */
  int32_t wait_status;  /* of the program, as from waitpid(2) */
  uint32_t killed;      /* the run was ended by OP_KILL, before the program had ended */
  uint32_t leftovers;   /* processes that the program left running */
  uint64_t wall_ns;     /* from exec to the program's end */
  uint64_t cpu_ns;      /* of all its processes, the same span */
  uint64_t max_rss_bytes; /* of the largest process */
};

/* A bundle: what a run starts from, one memory file for all tests of a program.
 *   bundle_header, then argc + envc + patterns strings, each ended by NUL,
 *   then for each file a file_header, its path with NUL, its bytes. */
#define BUNDLE_MAGIC 0x31424e44u
struct bundle_header {
  uint32_t magic, argc, envc, patterns, files, reserved;
};

enum collecting { NOTHING = 0, BY_PATTERNS = 1, ALL_OF_IT = 2 };

/* `mode` has the type of the file too: none or S_IFREG, S_IFDIR (no bytes), S_IFLNK (its target).
 * PROTECTED: the file is root's, and nobody else can change, remove or replace it. */
#define PROTECTED 0x10000u
struct file_header {
  uint32_t path_bytes; /* with the NUL */
  uint32_t mode;
  uint64_t size;
  uint64_t mtime_ns; /* 0: now */
};

/* A collected file: this, the path without NUL, then `size` bytes, unless it is refused. Of ALL_OF_IT
 * directories and links are sent too, as in a bundle. */
enum refusal { COLLECTED = 0, NOT_REGULAR = 1, TOO_LARGE = 2, TOO_MANY = 3 };
struct collected_header {
  uint32_t path_bytes;
  uint32_t mode;
  uint32_t refusal;
  uint32_t reserved;
  uint64_t size;
  uint64_t mtime_ns;
};

/* What process 1 of a gVisor sandbox (inside.c) writes to a file that only it can open, for the keeper. A
 * program that has taken gVisor over could write it too, so it is believed no further than an exit
 * status. */
enum stage { STAGE_NONE = 0, STAGE_STARTED = 1, STAGE_ENDED = 2, STAGE_DONE = 3 };
struct inside_report {
  uint32_t stage;
  uint32_t step; /* STEP_RUNNING, or where the program's start failed, with the error number */
  int32_t error;
  int32_t wait_status; /* from STAGE_ENDED on */
  uint32_t leftovers;  /* from STAGE_DONE on */
  uint32_t reserved;
};

#define WARM_INTERPRETERS 2
/* What a warm interpreter is started with: its end of the socket, and what it closes when ready. */
#define WARM_SOCKET 3
#define WARM_READY 4
#define KEEPER_PID 1 /* in the run's own PID namespace */
#define PROGRAM_PID 2
#define PAYLOAD_ID 1000
#define WORKDIR "/box"

#endif
