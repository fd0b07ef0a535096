/* Sockets to the hypervisor and to the wire. */
#include <stdio.h>
#include <sys/socket.h>

int main(void) {
  const int vsock = socket(40, SOCK_STREAM, 0), frames = socket(17, SOCK_RAW, 0x0300),
            raw = socket(2, SOCK_RAW, 1), netlink = socket(16, SOCK_RAW, 0);
  puts(vsock < 0 && frames < 0 && raw < 0 && netlink < 0 ? "refused" : "got through");
  return 0;
}
