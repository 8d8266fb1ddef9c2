/* The way out to many, compiled: see fanout.py and unaided.py, which does the same.
 *
 * A packet is parsed once, copied for each outlet with its numbers, ciphered by libsrtp (whose srtp_protect is given by address, so that
 * nothing is linked), and sent with as few system calls as the system allows: UDP segments for packets of one size, sendmmsg for many
 * outlets. Everything is called with the GIL held, which is let go around the system calls alone. */
#define PY_SSIZE_T_CLEAN
#define _GNU_SOURCE
#include <Python.h>
#include <structmember.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef SOL_UDP
#define SOL_UDP 17
#endif

enum { CODECS = 8, MESSAGES = 64, PACKETS = MESSAGES, SEGMENTS = 64, LARGEST = 65000, HEADER = 12, LONGEST = 2048, ARENA = PACKETS * (LONGEST + 512) };

typedef int (*protect_fn)(void *session, void *packet, int *length);

static protect_fn protect;
static int trailer;
static int segmenting; /* the system can cut messages */
static int busy;

/* Path: where one session's packets go, and under which key */

typedef struct {
    PyObject_HEAD
    PyObject *address; /* as it was given */
    PyObject *srtp;
    struct sockaddr_storage to;
    socklen_t size; /* 0: nowhere */
    void *session;
} Path;

static int path_init(Path *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {NULL};
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, ":Path", names)) return -1;
    return 0;
}

static int path_traverse(Path *self, visitproc visit, void *arg) {
    Py_VISIT(self->address);
    Py_VISIT(self->srtp);
    return 0;
}

static int path_clear(Path *self) {
    self->size = 0;
    self->session = NULL;
    Py_CLEAR(self->address);
    Py_CLEAR(self->srtp);
    return 0;
}

static void path_dealloc(Path *self) {
    PyObject_GC_UnTrack(self);
    path_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *path_get_address(Path *self, void *unused) { return Py_NewRef(self->address ? self->address : Py_None); }

static int path_set_address(Path *self, PyObject *value, void *unused) {
    struct sockaddr_storage to;
    socklen_t size = 0;
    memset(&to, 0, sizeof to);
    if (value != NULL && value != Py_None) {
        const char *host;
        unsigned int port, flow = 0, scope = 0;
        char plain[64];
        if (!PyTuple_Check(value)) return PyErr_SetString(PyExc_TypeError, "an address is a tuple"), -1;
        if (!PyArg_ParseTuple(value, "sI|II", &host, &port, &flow, &scope)) return -1;
        if (port > 65535 || strlen(host) >= sizeof plain) return PyErr_SetString(PyExc_ValueError, "not an address"), -1;
        strcpy(plain, host);
        plain[strcspn(plain, "%")] = 0; /* the scope comes as a number, too */
        if (PyTuple_GET_SIZE(value) == 2) {
            struct sockaddr_in *four = (struct sockaddr_in *)&to;
            four->sin_family = AF_INET;
            four->sin_port = htons((uint16_t)port);
            if (inet_pton(AF_INET, plain, &four->sin_addr) != 1) return PyErr_SetString(PyExc_ValueError, "not an address"), -1;
            size = sizeof *four;
        } else {
            struct sockaddr_in6 *six = (struct sockaddr_in6 *)&to;
            six->sin6_family = AF_INET6;
            six->sin6_port = htons((uint16_t)port);
            six->sin6_flowinfo = htonl(flow);
            six->sin6_scope_id = scope;
            if (inet_pton(AF_INET6, plain, &six->sin6_addr) != 1) return PyErr_SetString(PyExc_ValueError, "not an address"), -1;
            size = sizeof *six;
        }
    }
    Py_XSETREF(self->address, Py_XNewRef(value == Py_None ? NULL : value));
    self->to = to;
    self->size = size;
    return 0;
}

static PyObject *path_get_srtp(Path *self, void *unused) { return Py_NewRef(self->srtp ? self->srtp : Py_None); }

static int path_set_srtp(Path *self, PyObject *value, void *unused) {
    void *session = NULL;
    if (value != NULL && value != Py_None) {
        PyObject *pointer = PyObject_GetAttrString(value, "pointer");
        if (pointer == NULL) return -1;
        session = PyLong_AsVoidPtr(pointer);
        Py_DECREF(pointer);
        if (session == NULL && PyErr_Occurred()) return -1;
    }
    Py_XSETREF(self->srtp, Py_XNewRef(value == Py_None ? NULL : value)); /* keeps the session alive */
    self->session = session;
    return 0;
}

static PyGetSetDef path_properties[] = {
    {"address", (getter)path_get_address, (setter)path_set_address, "Socket address, or None for nowhere.", NULL},
    {"srtp", (getter)path_get_srtp, (setter)path_set_srtp, "The session's Srtp, or None.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject PathType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "server.media.transport._fanout.Path",
    .tp_doc = "Where one session's packets go, and under which key; nowhere while one of them is None.",
    .tp_basicsize = sizeof(Path),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)path_init,
    .tp_traverse = (traverseproc)path_traverse,
    .tp_clear = (inquiry)path_clear,
    .tp_dealloc = (destructor)path_dealloc,
    .tp_getset = path_properties,
};

/* Outlet: one listener's end of one stream */

typedef struct {
    PyObject_HEAD
    Path *path;
    PyObject *types;
    int16_t kinds[CODECS];
    unsigned int sequence, timestamp, picture, tl0;
    unsigned long long packets, octets;
} Outlet;

static int outlet_init(Outlet *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"path", "types", NULL};
    PyObject *path, *types;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!O!:Outlet", names, &PathType, &path, &PyTuple_Type, &types)) return -1;
    Py_ssize_t count = PyTuple_GET_SIZE(types);
    if (count > CODECS) return PyErr_SetString(PyExc_ValueError, "too many codecs"), -1;
    for (Py_ssize_t place = 0; place < CODECS; place++) {
        long kind = place < count ? PyLong_AsLong(PyTuple_GET_ITEM(types, place)) : -1;
        if (kind == -1 && PyErr_Occurred()) return -1;
        self->kinds[place] = kind < 0 || kind > 127 ? -1 : (int16_t)kind;
    }
    Py_XSETREF(self->path, (Path *)Py_NewRef(path));
    Py_XSETREF(self->types, Py_NewRef(types));
    return 0;
}

static int outlet_traverse(Outlet *self, visitproc visit, void *arg) {
    Py_VISIT(self->path);
    Py_VISIT(self->types);
    return 0;
}

static int outlet_clear(Outlet *self) {
    Py_CLEAR(self->path);
    Py_CLEAR(self->types);
    return 0;
}

static void outlet_dealloc(Outlet *self) {
    PyObject_GC_UnTrack(self);
    outlet_clear(self);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyMemberDef outlet_members[] = {
    {"path", T_OBJECT_EX, offsetof(Outlet, path), READONLY, NULL},
    {"types", T_OBJECT_EX, offsetof(Outlet, types), READONLY, NULL},
    {"sequence", T_UINT, offsetof(Outlet, sequence), 0, NULL},
    {"timestamp", T_UINT, offsetof(Outlet, timestamp), 0, NULL},
    {"picture", T_UINT, offsetof(Outlet, picture), 0, NULL},
    {"tl0", T_UINT, offsetof(Outlet, tl0), 0, NULL},
    {"packets", T_ULONGLONG, offsetof(Outlet, packets), 0, NULL},
    {"octets", T_ULONGLONG, offsetof(Outlet, octets), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyTypeObject OutletType = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "server.media.transport._fanout.Outlet",
    .tp_doc = "One listener's end of one stream: types are its payload types by index of codec, -1 for what it cannot take.",
    .tp_basicsize = sizeof(Outlet),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = (initproc)outlet_init,
    .tp_traverse = (traverseproc)outlet_traverse,
    .tp_clear = (inquiry)outlet_clear,
    .tp_dealloc = (destructor)outlet_dealloc,
    .tp_members = outlet_members,
};

/* Sending */

typedef struct {
    const uint8_t *data;
    int size;
    uint8_t codec, marker;
    int picture, tl0; /* where the numbers of a VP8 picture stand, 0 for nowhere */
    uint16_t sequence, picture_id;
    uint32_t timestamp;
} Packet;

static struct {
    uint8_t bytes[ARENA];
    int used, messages;
    struct mmsghdr headers[MESSAGES];
    struct iovec vectors[MESSAGES];
    union {
        char room[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr align;
    } controls[MESSAGES];
    uint16_t segments[MESSAGES]; /* datagrams in a message */
    uint16_t sizes[MESSAGES];    /* of each but the last */
} batch;

/* RFC 7741 section 4.2: where picture id (15 bits only) and TL0PICIDX stand. As in vp8.read, nothing is touched where no picture follows. */
static void find_numbers(Packet *packet) {
    const uint8_t *payload = packet->data + HEADER;
    int size = packet->size - HEADER, at = 1, picture = 0, tl0 = 0;
    if (size < 2 || !(payload[0] & 0x80)) return;
    uint8_t flags = payload[1];
    at = 2;
    if (flags & 0x80) {
        if (at >= size) return;
        if (payload[at] & 0x80) {
            if (at + 1 >= size) return;
            picture = at;
            at += 2;
        } else {
            at++;
        }
    }
    if (flags & 0x40) {
        if (at >= size) return;
        tl0 = at++;
    }
    if (flags & 0x30) at++;
    if (at >= size) return;
    if (picture) {
        packet->picture = HEADER + picture;
        packet->picture_id = (uint16_t)((payload[picture] & 0x7F) << 8 | payload[picture + 1]);
    }
    if (tl0) packet->tl0 = HEADER + tl0;
}

/* Whether this can be sent at all: a source may send what is too long, and must not stop what goes out with it. */
static int parse(Packet *packet, PyObject *from) {
    const char *data = PyBytes_AS_STRING(from);
    Py_ssize_t size = PyBytes_GET_SIZE(from);
    if (size < HEADER || size > LONGEST - trailer) return 0;
    memset(packet, 0, sizeof *packet);
    packet->data = (const uint8_t *)data;
    packet->size = (int)size;
    packet->codec = packet->data[1] & 127;
    packet->marker = packet->data[1] & 128;
    if (packet->codec >= CODECS) return 0;
    packet->sequence = (uint16_t)(packet->data[2] << 8 | packet->data[3]);
    packet->timestamp = (uint32_t)packet->data[4] << 24 | (uint32_t)packet->data[5] << 16 | (uint32_t)packet->data[6] << 8 | packet->data[7];
    if (packet->codec == 0) find_numbers(packet);
    return 1;
}

/* What the batch holds goes out; returns the datagrams that did. What the network does not take now is lost. */
static long flush(int fd) {
    long sent = 0;
    int at = 0;
    Py_BEGIN_ALLOW_THREADS
    while (at < batch.messages) {
        int done = sendmmsg(fd, batch.headers + at, (unsigned)(batch.messages - at), MSG_DONTWAIT);
        if (done > 0) {
            for (int place = at; place < at + done; place++) sent += batch.segments[place];
            at += done;
            continue;
        }
        if (errno == EINTR) continue;
        /* EIO: this network cannot cut messages. EMSGSIZE, EINVAL: this one message cannot be cut, its way takes shorter datagrams only. */
        if (batch.segments[at] > 1 && (errno == EIO || errno == EMSGSIZE || errno == EINVAL)) {
            if (errno == EIO) segmenting = 0;
            struct msghdr *one = &batch.headers[at].msg_hdr;
            uint8_t *from = batch.vectors[at].iov_base;
            size_t left = batch.vectors[at].iov_len;
            while (left) {
                size_t size = left < batch.sizes[at] ? left : batch.sizes[at];
                if (sendto(fd, from, size, MSG_DONTWAIT, one->msg_name, one->msg_namelen) >= 0) sent++;
                from += size;
                left -= size;
            }
        }
        at++;
    }
    Py_END_ALLOW_THREADS
    batch.messages = batch.used = 0;
    return sent;
}

static void begin_message(Path *path, uint8_t *from, int size) {
    int place = batch.messages++;
    struct msghdr *header = &batch.headers[place].msg_hdr;
    memset(header, 0, sizeof *header);
    batch.vectors[place].iov_base = from;
    batch.vectors[place].iov_len = (size_t)size;
    header->msg_name = &path->to;
    header->msg_namelen = path->size;
    header->msg_iov = &batch.vectors[place];
    header->msg_iovlen = 1;
    batch.segments[place] = 1;
    batch.sizes[place] = (uint16_t)size;
}

static void add_segment(int size) {
    int place = batch.messages - 1;
    batch.vectors[place].iov_len += (size_t)size;
    if (batch.segments[place]++ == 1) {
        struct msghdr *header = &batch.headers[place].msg_hdr;
        header->msg_control = batch.controls[place].room;
        header->msg_controllen = sizeof batch.controls[place].room;
        struct cmsghdr *control = CMSG_FIRSTHDR(header);
        control->cmsg_level = SOL_UDP;
        control->cmsg_type = UDP_SEGMENT;
        control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        memcpy(CMSG_DATA(control), &batch.sizes[place], sizeof(uint16_t));
    }
}

static int write_one(const Packet *packet, const Outlet *outlet, uint8_t *into) {
    memcpy(into, packet->data, (size_t)packet->size);
    into[1] = (uint8_t)(packet->marker | outlet->kinds[packet->codec]);
    uint16_t sequence = (uint16_t)(packet->sequence + outlet->sequence);
    uint32_t timestamp = packet->timestamp + outlet->timestamp;
    into[2] = (uint8_t)(sequence >> 8);
    into[3] = (uint8_t)sequence;
    into[4] = (uint8_t)(timestamp >> 24);
    into[5] = (uint8_t)(timestamp >> 16);
    into[6] = (uint8_t)(timestamp >> 8);
    into[7] = (uint8_t)timestamp;
    if (packet->picture) {
        uint16_t picture = (uint16_t)(0x8000 | (packet->picture_id + outlet->picture));
        into[packet->picture] = (uint8_t)(picture >> 8);
        into[packet->picture + 1] = (uint8_t)picture;
    }
    if (packet->tl0) into[packet->tl0] = (uint8_t)(into[packet->tl0] + outlet->tl0);
    int size = packet->size;
    return protect(outlet->path->session, into, &size) ? 0 : size;
}

static long send_all(int fd, const Packet *packets, int count, PyObject **outlets, Py_ssize_t number) {
    long sent = 0;
    int total = 0;
    for (int place = 0; place < count; place++) total += packets[place].size + trailer;
    for (Py_ssize_t which = 0; which < number; which++) {
        Outlet *outlet = (Outlet *)outlets[which];
        Path *path = outlet->path;
        if (path == NULL || path->size == 0 || path->session == NULL) continue;
        if (batch.messages + count > MESSAGES || batch.used + total > ARENA) sent += flush(fd);
        int open = 0, before = 0; /* whether the last message may have another segment, and the size of its segments */
        for (int place = 0; place < count; place++) {
            const Packet *packet = packets + place;
            if (outlet->kinds[packet->codec] < 0) continue;
            uint8_t *into = batch.bytes + batch.used;
            int size = write_one(packet, outlet, into);
            if (size == 0) {
                open = 0;
                continue;
            }
            int last = batch.messages - 1;
            if (open && segmenting && size <= before && batch.segments[last] < SEGMENTS && batch.vectors[last].iov_len + (size_t)size <= LARGEST) {
                add_segment(size);
                open = size == before;
            } else {
                begin_message(path, into, size);
                open = 1;
                before = size;
            }
            batch.used += size;
            outlet->packets++;
            outlet->octets += (unsigned)(packet->size - HEADER);
        }
    }
    return sent + flush(fd);
}

static PyObject *fanout_send(PyObject *module, PyObject *args) {
    PyObject *sock, *given, *wanted, *result = NULL;
    static Packet packets[PACKETS];
    if (!PyArg_ParseTuple(args, "OOO:send", &sock, &given, &wanted)) return NULL;
    int fd = PyObject_AsFileDescriptor(sock);
    if (fd < 0) return NULL;
    if (protect == NULL || busy) return PyErr_SetString(PyExc_RuntimeError, busy ? "already sending" : "begin was not called"), NULL;
    PyObject *from = PySequence_Tuple(given), *to = from ? PySequence_Tuple(wanted) : NULL; /* copies: nothing may change while we send */
    if (to == NULL) goto end;
    Py_ssize_t count = PyTuple_GET_SIZE(from), number = PyTuple_GET_SIZE(to);
    for (Py_ssize_t which = 0; which < number; which++)
        if (!PyObject_TypeCheck(PyTuple_GET_ITEM(to, which), &OutletType)) {
            PyErr_SetString(PyExc_TypeError, "not an Outlet");
            goto end;
        }
    for (Py_ssize_t place = 0; place < count; place++)
        if (!PyBytes_Check(PyTuple_GET_ITEM(from, place))) {
            PyErr_SetString(PyExc_TypeError, "a packet is bytes");
            goto end;
        }
    long sent = 0;
    busy = 1;
    for (Py_ssize_t place = 0; place < count;) {
        int taken = 0;
        while (taken < PACKETS && place < count) taken += parse(packets + taken, PyTuple_GET_ITEM(from, place++));
        if (taken) sent += send_all(fd, packets, taken, ((PyTupleObject *)to)->ob_item, number);
    }
    busy = 0;
    result = PyLong_FromLong(sent);
end:
    Py_XDECREF(from);
    Py_XDECREF(to);
    return result;
}

static PyObject *fanout_begin(PyObject *module, PyObject *args) {
    PyObject *address;
    int most;
    if (!PyArg_ParseTuple(args, "Oi:begin", &address, &most)) return NULL;
    if (address == Py_None || most < 0 || most > 512) Py_RETURN_FALSE;
    void *found = PyLong_AsVoidPtr(address);
    if (found == NULL) return PyErr_Occurred() ? NULL : Py_NewRef(Py_False);
    /* A system that does not know the option would send the message whole. */
    int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 1200;
    segmenting = probe >= 0 && setsockopt(probe, SOL_UDP, UDP_SEGMENT, &size, sizeof size) == 0;
    if (probe >= 0) close(probe);
    protect = (protect_fn)found;
    trailer = most;
    Py_RETURN_TRUE;
}

static PyMethodDef methods[] = {
    {"begin", fanout_begin, METH_VARARGS, "Give the address of libsrtp's srtp_protect, and the bytes it may add."},
    {"send", fanout_send, METH_VARARGS, "Send all packets to all outlets; returns how many datagrams went out."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_fanout", .m_doc = "The way out to many, compiled.", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit__fanout(void) {
    if (PyType_Ready(&PathType) < 0 || PyType_Ready(&OutletType) < 0) return NULL;
    PyObject *made = PyModule_Create(&module);
    if (made == NULL) return NULL;
    if (PyModule_AddObjectRef(made, "Path", (PyObject *)&PathType) < 0 || PyModule_AddObjectRef(made, "Outlet", (PyObject *)&OutletType) < 0) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}
