/* What a container keeps for all its runs: system-call filter, CPU clock, progress page. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include "init.h"

/* Takes over the three descriptors of OP_CONFIGURE. Returns 0 or an error number. */
int container_configure(struct container *container, const struct configure *message,
                        const int *fds, int count) {
  struct stat st;
  if (count != 3 || fstat(fds[0], &st)) return EINVAL;
  container->filter_bytes = (size_t)st.st_size;
  container->filter = mmap(NULL, container->filter_bytes, PROT_READ, MAP_PRIVATE, fds[0], 0);
  if (container->filter == MAP_FAILED) return errno;
  void *page = mmap(NULL, sizeof *container->progress, PROT_READ | PROT_WRITE, MAP_SHARED, fds[2], 0);
  if (page == MAP_FAILED) return errno;
  container->progress = page;
  memcpy(container->fds, fds, sizeof container->fds);
  container->usage_scale_ns = message->usage_scale_ns;
  return 0;
}
