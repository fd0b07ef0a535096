/* read_bundle FILE: opens a bundle as init does and prints what is in it; writes its files below the
 * working directory. Exit status 3: the bundle is refused, 4: its files are. */
#include <fcntl.h>
#include <stdio.h>
#include "init.h"

static void show(const char *kind, char **strings) {
  for (; *strings; strings++) printf("%s %s%c", kind, *strings, '\0');
}

int main(int argc, char **argv) {
  struct bundle bundle;
  if (argc != 2 || bundle_open(&bundle, open(argv[1], O_RDONLY))) return 3;
  show("argument", bundle.argv);
  show("variable", bundle.envp);
  show("pattern", bundle.patterns);
  return bundle_write_files(&bundle, open(".", O_RDONLY | O_DIRECTORY), 0) ? 4 : 0;
}
