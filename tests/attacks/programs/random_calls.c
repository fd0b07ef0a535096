/* random_calls SEED: random system calls with random arguments, a handful in each of many children. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static uint64_t state;

static uint64_t next(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return state;
}

static long argument(char *memory) {
  static const long odd[] = {0, 1, -1, 2, 3, 4096, 0x7fffffff, -4095, 1l << 32, 1l << 62, 0x10000000};
  switch (next() % 8) {
    case 0: return odd[next() % (sizeof odd / sizeof *odd)];
    case 1: return (long)(next() % 16); /* a descriptor, a small number */
    case 2: return (long)next();
    case 3: return (long)(1ul << next() % 64);
    default: return (long)memory + (long)(next() % 8) * 512;
  }
}

/* Those that would end the parent with the rest, or the child before it has begun. */
static int is_rude(long number) {
  return number == SYS_kill || number == SYS_tkill || number == SYS_tgkill || number == SYS_exit ||
         number == SYS_exit_group || number == SYS_rt_sigqueueinfo || number == SYS_pidfd_send_signal ||
         number == SYS_vfork || number == SYS_pause;
}

static void fuzz(char *memory) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || pipe(ends)) _exit(1);
  open("/usr/bin/env", O_RDONLY), open(".", O_RDONLY), memfd_create("x", 0), open("f", O_RDWR | O_CREAT, 0600);
  alarm(1);
  for (int i = 0; i < 40; i++) {
    long number = (long)(next() % 470);
    if (next() % 200 == 0) number = (long)(next() | 0x40000000);
    if (is_rude(number) && next() % 50) continue;
    for (size_t at = 0; at < 4096; at += 8) {
      const uint64_t word = next() % 4 ? next() % 32 : next();
      memcpy(memory + at, &word, sizeof word);
    }
    if (next() % 4 == 0) strcpy(memory, next() % 2 ? "/proc/self/exe" : "f");
    syscall(number, argument(memory), argument(memory), argument(memory), argument(memory),
            argument(memory), argument(memory));
  }
  _exit(0);
}

int main(int argc, char **argv) {
  state = strtoull(argc > 1 ? argv[1] : "1", NULL, 10) * 0x9e3779b97f4a7c15u + 1;
  char *memory = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  setsid();
  for (;;) {
    next();
    const int child = fork();
    if (child == 0) fuzz(memory);
    if (child > 0) waitpid(child, NULL, 0);
  }
}
