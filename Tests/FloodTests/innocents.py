#!/usr/bin/env python3
"""People at an exchange who mean no harm: how long each thing that they ask for takes.

innocents.py HOST PORT WINDOW OWN SHARED

Six times two over TCP and two over UDP, from addresses that begin with OWN (127.8.1), write to each other, call each
other and refresh; newcomers come and go; and one more comes from the address SHARED. It says `ready`, and after each WINDOW seconds
a line of JSON: when it began, how many requests were answered, how many were not within two seconds, and p50 and p99 in milliseconds,
for all and by kind. Over UDP a request goes again after 0.5 s and 1.5 s, as RFC 3261 17.1.2.1 says, and its time counts
from the first. It ends when nobody reads that any more.
"""
import itertools
import json
import os
import select
import socket
import sys
import time

HOST, PORT, WINDOW, OWN, SHARED = sys.argv[1:6]
PLACE = (HOST, int(PORT))
PATIENCE = 2.0
T1 = 0.5
NUMBERS = itertools.count(1)


class Lost(Exception):
    pass


class Person:
    # Those whose request over UDP has no answer yet, and those who may be asked again what they have answered.
    asking = set()
    answering = set()

    def __init__(self, name, source, transport="TCP", line="Webphone1"):
        self.name, self.transport, self.line = name, transport, line
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM if transport == "TCP" else socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.socket.bind((source, 0))
        self.socket.connect(PLACE)
        if transport == "TCP":
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.waiting = b""
        self.again = None  # what goes again over UDP, when, and after what pause
        self.answers = {}  # what was answered over UDP, for copies of the question
        self.call = "%s-%d-%d" % (name, os.getpid(), next(NUMBERS))
        self.cseq = 0
        self.number = None

    def text(self, method, uri, to=None, call=None, cseq=None, fields="", body=""):
        self.cseq += 1
        self.branch = b"branch=z9hG4bK%d-%08d" % (os.getpid(), next(NUMBERS))
        return ("%s %s SIP/2.0\r\nVia: SIP/2.0/%s innocent.invalid;%s;rport\r\nMax-Forwards: 70\r\n"
                'From: "%s" <sip:%s@localhost>;tag=i\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n'
                "Contact: <sip:%s@innocent.invalid>\r\n%sContent-Length: %d\r\n\r\n%s"
                % (method, uri, self.transport, self.branch.decode(), self.name, self.number or self.line,
                   to or "<%s>" % uri, call or self.call, cseq or self.cseq,
                   method, self.name, fields, len(body), body)).encode()

    def asks(self, *what, **more):
        data = self.text(*what, **more)
        self.socket.sendall(data)
        if self.transport == "UDP":
            self.again = data, time.monotonic() + T1, T1
            self.asking.add(self)

    def ask_again(self):
        data, when, pause = self.again
        if when <= time.monotonic():
            self.socket.sendall(data)
            self.again = data, when + 2 * pause, 2 * pause

    def answered(self):
        """The 200 to what was asked last."""
        head = self.hear(b"SIP/2.0 200", self.branch)
        self.asking.discard(self)
        return head

    def read(self, end):
        """Whatever comes next. Meanwhile those ask again, and answer copies, who have to."""
        others = self.answering - {self}
        while True:
            nexts = [person.again[1] for person in self.asking]
            pause = max(0, min([end] + nexts) - time.monotonic())
            ready = select.select([self.socket] + [person.socket for person in others], [], [], pause)[0]
            for person in others:
                if person.socket in ready:
                    person.hear_copy()
            if self.socket in ready:
                break
            if time.monotonic() >= end:
                raise Lost("timed out, %s" % self.transport)
            for person in self.asking:
                person.ask_again()
        data = self.socket.recv(65536)
        if not data:
            raise Lost("closed")
        self.waiting += data

    def hear_copy(self):
        """One datagram: answered again if it was before, else for later."""
        data = self.socket.recv(65536)
        key = self.key(data.split(b"\r\n\r\n")[0])
        if key in self.answers:
            self.socket.sendall(self.answers[key])
        else:
            self.waiting += data

    def hear(self, start, mark):
        """The next message that begins like that and has the mark in it; others are passed over."""
        end_of_patience = time.monotonic() + PATIENCE
        while True:
            end = self.waiting.find(b"\r\n\r\n")
            if end >= 0:
                head = self.waiting[:end]
                at = head.find(b"Content-Length:")
                length = int(head[at + 15:].split(b"\r\n", 1)[0]) if at >= 0 else 0
                if len(self.waiting) >= end + 4 + length:
                    self.waiting = self.waiting[end + 4 + length:]
                    if self.key(head) in self.answers:
                        self.socket.sendall(self.answers[self.key(head)])
                    elif mark not in head or head.startswith(b"SIP/2.0 1"):
                        pass
                    elif head.startswith(start):
                        return head
                    elif head.startswith(b"SIP/2.0 "):
                        raise Lost(head.split(b"\r\n", 1)[0])
                    continue
            self.read(end_of_patience)

    def key(self, head):
        return tuple(line for line in head.split(b"\r\n") if line.startswith((b"Via:", b"CSeq:")))

    def forgets(self):
        """What still comes of something that was given up."""
        self.waiting = b""
        self.asking.discard(self)
        self.socket.settimeout(0.05)
        try:
            while self.socket.recv(65536):
                pass
        except OSError:
            pass
        self.socket.settimeout(PATIENCE)

    def answer(self, head, status="200 OK"):
        kept = [line for line in head.split(b"\r\n")[1:]
                if line.startswith((b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:", b"Record-Route:"))]
        kept = [line + b";tag=t" if line.startswith(b"To:") and b";tag=" not in line else line for line in kept]
        data = b"\r\n".join([b"SIP/2.0 " + status.encode()] + kept
                           + [b"Contact: <sip:x@innocent.invalid>", b"Content-Length: 0", b"", b""])
        if self.transport == "UDP":
            self.answers[self.key(head)] = data
            self.answering.add(self)
        self.socket.sendall(data)

    def registers(self, expires=60):
        address = "<sip:%s@localhost>" % self.line
        number, self.number = self.number, None  # From is the line
        self.asks("REGISTER", "sip:localhost", to=address, fields="Expires: %d\r\n" % expires)
        self.number = number
        head = self.answered()
        if expires:
            self.number = head.split(b"P-Associated-URI: <sip:")[1].split(b"@")[0].decode()

    def says(self, other):
        call = "m%d-%d" % (os.getpid(), next(NUMBERS))
        self.asks("MESSAGE", "sip:%s@localhost" % other.number, call=call,
                  fields="Content-Type: text/plain\r\n", body="lunch?")
        other.answer(other.hear(b"MESSAGE", call.encode() + b"\r"))
        self.answered()

    def calls(self, other):
        """The answer to the INVITE; ACK and BYE follow in `hangs_up`."""
        call = "c%d-%d" % (os.getpid(), next(NUMBERS))
        self.asks("INVITE", "sip:%s@localhost" % other.number, call=call)
        other.answer(other.hear(b"INVITE", call.encode() + b"\r"))
        head = self.answered()
        lines = head.decode().split("\r\n")
        to = next(line[4:] for line in lines if line.startswith("To: "))
        routes = [line[14:] for line in lines if line.startswith("Record-Route: ")]
        fields = "".join("Route: %s\r\n" % route for route in reversed(routes))
        cseq = int(next(line for line in lines if line.startswith("CSeq:")).split(" ")[1])
        self.socket.sendall(self.text("ACK", "sip:x@innocent.invalid", to=to, call=call, cseq=cseq, fields=fields))
        other.hear(b"ACK", call.encode() + b"\r")
        return call, to, fields

    def hangs_up(self, other, kept):
        call, to, fields = kept
        self.asks("BYE", "sip:x@innocent.invalid", to=to, call=call, fields=fields)
        other.answer(other.hear(b"BYE", call.encode() + b"\r"))
        self.answered()


def comes_and_goes(source):
    person = Person("newcomer", source, line="Webphone2")
    try:
        person.registers()
        person.registers(0)
    finally:
        person.socket.close()


def percentile(times, share):
    return round(1000 * sorted(times)[min(len(times) - 1, int(len(times) * share))], 3) if times else None


def summary(began, times, lost, why):
    everything = [each for kind in times.values() for each in kind]
    return {"began": began, "answered": len(everything), "lost": lost, "why": why, "p50": percentile(everything, 0.5),
            "p99": percentile(everything, 0.99),
            "kinds": {kind: [percentile(each, 0.5), percentile(each, 0.99)] for kind, each in times.items()}}


def group(own, eve_source):
    """Five people, and what they do by turns."""
    ann, bob = Person("ann", own + "1"), Person("bob", own + "2")
    cat, dan = Person("cat", own + "3", "UDP"), Person("dan", own + "4", "UDP")
    eve = Person("neighbour", eve_source)
    people = [ann, bob, cat, dan, eve]
    for person in people:
        person.registers()
    def call():
        began = time.perf_counter()
        kept = ann.calls(dan)
        yield "call", began
        began = time.perf_counter()
        ann.hangs_up(dan, kept)
        yield "hanging up", began

    def once(kind, do):
        def times():
            began = time.perf_counter()
            do()
            yield kind, began
        return kind, times
    often = [
        once("message over TCP", lambda: ann.says(bob)), once("message over UDP", lambda: cat.says(dan)),
        once("message from TCP to UDP", lambda: bob.says(cat)),
        once("message from the shared address", lambda: eve.says(ann)),
        once("message to the shared address", lambda: ann.says(eve)),
        once("newcomer", lambda: comes_and_goes(own + "5")), ("call", call),
    ]
    seldom = [
        once("refresh over TCP", bob.registers), once("refresh over UDP", dan.registers),
        once("refresh from the shared address", eve.registers),
    ]
    return people, often, seldom


def main():
    groups = [group("%s.%d" % (OWN, number), SHARED) for number in range(1, 7)]
    print("ready", flush=True)
    rounds = 0
    while True:
        times, lost, why = {}, 0, {}
        start = time.time()
        end = time.monotonic() + float(WINDOW)
        while time.monotonic() < end:
            rounds += 1
            for people, often, seldom in groups:
                for kind, do in often + (seldom if rounds % 4 == 0 else []):
                    for person in people:
                        person.waiting, person.answers = b"", {}
                    Person.answering.clear()
                    try:
                        for done, began in do():
                            times.setdefault(done, []).append(time.perf_counter() - began)
                    except (Lost, OSError, RuntimeError, IndexError) as error:
                        lost += 1
                        for person in people:
                            person.forgets()
                        words = "%s: %s" % (kind, error)
                        why[words] = why.get(words, 0) + 1
                    time.sleep(0.002)
        print(json.dumps(summary(start, times, lost, why)), flush=True)


try:
    main()
except BrokenPipeError:
    pass
