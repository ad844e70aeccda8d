"""The other side of the wire for the benchmarks: an exchange with one client, or a server of plain lines for the yardstick.

peer.py sip|lines     listens on a free loopback port, prints it, then obeys commands on standard input, each answered
                      by one line: invite | blast COUNT PER_SECOND (0: as fast as it goes) | quit
"""
import os
import select
import socket
import sys
import time

DOMAIN = "127.0.0.1"
CALLER = "1002"
PRESENCE = (
    "<?xml version='1.0' encoding='UTF-8'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:Webphone1@%s'>"
    "<tuple id='n1001'><status><basic>open</basic></status><contact>sip:1001@%s</contact><note>bench</note></tuple>"
    "<tuple id='n1002'><status><basic>open</basic></status><contact>sip:1002@%s</contact><note>caller</note></tuple>"
    "</presence>" % (DOMAIN, DOMAIN, DOMAIN))


class Lines:
    """Each line is a message; `ok` answers it."""
    answer = b"ok\n"

    def __init__(self, peer):
        self.peer = peer

    def serve(self, _):
        pass

    def invite(self):
        pass

    def message(self, number, text):
        return b"caller said: %s\n" % text


OFFER = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\na=inactive\r\n"


class Sip:
    answer = b"SIP/2.0 200 "

    def __init__(self, peer):
        self.peer = peer
        self.buffer = b""
        self.cseq = 1
        self.number = 0
        self.to_tag = None
        self.target = None

    def serve(self, data):
        """Answers what a client asks of its exchange; remembers its side of the call."""
        self.buffer += data
        while True:
            if self.buffer.startswith(b"\r\n\r\n"):
                self.peer.sendall(b"\r\n")  # a keep-alive, RFC 5626
            self.buffer = self.buffer.lstrip(b"\r\n")
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].decode()
            fields = [line.split(":", 1) for line in head.split("\r\n")[1:]]
            get = lambda name: next((v.strip() for k, v in fields if k.strip().lower() == name), "")
            length = int(get("content-length") or 0)
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length:]
            start = head.split("\r\n")[0]
            if start.startswith(("REGISTER", "SUBSCRIBE", "OPTIONS")):
                self.respond(start, get)
            elif start.startswith("SIP/2.0 200") and "INVITE" in get("cseq"):
                self.to = get("to")
                self.target = get("contact").split("<")[1].split(">")[0]
                self.peer.sendall(self.request("ACK", 1, b""))

    def respond(self, start, get):
        to = get("to") if ";tag=" in get("to") else get("to") + ";tag=x"
        lines = ["SIP/2.0 200 OK", "Via: " + get("via"), "From: " + get("from"), "To: " + to,
                 "Call-ID: " + get("call-id"), "CSeq: " + get("cseq")]
        if start.startswith("REGISTER"):
            lines += ["P-Associated-URI: <sip:1001@%s>" % DOMAIN, "Contact: %s;expires=3600" % get("contact").split(";exp")[0],
                      "Expires: 3600"]
        if start.startswith("SUBSCRIBE"):
            lines += ["Expires: 3600", "Contact: <sip:Webphone1@%s>" % DOMAIN]
        self.peer.sendall("\r\n".join(lines + ["Content-Length: 0", "", ""]).encode())
        if start.startswith("SUBSCRIBE"):
            body = PRESENCE.encode()
            contact = get("contact").split("<")[1].split(">")[0]
            self.peer.sendall("\r\n".join([
                "NOTIFY %s SIP/2.0" % contact, "Via: SIP/2.0/TCP %s:%d;branch=z9hG4bKn" % self.peer.getsockname(),
                "Max-Forwards: 70", "From: " + to, "To: " + get("from"), "Call-ID: " + get("call-id"), "CSeq: 1 NOTIFY",
                "Event: presence", "Subscription-State: active;expires=3600", "Contact: <sip:Webphone1@%s>" % DOMAIN,
                "Content-Type: application/pidf+xml", "Content-Length: %d" % len(body), "", ""]).encode() + body)

    def request(self, method, cseq, body):
        self.number += 1
        to = getattr(self, "to", "<sip:1001@%s>" % DOMAIN)
        head = [
            "%s %s SIP/2.0" % (method, self.target or "sip:1001@%s" % DOMAIN),
            "Via: SIP/2.0/TCP %s:%d;branch=z9hG4bKb%d;rport" % (self.peer.getsockname() + (self.number,)),
            "Max-Forwards: 69", 'From: "caller" <sip:%s@%s>;tag=callertag' % (CALLER, DOMAIN), "To: " + to,
            "Call-ID: benchcall@%s" % DOMAIN, "CSeq: %d %s" % (cseq, method),
            "Contact: <sip:%s@%s>" % (CALLER, DOMAIN), 'P-Asserted-Identity: "caller" <sip:%s@%s>' % (CALLER, DOMAIN)]
        if body:
            head.append("Content-Type: " + ("application/sdp" if method == "INVITE" else "text/plain;charset=UTF-8"))
        return "\r\n".join(head + ["Content-Length: %d" % len(body), "", ""]).encode() + body

    def invite(self):
        self.peer.sendall(self.request("INVITE", 1, OFFER))
        while not hasattr(self, "to"):
            self.serve(self.peer.recv(65536))

    def message(self, number, text):
        self.cseq += 1
        return self.request("MESSAGE", self.cseq, text)


def blast(protocol, first, count, rate):
    """Sends `count` messages and waits for as many answers; returns the seconds it took."""
    peer = protocol.peer
    ready = [protocol.message(first + i, b"message %d of the benchmark, as long as a line of talk is" % (first + i))
             for i in range(count)]
    peer.setblocking(False)
    begun = time.perf_counter()
    sent, answered, out, tail = 0, 0, b"", b""
    while answered < count:
        due = count if rate == 0 else min(count, int((time.perf_counter() - begun) * rate) + 1)
        due = min(due, answered + 20_000)
        if not out and sent < due:
            upto = min(due, sent + 200)
            out = b"".join(ready[sent:upto])
            sent = upto
        readable, writable, _ = select.select([peer], [peer] if out else [], [], 0.001)
        if writable:
            out = out[peer.send(out):]
        if readable:
            data = tail + peer.recv(1 << 20)
            answered += data.count(protocol.answer)
            keep = len(protocol.answer) - 1
            tail = b"" if data.endswith(protocol.answer) else data[-keep:]
    peer.setblocking(True)
    return time.perf_counter() - begun


def main():
    listener = socket.create_server((DOMAIN, 0))
    print(listener.getsockname()[1], flush=True)
    peer, _ = listener.accept()
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    protocol = Sip(peer) if sys.argv[1] == "sip" else Lines(peer)
    total = 0
    while True:
        readable, _, _ = select.select([peer, sys.stdin], [], [])
        if peer in readable:
            data = peer.recv(65536)
            if not data:
                return
            protocol.serve(data)
        if sys.stdin in readable:
            words = os.read(0, 4096).decode().split()
            if not words or words[0] == "quit":
                return
            if words[0] == "invite":
                protocol.invite()
                print("in call", flush=True)
            if words[0] == "blast":
                taken = blast(protocol, total, int(words[1]), int(words[2]))
                total += int(words[1])
                print("%.6f" % taken, flush=True)


main()
