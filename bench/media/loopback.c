/* Lets a program that leaves loopback out of its candidates (libnice does) use it: LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>

int getifaddrs(struct ifaddrs **list)
{
    int (*real)(struct ifaddrs **) = (int (*)(struct ifaddrs **))dlsym(RTLD_NEXT, "getifaddrs");
    int failed = real ? real(list) : -1;
    for (struct ifaddrs *each = failed ? 0 : *list; each; each = each->ifa_next)
        each->ifa_flags &= ~IFF_LOOPBACK;
    return failed;
}
