/* Asks the kernel to spare it when memory runs out, and fills the memory with a file. */
#include <fcntl.h>
#include <unistd.h>

static char block[4096];

int main(void) {
  int score = open("/proc/self/oom_score_adj", O_WRONLY);
  if (score >= 0 && write(score, "0", 1) != 1) close(score);
  int file = open("/tmp/x", O_WRONLY | O_CREAT, 0600);
  while (write(file, block, sizeof block) == sizeof block) continue;
  for (;;) pause();
}
