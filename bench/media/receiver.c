/* What hundreds of listeners receive, counted in one thread: packets, losses by sequence numbers, and how long pictures were under way.
 *
 * RTP's header is in the clear under SRTP, so nothing is deciphered. The time of arrival is the kernel's (SO_TIMESTAMPNS): how busy this thread is
 * does not show. `utter` writes when a picture was sent; the length of its packets says which picture it was.
 * Every three seconds a stream's sender report is put aside, so that who deciphers it can answer it. Times are CLOCK_REALTIME in seconds. Called through ctypes by load.py, which knows the layout of `struct listener`.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 16, LONGEST = 2048, AWAITED = 32, ASKED = 1 << 14, REPORTS = 1 << 12, BUCKETS = 20000 };

struct stream {
    int64_t ssrc;
    int64_t highest;  /* unwrapped sequence number, -1 before the first packet */
    int64_t received; /* different packets that came by themselves */
    int64_t octets;
    int64_t dropped;  /* of the received: those we pretend to have lost */
    int64_t repaired; /* of the dropped: those that came again on request */
    double told;      /* when its sender report was put aside last */
};

struct listener {
    int64_t fd, trailer, rtcp, stun, other;
    struct stream sound, picture;
};

struct asked { int32_t listener; int32_t sequence; };

/* A sender report, still under SRTCP. */
struct report {
    double arrival;
    int32_t listener, size;
    uint8_t data[240];
};

static struct listener *listeners;
static uint16_t (*awaited)[AWAITED];
static int *awaiting;
static int most, count, poller, base, pictures;
static uint32_t loss; /* share of pictures' packets pretended lost, of 2^32 */
static double *stamps;
static int64_t *delays; /* in buckets of 0.1 ms */
static struct asked queue[ASKED];
static atomic_uint put, taken;
static struct report reports[REPORTS];
static atomic_uint reports_put, reports_taken;
static atomic_int running;

/* `shortest` payload plus twice the picture's number, of `numbers`, is the length of its packets, or that plus one.
 * Begins anew; nothing may be running. */
int prepare(int room, int shortest, int numbers, double share, double *sent, int64_t *histogram)
{
    free(listeners), free(awaited), free(awaiting);
    if (poller > 0)
        close(poller);
    count = 0;
    put = taken = reports_put = reports_taken = 0;
    most = room, base = shortest, pictures = numbers, stamps = sent, delays = histogram;
    loss = (uint32_t)(share * 4294967296.0);
    listeners = calloc(room, sizeof *listeners);
    awaited = calloc(room, sizeof *awaited);
    awaiting = calloc(room, sizeof *awaiting);
    poller = epoll_create1(0);
    return listeners && awaited && awaiting && poller >= 0 ? 0 : -1;
}

struct listener *all(void) { return listeners; }

int add(int fd, uint32_t sound, uint32_t picture, int trailer)
{
    if (count == most)
        return -1;
    struct listener *made = &listeners[count];
    made->fd = fd, made->trailer = trailer;
    made->sound.ssrc = sound, made->picture.ssrc = picture;
    made->sound.highest = made->picture.highest = -1;
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = count};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event))
        return -1;
    return count++;
}

/* Sends the packets of a picture, at a time that is written down: nothing of the caller's comes between. */
void utter(int fd, int number, int n, const uint8_t *const *packets, const int *sizes)
{
    struct iovec parts[BATCH];
    struct mmsghdr out[BATCH];
    struct timespec now;
    memset(out, 0, sizeof out);
    for (int i = 0; i < n && i < BATCH; i++) {
        parts[i] = (struct iovec){(void *)packets[i], (size_t)sizes[i]};
        out[i].msg_hdr.msg_iov = &parts[i], out[i].msg_hdr.msg_iovlen = 1;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    stamps[number] = now.tv_sec + now.tv_nsec * 1e-9;
    sendmmsg(fd, out, n < BATCH ? n : BATCH, 0);
}

static uint32_t chance(void)
{
    static uint32_t state = 2463534242u;
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    return state;
}

static int was_awaited(int who, uint16_t sequence)
{
    for (int i = 0; i < awaiting[who]; i++)
        if (awaited[who][i] == sequence) {
            awaited[who][i] = awaited[who][--awaiting[who]];
            return 1;
        }
    return 0;
}

static void ask(int who, uint16_t sequence)
{
    unsigned at = atomic_load_explicit(&put, memory_order_relaxed);
    if (awaiting[who] == AWAITED || at - atomic_load_explicit(&taken, memory_order_acquire) == ASKED)
        return;
    awaited[who][awaiting[who]++] = sequence;
    queue[at % ASKED] = (struct asked){who, sequence};
    atomic_store_explicit(&put, at + 1, memory_order_release);
}

/* What is to be asked for again since the last call; returns how many. */
int asked(struct asked *into, int room)
{
    unsigned at = atomic_load_explicit(&taken, memory_order_relaxed), end = atomic_load_explicit(&put, memory_order_acquire);
    int n = 0;
    while (at != end && n < room)
        into[n++] = queue[at++ % ASKED];
    atomic_store_explicit(&taken, at, memory_order_release);
    return n;
}

/* The next report put aside, or 0. */
int reported(struct report *into)
{
    unsigned at = atomic_load_explicit(&reports_taken, memory_order_relaxed);
    if (at == atomic_load_explicit(&reports_put, memory_order_acquire))
        return 0;
    *into = reports[at % REPORTS];
    atomic_store_explicit(&reports_taken, at + 1, memory_order_release);
    return 1;
}

static struct stream *stream_of(struct listener *listener, const uint8_t *ssrc)
{
    uint32_t number = (uint32_t)ssrc[0] << 24 | ssrc[1] << 16 | ssrc[2] << 8 | ssrc[3];
    return number == (uint32_t)listener->sound.ssrc ? &listener->sound : number == (uint32_t)listener->picture.ssrc ? &listener->picture : NULL;
}

static void rtcp(int who, const uint8_t *data, int size, double arrival)
{
    listeners[who].rtcp++;
    struct stream *stream = size >= 28 && data[1] == 200 ? stream_of(&listeners[who], data + 4) : NULL;
    unsigned at = atomic_load_explicit(&reports_put, memory_order_relaxed);
    if (!stream || arrival - stream->told < 3 || size > (int)sizeof reports->data ||
        at - atomic_load_explicit(&reports_taken, memory_order_acquire) == REPORTS)
        return;
    stream->told = arrival;
    struct report *report = &reports[at % REPORTS];
    report->arrival = arrival, report->listener = who, report->size = size;
    memcpy(report->data, data, size);
    atomic_store_explicit(&reports_put, at + 1, memory_order_release);
}

static void rtp(int who, const uint8_t *data, int size, double arrival)
{
    struct listener *listener = &listeners[who];
    struct stream *stream = stream_of(listener, data + 8);
    if (!stream) {
        listener->other++;
        return;
    }
    uint16_t sequence = (uint16_t)(data[2] << 8 | data[3]);
    int picture = stream == &listener->picture;
    if (picture && awaiting[who] && was_awaited(who, sequence)) {
        stream->repaired++;
        return;
    }
    if (stream->highest < 0)
        stream->highest = sequence;
    else {
        int16_t step = (int16_t)(sequence - (uint16_t)stream->highest);
        if (step > 0)
            stream->highest += step;
    }
    stream->received++;
    stream->octets += size;
    if (!picture)
        return;
    int header = 12 + 4 * (data[0] & 15);
    if (data[0] & 16)
        header += 4 + 4 * (data[header + 2] << 8 | data[header + 3]);
    int number = (size - header - (int)listener->trailer - base) / 2;
    if (number >= 0 && number < pictures && stamps[number] > 0) {
        double bucket = (arrival - stamps[number]) * 1e4;
        delays[bucket < 0 ? 0 : bucket >= BUCKETS ? BUCKETS - 1 : (int)bucket]++;
    }
    if (chance() < loss) {
        stream->dropped++;
        ask(who, sequence);
    }
}

static double arrived(struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec at;
            memcpy(&at, CMSG_DATA(c), sizeof at);
            return at.tv_sec + at.tv_nsec * 1e-9;
        }
    return 0;
}

static void drain(int who)
{
    static uint8_t data[BATCH][LONGEST], control[BATCH][64];
    static struct iovec vectors[BATCH];
    static struct mmsghdr messages[BATCH];
    int got;
    do {
        for (int i = 0; i < BATCH; i++) {
            vectors[i] = (struct iovec){data[i], LONGEST};
            messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1, .msg_control = control[i], .msg_controllen = sizeof control[i]};
        }
        got = recvmmsg((int)listeners[who].fd, messages, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < got; i++) {
            int size = (int)messages[i].msg_len;
            if (size < 20 || data[i][0] < 4)
                listeners[who].stun++;
            else if (data[i][0] < 128 || data[i][0] > 191)
                listeners[who].other++;
            else if (data[i][1] >= 192 && data[i][1] < 224)
                rtcp(who, data[i], size, arrived(&messages[i].msg_hdr));
            else
                rtp(who, data[i], size, arrived(&messages[i].msg_hdr));
        }
    } while (got == BATCH);
}

/* Counts until `halt`. A pause after every round lets packets gather, so that few calls fetch many. */
void run(void)
{
    struct epoll_event events[512];
    struct timespec pause = {0, 3000000};
    atomic_store(&running, 1);
    while (atomic_load(&running)) {
        int n = epoll_wait(poller, events, 512, 20);
        for (int i = 0; i < n; i++)
            drain((int)events[i].data.u32);
        if (n < 512)
            nanosleep(&pause, NULL);
    }
}

void halt(void) { atomic_store(&running, 0); }
