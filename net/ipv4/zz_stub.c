#include "net/ipv4/tcp.h"
__attribute__((weak)) void tcp_init(void) {}
__attribute__((weak)) int tcp_net_init(struct net *net) {return 0;}
__attribute__((weak)) u32 tcp_poll(struct file *f, struct socket *sock, struct poll_table *pt){return 0;}
