/* The bundle: arguments, environment, patterns and files of a run, read from a sealed memory file.
 *
 * The worker writes it, so it is not hostile; the bounds are checked all the same, since its
 * contents come from a request. Paths are opened with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "init.h"

#define MAX_STRINGS 8192
static char *string_table[MAX_STRINGS];

static int take_strings(char **table, uint32_t count, const char **cursor, const char *end) {
  for (uint32_t i = 0; i < count; i++) {
    const char *nul = memchr(*cursor, '\0', (size_t)(end - *cursor));
    if (!nul) return -1;
    table[i] = (char *)*cursor;
    *cursor = nul + 1;
  }
  table[count] = NULL;
  return 0;
}

int bundle_open(struct bundle *bundle, int fd) {
  struct stat st;
  struct bundle_header header;
  errno = EINVAL;
  if (fstat(fd, &st) || (size_t)st.st_size < sizeof header) return -1;
  bundle->base = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bundle->base == MAP_FAILED) return -1;
  bundle->end = bundle->base + st.st_size;
  memcpy(&header, bundle->base, sizeof header);
  errno = EINVAL;
  if (header.magic != BUNDLE_MAGIC || header.argc == 0) return -1;
  if (header.argc > MAX_STRINGS / 4 || header.envc > MAX_STRINGS / 4 ||
      header.patterns > MAX_STRINGS / 4)
    return -1;
  const char *cursor = bundle->base + sizeof header;
  bundle->argv = string_table;
  bundle->envp = bundle->argv + header.argc + 1;
  bundle->patterns = bundle->envp + header.envc + 1;
  if (take_strings(bundle->argv, header.argc, &cursor, bundle->end) ||
      take_strings(bundle->envp, header.envc, &cursor, bundle->end) ||
      take_strings(bundle->patterns, header.patterns, &cursor, bundle->end))
    return -1;
  bundle->files = header.files;
  bundle->first_file = cursor;
  errno = 0;
  return 0;
}

size_t bundle_strings_bytes(const struct bundle *bundle) {
  return (size_t)(bundle->first_file - bundle->base);
}

void bundle_close(struct bundle *bundle) {
  munmap((void *)bundle->base, (size_t)(bundle->end - bundle->base));
}

/* Makes the directories of a relative path below `directory`. */
static int make_parents(int directory, const char *path, mode_t mode) {
  char partial[4096];
  size_t length = strlen(path);
  if (length >= sizeof partial) return errno = ENAMETOOLONG, -1;
  for (size_t i = 1; i < length; i++) {
    if (path[i] != '/') continue;
    memcpy(partial, path, i);
    partial[i] = '\0';
    if (mkdirat(directory, partial, mode) && errno != EEXIST) return -1;
  }
  return 0;
}

static int write_link(int directory, const char *path, const char *data, uint64_t size) {
  char target[4096];
  if (size >= sizeof target) return errno = ENAMETOOLONG, -1;
  memcpy(target, data, size);
  target[size] = '\0';
  return symlinkat(target, directory, path);
}

static int write_file(int directory, const char *path, const char *data, uint64_t size,
                      uint32_t mode, uint64_t mtime_ns) {
  struct open_how how = {.flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                         .mode = mode & 0777,
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
  int fd = (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
  if (fd < 0) return -1;
  while (size > 0) {
    ssize_t wrote = write(fd, data, size);
    if (wrote < 0) {
      int saved = errno;
      close(fd);
      errno = saved;
      return -1;
    }
    data += wrote;
    size -= (uint64_t)wrote;
  }
  const struct timespec times[2] = {
      {.tv_nsec = UTIME_OMIT},
      {.tv_sec = (time_t)(mtime_ns / 1000000000), .tv_nsec = (long)(mtime_ns % 1000000000)}};
  if (mtime_ns && futimens(fd, times)) {
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
  }
  return close(fd);
}

static int write_entry(int directory, const char *path, const char *data,
                       const struct file_header *header) {
  /* In a sticky directory nobody can replace what root owns; in one of root's own, nobody can add. */
  const mode_t parents = header->mode & PROTECTED ? 01777 : 0755;
  if (make_parents(directory, path, parents)) return -1;
  if (S_ISLNK(header->mode & 0xffff)) return write_link(directory, path, data, header->size);
  if (S_ISDIR(header->mode & 0xffff))
    return mkdirat(directory, path, header->mode & 0777) && errno != EEXIST ? -1 : 0;
  return write_file(directory, path, data, header->size, header->mode, header->mtime_ns);
}

/* Takes the next of the bundle's files. Returns -1 if it is damaged. */
int bundle_next(const struct bundle *bundle, const char **cursor, struct bundle_file *file) {
  struct file_header *header = &file->header;
  errno = EINVAL;
  if ((size_t)(bundle->end - *cursor) < sizeof *header) return -1;
  memcpy(header, *cursor, sizeof *header);
  file->path = *cursor + sizeof *header;
  uint64_t left = (uint64_t)(bundle->end - file->path);
  if (header->path_bytes == 0 || header->path_bytes > left ||
      header->size > left - header->path_bytes || file->path[header->path_bytes - 1] != '\0')
    return -1;
  file->data = file->path + header->path_bytes;
  *cursor = file->data + header->size;
  errno = 0;
  return 0;
}

int bundle_has_protected(const struct bundle *bundle) {
  const char *cursor = bundle->first_file;
  struct bundle_file file;
  for (uint32_t i = 0; i < bundle->files; i++) {
    if (bundle_next(bundle, &cursor, &file)) return 0; /* whoever writes the files will say so */
    if (file.header.mode & PROTECTED) return 1;
  }
  return 0;
}

int bundle_write_files(const struct bundle *bundle, int directory, uint32_t protected_ones) {
  const char *cursor = bundle->first_file;
  struct bundle_file file;
  for (uint32_t i = 0; i < bundle->files; i++) {
    if (bundle_next(bundle, &cursor, &file)) return -1;
    if ((file.header.mode & PROTECTED) == protected_ones &&
        write_entry(directory, file.path, file.data, &file.header))
      return -1;
  }
  errno = 0;
  return 0;
}
