/* bomb HOW: as many processes or threads as there can be, for ever. */
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static void *wait_for_ever(void *unused) {
  for (;;) pause();
  return unused;
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "fork";
  pthread_t thread;
  for (;;) {
    if (!strcmp(how, "fork")) {
      if (fork() < 0) continue;
    } else if (!strcmp(how, "vfork")) {
      if (vfork() == 0) execl("/proc/self/exe", argv[0], how, NULL);
    } else if (!strcmp(how, "threads")) {
      if (pthread_create(&thread, NULL, wait_for_ever, NULL)) continue;
    } else if (!strcmp(how, "sessions")) {
      if (fork() == 0) setsid();
    } else {
      /* Each child forks once more and is gone: whoever kills by number is too late. */
      pid_t first = getsid(0);
      if (fork() > 0) getpid() == first ? (void)wait_for_ever(NULL) : _exit(0);
    }
  }
}
