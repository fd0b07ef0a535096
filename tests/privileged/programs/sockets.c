/* Prints "call family type errno" for each socket() and socketpair() that does not fail with
 * EAFNOSUPPORT or ENOSYS. */
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void show(const char *call, int family, int type, long result) {
  if (result < 0 && (errno == EAFNOSUPPORT || errno == ENOSYS)) return;
  printf("%s %d %d %d\n", call, family, type, result < 0 ? errno : 0);
}

int main(void) {
  for (int family = 0; family < 50; family++)
    for (int type = 1; type <= 5; type++) {
      int pair[2];
      long one = syscall(SYS_socket, family, type, 0);
      show("socket", family, type, one);
      if (one >= 0) close((int)one);
      show("socketpair", family, type, syscall(SYS_socketpair, family, type, 0, pair));
    }
  return 0;
}
