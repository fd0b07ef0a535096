/* flood_and_end N: N children that wait, more output than allowed (but all at once), and the end. */
#include <stdlib.h>
#include <unistd.h>

static char block[60000];

int main(int argc, char **argv) {
  for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--)
    if (fork() == 0)
      for (;;) pause();
  return write(1, block, sizeof block) != sizeof block;
}
