/* Processes that are gone before anybody can kill them by number: each forks and ends, or executes. */
#define _GNU_SOURCE
#include <unistd.h>

int main(int argc, char **argv) {
  const int how = HOW;
  if (how == 1)
    for (;;)
      if (vfork() == 0) execl("/proc/self/exe", argv[0], (char *)0), _exit(argc);
  const int first = fork();
  for (;;)
    if (fork() > 0) {
      if (first) pause();
      _exit(0);
    }
}
