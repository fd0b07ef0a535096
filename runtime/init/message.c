/* Messages with descriptors on a SOCK_SEQPACKET socket. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include "init.h"

/* One message and its descriptors; returns the message's size, 0 when the other end is gone. */
ssize_t receive(int from, void *data, size_t size, int *fds, int *count) {
  char control[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
  struct iovec part = {data, size};
  struct msghdr message = {.msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof control};
  *count = 0;
  ssize_t got;
  do got = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got <= 0) return 0;
  struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
  if (rights && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS) {
    *count = (int)((rights->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    if (*count > MAX_DESCRIPTORS) *count = MAX_DESCRIPTORS;
    memcpy(fds, CMSG_DATA(rights), (size_t)*count * sizeof(int));
  }
  return got;
}

int say(int to, const void *data, size_t size, const int *fds, int count) {
  union {
    char bytes[CMSG_SPACE(MAX_DESCRIPTORS * sizeof(int))];
    struct cmsghdr align;
  } control = {0};
  struct iovec part = {(void *)data, size};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
    memcpy(CMSG_DATA(rights), fds, (size_t)count * sizeof(int));
  }
  return sendmsg(to, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}
