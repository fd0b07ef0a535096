/* What a process 1 does when the program ends. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include "init.h"

/* Reaps until the program has ended; returns its wait status. */
int await_program(pid_t program) {
  int status = 0;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL)) != program)
    if (pid < 0 && errno == ECHILD) return SIGKILL; /* never a success that nobody saw */
  return status;
}

/* Ends all that the program left, and counts it. */
uint32_t end_leftovers(void) {
  int status;
  uint32_t leftovers = 0;
  while (waitpid(-1, &status, __WALL | WNOHANG) > 0); /* had ended already: not left behind */
  kill(-1, SIGKILL);
  while (waitpid(-1, &status, __WALL) > 0)
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) leftovers++;
  return leftovers;
}
