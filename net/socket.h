/* SPDX-License-Identifier: MIT */
/* DOC: what the files of the socket system calls share. */
#pragma once

#include "net/core/socket.h"

struct socket *sockfd_lookup(int fd, int *err) __must_check;
void sockfd_put(struct socket *sock);
int move_addr_to_kernel(const void __user *uaddr, int len,
			struct sockaddr_storage *addr) __must_check;
int move_addr_to_user(const struct sockaddr_storage *addr, int len,
		      void __user *uaddr, int __user *ulen) __must_check;
ssize_t __sys_sendto(int fd, void __user *buf, size_t len, u32 flags,
		     const void __user *uaddr, int alen);
