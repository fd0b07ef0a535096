/* Four threads, and a recursion that needs about 100 MB of stack. */
#include <pthread.h>
#include <stdio.h>

static int depth(int n) {
  volatile char frame[48];
  frame[0] = (char)n;
  return n == 0 ? 0 : depth(n - 1) + 1 + 0 * frame[0];
}

static void *run(void *argument) {
  int *counter = argument;
  __atomic_add_fetch(counter, 1, __ATOMIC_SEQ_CST);
  return NULL;
}

int main(void) {
  int counter = 0;
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    if (pthread_create(&threads[i], NULL, run, &counter)) return 1;
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  printf("%d threads, depth %d\n", counter, depth(1000000));
  return 0;
}
