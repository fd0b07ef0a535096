/* Reads back the files that a finished run was asked for, when nothing of it is alive any more.
 *
 * The tree is hostile: it may hold links, pipes, endless directories and files without end. Each
 * name is opened relative to its directory, beneath it and through no link, also if it has become
 * something else since it was looked at; only regular files are read, and all that is sent stays
 * within a budget. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "init.h"

#define MAX_DEPTH 32
#define MAX_FILES 1024
#define MAX_OF_ALL 16384
#define MAX_PATH 4096

struct collection {
  char **patterns;
  int out;
  uint64_t budget;
  unsigned files, most;
  int all;
  char path[MAX_PATH];
};

static int matches(const struct collection *collection) {
  if (collection->all) return 1;
  for (char **pattern = collection->patterns; *pattern; pattern++)
    if (!fnmatch(*pattern, collection->path, FNM_PATHNAME | FNM_PERIOD)) return 1;
  return 0;
}

static int send_all(int out, const void *data, size_t size) {
  for (const char *at = data; size > 0;) {
    ssize_t wrote = write(out, at, size);
    if (wrote < 0) return -1;
    at += wrote;
    size -= (size_t)wrote;
  }
  return 0;
}

static int send_content(int out, int fd, uint64_t size) {
  char buffer[65536];
  while (size > 0) {
    ssize_t got = read(fd, buffer, size < sizeof buffer ? size : sizeof buffer);
    if (got < 0) return -1;
    if (got == 0) { /* nothing is alive that could have cut the file, but never hang on it */
      memset(buffer, 0, sizeof buffer);
      got = (ssize_t)(size < sizeof buffer ? size : sizeof buffer);
    }
    if (send_all(out, buffer, (size_t)got)) return -1;
    size -= (uint64_t)got;
  }
  return 0;
}

static int is_sendable(const struct collection *collection, mode_t mode) {
  return S_ISREG(mode) || (collection->all && (S_ISDIR(mode) || S_ISLNK(mode)));
}

/* Sends `bytes`, or what is in `fd` where they are NULL. */
static int send_file(struct collection *collection, int fd, const struct stat *st,
                     const char *bytes) {
  struct collected_header header = {
      .path_bytes = (uint32_t)strlen(collection->path),
      .mode = st->st_mode & (collection->all ? S_IFMT | 0777 : 0777),
      .size = S_ISDIR(st->st_mode) ? 0 : (uint64_t)st->st_size,
  };
  if (collection->all)
    header.mtime_ns = (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;
  if (!is_sendable(collection, st->st_mode)) header.refusal = NOT_REGULAR;
  else if (collection->files >= collection->most) header.refusal = TOO_MANY;
  else if (header.size > collection->budget) header.refusal = TOO_LARGE;
  collection->files++;
  if (collection->files > 2 * collection->most) return -1;
  if (send_all(collection->out, &header, sizeof header) ||
      send_all(collection->out, collection->path, header.path_bytes))
    return -1;
  if (header.refusal) return 0;
  collection->budget -= header.size;
  if (bytes) return send_all(collection->out, bytes, header.size);
  return send_content(collection->out, fd, header.size);
}

int open_beneath(int directory, const char *name, uint64_t flags) {
  struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | flags,
                         .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
  return (int)syscall(SYS_openat2, directory, name, &how, sizeof how);
}

static int visit(struct collection *collection, int directory, size_t length, int depth);

static int visit_entry(struct collection *collection, int directory, const char *name,
                       size_t length, int depth) {
  struct stat st;
  int size = snprintf(collection->path + length, MAX_PATH - length, "%s%s", length ? "/" : "", name);
  if (size < 0 || (size_t)size >= MAX_PATH - length) return 0;
  if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW)) return 0;
  if (S_ISDIR(st.st_mode)) {
    if (collection->all && send_file(collection, -1, &st, "")) return -1;
    int child = open_beneath(directory, name, O_DIRECTORY);
    return child < 0 ? 0 : visit(collection, child, length + (size_t)size, depth + 1);
  }
  if (!matches(collection)) return 0;
  if (collection->all && S_ISLNK(st.st_mode)) {
    char target[MAX_PATH];
    ssize_t length_of_target = readlinkat(directory, name, target, sizeof target);
    if (length_of_target < 0) return 0;
    st.st_size = length_of_target;
    return send_file(collection, -1, &st, target);
  }
  if (!S_ISREG(st.st_mode)) return send_file(collection, -1, &st, NULL);
  int fd = open_beneath(directory, name, O_NONBLOCK);
  if (fd < 0) return 0;
  int failed = fstat(fd, &st) || send_file(collection, fd, &st, NULL);
  close(fd);
  return failed ? -1 : 0;
}

/* Takes over `directory`. Returns -1 when nothing more can be sent. */
static int visit(struct collection *collection, int directory, size_t length, int depth) {
  DIR *stream = depth <= MAX_DEPTH ? fdopendir(directory) : NULL;
  if (!stream) return close(directory), 0;
  int failed = 0;
  for (struct dirent *entry; !failed && (entry = readdir(stream));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    failed = visit_entry(collection, directory, entry->d_name, length, depth);
  }
  closedir(stream);
  return failed;
}

void collect(const struct bundle *bundle, const struct run_request *request, int out) {
  static struct collection collection;
  const int all = request->has_collect == ALL_OF_IT;
  collection = (struct collection){.patterns = bundle->patterns,
                                   .out = out,
                                   .budget = request->collect_bytes,
                                   .most = all ? MAX_OF_ALL : MAX_FILES,
                                   .all = all};
  int directory = open(WORKDIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory >= 0) visit(&collection, directory, 0, 0);
}
