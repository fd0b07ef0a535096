/* old_abi i386|x32: getpid by another system-call interface than the native one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  long result;
  if (argc < 2) return 2;
  if (!strcmp(argv[1], "i386"))
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
  else
    __asm__ volatile("syscall" : "=a"(result) : "a"(0x40000000 + 39) : "rcx", "r11", "memory");
  printf("survived\n");
  return 0;
}
