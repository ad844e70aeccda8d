#!/usr/bin/env python3
"""A SIP client on a bare TCP socket that shares no code with Partyline: what it takes and sends is the wire itself.

raw-client.py HOST PORT answer NAME          registers, takes one call, writes back what it hears, until BYE
raw-client.py HOST PORT call NAME NUMBER     registers, calls NUMBER, says one line, hangs up when it heard one
raw-client.py HOST PORT rude                 breaks the rules in turn, and says what was answered

Each step is a line on standard output; a wrong step ends it with exit status 1 and the reason.
"""
import random
import socket
import sys

TIMEOUT = 20


def token():
    return "%016x" % random.getrandbits(64)


class Message:
    def __init__(self, head, body):
        lines = head.decode().split("\r\n")
        self.start = lines[0]
        self.fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        self.body = body

    def all(self, name):
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def get(self, name):
        found = self.all(name)
        return found[0] if found else ""

    @property
    def method(self):
        return None if self.start.startswith("SIP/2.0") else self.start.split(" ")[0]

    @property
    def status(self):
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0") else None


class Client:
    def __init__(self, host, port, name):
        self.domain = host
        self.name = name
        self.socket = socket.create_connection((host, port), timeout=TIMEOUT)
        self.local = "%s:%d" % self.socket.getsockname()
        self.buffer = b""
        self.number = None
        self.cseq = 0
        self.tag = token()
        self.registration = token()
        self.kept = []

    def receive(self):
        """The next message; NOTIFYs are answered and their bodies kept aside."""
        while True:
            while self.buffer.startswith(b"\r\n"):
                self.buffer = self.buffer[2:]
            end = self.buffer.find(b"\r\n\r\n")
            if end >= 0:
                head = self.buffer[:end]
                length = 0
                for line in head.split(b"\r\n")[1:]:
                    field, value = line.split(b":", 1)
                    if field.strip().lower() in (b"content-length", b"l"):
                        length = int(value)
                if len(self.buffer) >= end + 4 + length:
                    message = Message(head, self.buffer[end + 4:end + 4 + length])
                    self.buffer = self.buffer[end + 4 + length:]
                    if message.method == "NOTIFY":
                        self.kept.append(message.body.decode())
                        self.respond(message, 200, "OK")
                        continue
                    return message
            data = self.socket.recv(65536)
            if not data:
                raise SystemExit("the exchange closed the connection")
            self.buffer += data

    def expect(self, *statuses):
        """The next final response, which must have one of the statuses."""
        while True:
            message = self.receive()
            if message.status is None:
                raise SystemExit("wanted a response, got: " + message.start)
            if message.status >= 200:
                if message.status not in statuses:
                    raise SystemExit("wanted %s, got: %s" % (statuses, message.start))
                return message

    def send(self, start, fields, body=b""):
        lines = [start] + ["%s: %s" % field for field in fields] + ["Content-Length: %d" % len(body), "", ""]
        self.socket.sendall("\r\n".join(lines).encode() + body)

    def request(self, method, uri, to, call, user=None, cseq=None, extra=(), body=b""):
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        user = user or self.number
        self.send("%s %s SIP/2.0" % (method, uri), [
            ("Via", "SIP/2.0/TCP %s;branch=z9hG4bK%s;rport" % (self.local, token())),
            ("Max-Forwards", "70"),
            ("From", '"%s" <sip:%s@%s>;tag=%s' % (self.name, user, self.domain, self.tag)),
            ("To", to),
            ("Call-ID", call),
            ("CSeq", "%d %s" % (cseq, method)),
            ("Contact", "<sip:%s@%s;transport=tcp>" % (user, self.local)),
        ] + list(extra), body)

    def respond(self, request, status, reason, extra=(), body=b""):
        to = request.get("To")
        if status > 100 and ";tag=" not in to:
            to += ";tag=" + self.tag
        fields = [("Via", via) for via in request.all("Via")]
        fields += [("Record-Route", route) for route in request.all("Record-Route")]
        fields += [("From", request.get("From")), ("To", to), ("Call-ID", request.get("Call-ID")),
                   ("CSeq", request.get("CSeq"))]
        self.send("SIP/2.0 %d %s" % (status, reason), fields + list(extra), body)

    def register(self, line="Webphone1"):
        address = "<sip:%s@%s>" % (line, self.domain)
        self.request("REGISTER", "sip:" + self.domain, '"%s" %s' % (self.name, address), self.registration,
                     user=line, extra=[("Expires", "60")])
        answer = self.expect(200)
        self.number = answer.get("P-Associated-URI").split("sip:")[1].split("@")[0]
        print("REGISTERED", self.number, flush=True)
        self.request("SUBSCRIBE", "sip:%s@%s" % (line, self.domain), address, token(), extra=[
            ("Event", "presence"), ("Accept", "application/pidf+xml"), ("Expires", "120")])
        self.expect(200)
        print("SUBSCRIBED", flush=True)


def inside(client, call, dialog, method, body=b"", cseq=None):
    """A request inside a dialog, along the route set the other side recorded."""
    extra = [("Route", route) for route in dialog["routes"]]
    if body:
        extra.append(("Content-Type", "text/plain;charset=UTF-8"))
    client.request(method, dialog["target"], dialog["to"], call, cseq=cseq, extra=extra, body=body)


def uri_of(contact):
    return contact.split("<")[1].split(">")[0]


OFFER = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\na=inactive\r\n"


def answer(client):
    client.register()
    invite = client.receive()
    while invite.method != "INVITE":
        invite = client.receive()
    print("INVITED by", invite.get("P-Asserted-Identity"), flush=True)
    client.respond(invite, 180, "Ringing")
    contact = [("Contact", "<sip:%s@%s;transport=tcp>" % (client.number, client.local))]
    client.respond(invite, 200, "OK", extra=contact)
    # The UAS's side of the dialog: the other's From is its To, and its own tag is in its From.
    dialog = {"routes": invite.all("Record-Route"), "target": uri_of(invite.get("Contact")), "to": invite.get("From")}
    call = invite.get("Call-ID")
    while True:
        message = client.receive()
        if message.method == "ACK":
            print("ACKED", flush=True)
        elif message.method == "MESSAGE":
            text = message.body.decode()
            print("HEARD", text, flush=True)
            client.respond(message, 200, "OK")
            inside(client, call, dialog, "MESSAGE", ("you wrote: " + text).encode())
        elif message.method == "BYE":
            client.respond(message, 200, "OK")
            print("BYE", flush=True)
            return
        elif message.status is not None:
            print("ANSWERED", message.status, flush=True)


def call(client, number):
    client.register()
    name = token()
    target = "sip:%s@%s" % (number, client.domain)
    client.request("INVITE", target, "<%s>" % target, name, extra=[("Content-Type", "application/sdp")], body=OFFER)
    cseq = client.cseq
    answer = client.expect(200)
    dialog = {"routes": list(reversed(answer.all("Record-Route"))), "target": uri_of(answer.get("Contact")),
              "to": answer.get("To")}
    inside(client, name, dialog, "ACK", cseq=cseq)
    print("IN CALL", flush=True)
    inside(client, name, dialog, "MESSAGE", "grüße von der Leitung".encode())
    while True:
        message = client.receive()
        if message.method == "MESSAGE":
            client.respond(message, 200, "OK")
            print("HEARD", message.body.decode(), flush=True)
            inside(client, name, dialog, "BYE")
        elif message.status is not None:
            print("ANSWERED", message.status, message.get("CSeq").split(" ")[1], flush=True)
            if message.get("CSeq").endswith("BYE"):
                return
        elif message.method == "BYE":
            client.respond(message, 200, "OK")
            return


def rude(client):
    somebody = "sip:600@" + client.domain

    def attempt(what, *statuses):
        print("%s: %d" % (what, client.expect(*statuses).status), flush=True)

    client.request("MESSAGE", somebody, "<%s>" % somebody, token(), user="1000", body=b"unregistered")
    attempt("message before registering", 403)
    client.request("REGISTER", "sip:" + client.domain, "<sip:Nowhere@%s>" % client.domain, token(), user="Nowhere")
    attempt("unknown line", 404)
    client.register()
    client.request("INVITE", somebody, "<%s>" % somebody, token(), user="600")
    attempt("another number's name", 403)
    client.request("MESSAGE", "sip:9999999@" + client.domain, "<sip:9999999@%s>" % client.domain, token(), body=b"?")
    attempt("nobody's number", 404)
    client.request("BYE", somebody, "<%s>;tag=none" % somebody, token())
    attempt("a dialog that never was", 403, 404, 481)
    client.send("OPTIONS %s SIP/2.0" % somebody, [
        ("Via", "SIP/2.0/TCP %s;branch=z9hG4bK%s" % (client.local, token())), ("From", "<sip:x@y>;tag=1"),
        ("To", "<sip:x@y>"), ("Call-ID", token()), ("CSeq", "not a number OPTIONS"), ("Max-Forwards", "70")])
    attempt("a CSeq that is no number", 400)
    client.request("OPTIONS", "sip:" + client.domain, "<sip:%s>" % client.domain, token())
    attempt("still served", 200)


def main():
    host, port, scenario = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    client = Client(host, port, sys.argv[4] if len(sys.argv) > 4 else "raw")
    if scenario == "answer":
        answer(client)
    elif scenario == "call":
        call(client, sys.argv[5])
    elif scenario == "rude":
        rude(client)
    else:
        raise SystemExit(__doc__)
    print("DONE", flush=True)


main()
