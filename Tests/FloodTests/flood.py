#!/usr/bin/env python3
"""Somebody who wishes an exchange harm: plain sockets, as fast as one process can.

flood.py half-open     HOST PORT SECONDS SOURCES COUNT   keeps COUNT connections that say nothing, or half a message
flood.py transactions  HOST PORT SECONDS SOURCES COUNT   COUNT calls to an accomplice that rings and never answers
flood.py registrations HOST PORT SECONDS SOURCES RATE    so many new registrations a second
flood.py requests      HOST PORT SECONDS SOURCES RATE    so many requests a second over UDP, and over TCP what goes
flood.py descriptors   HOST PORT SECONDS SOURCES COUNT   like half-open, but each says a whole message first

PORT may be several for half-open, with commas between: of TCP, TLS and WebSocket.
SOURCES is the first address it comes from and how many there are: 127.9.0.1/20. It says `flooding` when it is under way
and a line of JSON in the end: what it tried, and what came of it.
"""
import json
import os
import resource
import select
import socket
import sys
import time

KIND, HOST, PORT, SECONDS, SOURCES, AMOUNT = sys.argv[1:7]
PLACES = [(HOST, int(port)) for port in PORT.split(",")]
PLACE = PLACES[0]
FIRST, _, MANY = SOURCES.partition("/")
PARTS = [int(part) for part in FIRST.split(".")]
ADDRESSES = ["%d.%d.%d.%d" % (PARTS[0], PARTS[1], PARTS[2] + number // 200, PARTS[3] + number % 200)
             for number in range(int(MANY or 1))]
# For getting under way.
PATIENCE = 30.0
TALLY = {}


def flooding():
    """How long to go on from now."""
    print("flooding", flush=True)
    return time.monotonic() + float(SECONDS)


def count(name, number=1):
    TALLY[name] = TALLY.get(name, 0) + number


def request(method, uri, user, number, transport="UDP", call=None, cseq=1, fields="", body=""):
    return ("%s %s SIP/2.0\r\nVia: SIP/2.0/%s flood.invalid;branch=z9hG4bK%d.%x;rport\r\nMax-Forwards: 70\r\n"
            'From: "flood" <sip:%s@localhost>;tag=f\r\nTo: <%s>\r\nCall-ID: %s\r\nCSeq: %d %s\r\n'
            "Contact: <sip:f@flood.invalid>\r\n%sContent-Length: %d\r\n\r\n%s"
            % (method, uri, transport, os.getpid(), number, user, uri, call or "f%d.%x" % (os.getpid(), number), cseq,
               method, fields, len(body), body)).encode()


def registration(number, transport="UDP", call=None, cseq=1):
    text = request("REGISTER", "sip:localhost", "Flooded", number, transport, call, cseq, "Expires: 60\r\n")
    return text.replace(b"To: <sip:localhost>", b"To: <sip:Flooded@localhost>")


def connected(source, patience=5.0):
    stream = socket.socket()
    stream.settimeout(patience)
    stream.bind((source, 0))
    stream.connect(PLACE)
    return stream


def datagrams(source):
    port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    port.bind((source, 0))
    port.connect(PLACE)
    port.setblocking(False)
    return port


def send(port, data):
    try:
        port.send(data)
        count("sent")
    except BlockingIOError:
        count("held up")
    except OSError:
        count("lost")


def drain(port):
    """What was answered, by status."""
    while True:
        try:
            data = port.recv(65536)
        except OSError:
            return
        if not data:
            return
        for line in data.split(b"\r\n"):
            if line.startswith(b"SIP/2.0 "):
                count(line[8:11].decode())


class Held:
    """Connections that are only there. Of those that the exchange ends new ones are made, some
    two hundred a second."""

    def __init__(self, wanted, greeting):
        self.wanted, self.greeting = wanted, greeting
        self.poll = select.epoll()
        self.streams = {}
        self.next = 0
        self.most = 0

    def more(self, at_most):
        for _ in range(min(at_most, self.wanted - len(self.streams))):
            stream = socket.socket()
            stream.setblocking(False)
            self.next += 1
            try:
                stream.bind((ADDRESSES[self.next % len(ADDRESSES)], 0))
                stream.connect(PLACES[self.next // 7 % len(PLACES)])
            except BlockingIOError:
                pass
            except OSError:
                count("not even begun")
                stream.close()
                return
            self.streams[stream.fileno()] = stream
            self.poll.register(stream.fileno(), select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP)
            count("begun")
        self.most = max(self.most, len(self.streams))

    def look(self, patience):
        for number, event in self.poll.poll(patience, 4096):
            stream = self.streams[number]
            if event & (select.EPOLLERR | select.EPOLLHUP | select.EPOLLRDHUP):
                self.poll.unregister(number)
                del self.streams[number]
                stream.close()
                count("ended")
            elif event & select.EPOLLOUT:
                self.poll.modify(number, select.EPOLLRDHUP)
                count("connected")
                greeting = self.greeting(number)
                if greeting:
                    send(stream, greeting)


def hold(greeting):
    held = Held(int(AMOUNT), greeting)
    patience = time.monotonic() + PATIENCE
    while TALLY.get("begun", 0) < held.wanted and time.monotonic() < patience:
        held.more(500)
        held.look(0.01)
    end = flooding()
    while time.monotonic() < end:
        held.more(5)
        held.look(0)
        time.sleep(0.02)
    TALLY["held"] = len(held.streams)
    TALLY["most held"] = held.most


def half_open():
    beginnings = [b"", b"REGISTER sip:localhost SIP/2.0\r\nVia: ", b"\x16\x03\x01", b"GET /ws HTTP/1.1\r\n", b"\r\n"]
    hold(lambda number: beginnings[number % len(beginnings)])


def descriptors():
    hold(lambda number: request("OPTIONS", "sip:localhost", "x", number, "TCP"))


def number_of(stream, name):
    stream.sendall(registration(1, "TCP", "reg-%s-%d" % (name, os.getpid())))
    data = b""
    while b"\r\n\r\n" not in data:
        data += stream.recv(65536)
    if not data.startswith(b"SIP/2.0 200"):
        raise SystemExit("not registered: %r" % data[:80])
    return data.split(b"P-Associated-URI: <sip:")[1].split(b"@")[0].decode()


def ring(accomplice, waiting):
    """180 to each INVITE, and nothing more."""
    try:
        data = accomplice.recv(1 << 20)
    except OSError:
        return waiting
    *whole, rest = (waiting + data).split(b"\r\n\r\n")
    answers = []
    for head in whole:
        if head.lstrip(b"\r\n").startswith(b"INVITE"):
            count("rang")
            kept = [line for line in head.split(b"\r\n")
                    if line.lower().startswith((b"via:", b"from:", b"to:", b"call-id:", b"cseq:", b"record-route:"))]
            kept = [line + b";tag=r" if line.lower().startswith(b"to:") else line for line in kept]
            answers.append(b"\r\n".join([b"SIP/2.0 180 Ringing"] + kept + [b"Content-Length: 0", b"", b""]))
    try:
        accomplice.send(b"".join(answers))
    except OSError:
        count("held up")
    return rest


def transactions():
    accomplice = connected(ADDRESSES[0])
    number = number_of(accomplice, "accomplice")
    accomplice.setblocking(False)
    callers = []
    for index, address in enumerate(ADDRESSES):
        for transport in ("TCP", "UDP"):
            stream = connected(address) if transport == "TCP" else datagrams(address)
            stream.settimeout(5)
            user = number_of(stream, "%d%s" % (index, transport)) if transport == "TCP" else None
            if user is None:
                stream.send(registration(1, "UDP", "reg-%d-%d" % (index, os.getpid())))
                user = stream.recv(65536).split(b"P-Associated-URI: <sip:")[1].split(b"@")[0].decode()
            stream.setblocking(False)
            callers.append((stream, user, transport))
    end = flooding()
    tried, waiting, each = 0, b"", int(AMOUNT)
    while time.monotonic() < end:
        for stream, user, transport in callers:
            for _ in range(50 if tried < each else 0):
                tried += 1
                send(stream, request("INVITE", "sip:%s@localhost" % number, user, tried, transport))
            drain(stream)
            waiting = ring(accomplice, waiting)
        if tried >= each:
            time.sleep(0.01)
    TALLY["tried"] = tried


def paced(step, do):
    """Calls `do` with how many are due, every few milliseconds."""
    end = flooding()
    rate, done, began = int(AMOUNT), 0, time.monotonic()
    while time.monotonic() < end:
        due = int((time.monotonic() - began) * rate) - done
        do(due)
        done += due
        time.sleep(step)
    TALLY["tried"] = done
    TALLY["a second"] = round(done / (time.monotonic() - began))


def registrations():
    ports = [datagrams(ADDRESSES[number % len(ADDRESSES)]) for number in range(50)]
    made = [0]

    def do(due):
        for _ in range(due):
            made[0] += 1
            send(ports[made[0] % len(ports)], registration(made[0]))
        for port in ports:
            drain(port)
    paced(0.01, do)


def requests():
    port = datagrams(ADDRESSES[0])
    stream = connected(ADDRESSES[0])
    stream.setblocking(False)
    made = [0]
    single = [request("OPTIONS", "sip:localhost", "x", number) for number in range(1000)]
    batch = b"".join(request("OPTIONS", "sip:localhost", "x", number, "TCP") for number in range(100))
    rest = [b""]

    def do(due):
        for _ in range(due):
            made[0] += 1
            send(port, single[made[0] % 1000])
        for _ in range(1 + due // 100):
            try:
                rest[0] = (rest[0] or batch)[stream.send(rest[0] or batch):]
                count("batches")
            except OSError:
                count("held up")
        drain(port)
        drain(stream)
    paced(0.02, do)


resource.setrlimit(resource.RLIMIT_NOFILE, [resource.getrlimit(resource.RLIMIT_NOFILE)[1]] * 2)
os.nice(10)
{"half-open": half_open, "transactions": transactions, "registrations": registrations, "requests": requests,
 "descriptors": descriptors}[KIND]()
print(json.dumps(TALLY), flush=True)
