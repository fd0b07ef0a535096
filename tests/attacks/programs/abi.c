/* unshare(CLONE_NEWUSER) by one of the three system-call interfaces: native, i386 or x32. */
#include <stdio.h>

int main(void) {
  long result;
  const int how = HOW;
  if (how == 1) __asm__ volatile("int $0x80" : "=a"(result) : "a"(310), "b"(0x10000000) : "memory");
  else
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(how == 2 ? 0x40000000 + 272 : 272), "D"(0x10000000)
                     : "rcx", "r11", "memory");
  puts(how ? "survived" : result == 0 ? "got through" : "refused");
  return 0;
}
