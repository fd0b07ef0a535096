/* spin threads|processes|daemons N: N of them burn CPU for ever. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *spin(void *unused) {
  for (volatile unsigned long turns = 0;; turns++) continue;
  return unused;
}

int main(int argc, char **argv) {
  int count = argc > 2 ? atoi(argv[2]) : 1;
  pthread_t thread;
  for (int i = 0; i < count; i++) {
    if (!strcmp(argv[1], "threads") && pthread_create(&thread, NULL, spin, NULL)) return 1;
    if (!strcmp(argv[1], "processes") && fork() == 0) spin(NULL);
    if (!strcmp(argv[1], "daemons") && fork() == 0) {
      setsid();
      if (fork() == 0) spin(NULL);
      _exit(0);
    }
  }
  for (;;) pause();
}
