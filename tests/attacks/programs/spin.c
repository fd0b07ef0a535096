/* Four threads or daemons that burn CPU for ever, behind a program that sleeps. */
#include <pthread.h>
#include <unistd.h>

static void *spin(void *unused) {
  for (volatile unsigned long turns = 0;; turns++) continue;
  return unused;
}

int main(void) {
  const int how = HOW;
  pthread_t thread;
  for (int i = 0; i < 4; i++) {
    if (how == 1 && pthread_create(&thread, NULL, spin, NULL)) return 1;
    if (how == 2 && fork() == 0) {
      setsid();
      if (fork() == 0) spin(NULL);
      _exit(0);
    }
  }
  for (;;) pause();
}
