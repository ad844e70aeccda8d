"""What the exchange costs: CPU for each thing it does, memory for each client, counted on its process."""
import atexit
import re
import selectors
import socket
import subprocess
import time

HOST, PORT = "127.0.0.1", 27778
LENGTH = re.compile(rb"\r\nContent-Length: *(\d+)", re.I)


class Client:
    """A SIP client on a TCP socket that knows just enough to make an exchange work."""
    count = 0

    def __init__(self, line):
        Client.count += 1
        self.id = Client.count
        self.line = line
        self.socket = socket.create_connection((HOST, PORT))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.local = "%s:%d" % self.socket.getsockname()
        self.buffer = b""
        self.cseq = 0
        self.number = None
        self.notified = 0
        self.seen = b""

    def request(self, method, uri, to, call, user, extra="", body=b"", cseq=None):
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        return ("%s %s SIP/2.0\r\nVia: SIP/2.0/TCP %s;branch=z9hG4bK%d.%d.%s;rport\r\nMax-Forwards: 70\r\n"
                'From: "client %d" <sip:%s@%s>;tag=t%d\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\n'
                "Contact: <sip:c%d@%s;transport=tcp>\r\n%sContent-Length: %d\r\n\r\n"
                % (method, uri, self.local, self.id, cseq, method, self.id, user, HOST, self.id, to, call, cseq, method,
                   self.id, self.local, extra, len(body))).encode() + body

    def register(self):
        return self.request("REGISTER", "sip:" + HOST, "<sip:%s@%s>" % (self.line, HOST), "reg%d" % self.id, self.line,
                            "Expires: 60\r\n")

    def subscribe(self):
        uri = "sip:%s@%s" % (self.line, HOST)
        return self.request("SUBSCRIBE", uri, "<%s>" % uri, "sub%d" % self.id, self.number,
                            "Event: presence\r\nAccept: application/pidf+xml\r\nExpires: 3600\r\n")

    def receive(self):
        """What came, as (start line, head, body); NOTIFYs are answered and only counted."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise SystemExit("the exchange closed a connection")
        self.buffer += data
        found, answers, at = [], [], 0
        while True:
            end = self.buffer.find(b"\r\n\r\n", at)
            if end < 0:
                break
            head = self.buffer[at:end]
            length = int(LENGTH.search(head + b"\r\n").group(1))
            if len(self.buffer) < end + 4 + length:
                break
            body = self.buffer[end + 4:end + 4 + length]
            at = end + 4 + length
            start = head[:head.find(b"\r\n")]
            if start.startswith(b"NOTIFY"):
                self.notified += 1
                self.seen = body
                answers.append(ok(head))
            else:
                found.append((start, head, body))
        self.buffer = self.buffer[at:]
        if answers:
            self.socket.sendall(b"".join(answers))
        return found


def ok(head, status=b"200 OK", extra=b""):
    """A response to a request, made of its own fields."""
    kept = [line for line in head.split(b"\r\n")[1:]
            if line.lower().startswith((b"via:", b"from:", b"to:", b"call-id:", b"cseq:", b"record-route:"))]
    kept = [line + b";tag=z" if line.lower().startswith(b"to:") and b";tag=" not in line else line for line in kept]
    return b"\r\n".join([b"SIP/2.0 " + status] + kept) + b"\r\n" + extra + b"Content-Length: 0\r\n\r\n"


def field(head, name):
    for line in head.split(b"\r\n"):
        if line.lower().startswith(name + b":"):
            return line[len(name) + 1:].strip().decode()
    return ""


def fields(head, name):
    return [line[len(name) + 1:].strip().decode() for line in head.split(b"\r\n") if line.lower().startswith(name + b":")]


class Crowd:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.clients = []

    def join(self, lines, each):
        for line in lines:
            for _ in range(each):
                client = Client(line)
                self.clients.append(client)
                self.selector.register(client.socket, selectors.EVENT_READ, client)

    def all(self, make, done, clients=None):
        """Each client sends what `make` says; returns when `done` holds for each final answer counted."""
        clients = clients or self.clients
        waiting = set()
        for client in clients:
            client.socket.sendall(make(client))
            waiting.add(client.id)
        while waiting:
            ready = self.selector.select(5)
            if not ready:
                raise SystemExit("%d clients wait in vain" % len(waiting))
            for key, _ in ready:
                for start, head, body in key.data.receive():
                    if done(key.data, start, head):
                        waiting.discard(key.data.id)

    def quiet(self, seconds):
        while True:
            ready = self.selector.select(seconds)
            if not ready:
                return
            for key, _ in ready:
                key.data.receive()


def registered(client, start, head):
    if not start.startswith(b"SIP/2.0 2"):
        raise SystemExit("not registered: %r" % start)
    client.number = re.search(rb"P-Associated-URI: <sip:(\d+)@", head).group(1).decode()
    return True


def exchange(program, lines):
    command = [program, "exchange", "--listen", "%s:%d" % (HOST, PORT)]
    for line in lines:
        command += ["--line", line]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    if not process.stdout.readline().startswith("Listening"):
        raise SystemExit("the exchange did not start")
    return process


def pump(clients, make, count, window, complete):
    """Sends `count` requests from one client, at most `window` unanswered; `complete` says how many a receipt settles."""
    sent = settled = 0
    selector = selectors.DefaultSelector()
    for client in clients:
        selector.register(client.socket, selectors.EVENT_READ, client)
    while settled < count:
        burst = []
        while sent < count and sent - settled < window:
            burst.append(make(sent))
            sent += 1
        if burst:
            clients[0].socket.sendall(b"".join(burst))
        ready = selector.select(5)
        if not ready:
            raise SystemExit("%d of %d requests wait in vain" % (count - settled, count))
        for key, _ in ready:
            for start, head, body in key.data.receive():
                settled += complete(key.data, start, head)


def costs(program, row, cpu):
    process = exchange(program, ["Webphone1"])
    crowd = Crowd()
    crowd.join(["Webphone1"], 2)
    crowd.all(Client.register, registered)
    crowd.all(Client.subscribe, lambda client, start, head: start.startswith(b"SIP/2.0 2"))
    crowd.quiet(0.5)
    caller, callee = crowd.clients

    def answered(client, start, head):
        return 1 if start.startswith(b"SIP/2.0 2") else 0

    count = 20_000
    before = cpu(process.pid)
    pump([caller], lambda i: caller.register(), count, 100, answered)
    row("exchange: CPU for a REGISTER refresh", (cpu(process.pid) - before) / count * 1e6, "us", None, "<= 60 us")

    target = "sip:%s@%s" % (callee.number, HOST)

    def relayed(client, start, head):
        if start.startswith(b"MESSAGE"):
            client.socket.sendall(ok(head))
            return 0
        return answered(client, start, head)

    before = cpu(process.pid)
    pump([caller, callee], lambda i: caller.request(
        "MESSAGE", target, "<%s>" % target, "m%d" % i, caller.number, "Content-Type: text/plain\r\n", b"a line of talk"),
        count, 100, relayed)
    row("exchange: CPU for a MESSAGE relayed", (cpu(process.pid) - before) / count * 1e6, "us", None, "<= 60 us")

    def call(client, start, head):
        if start.startswith(b"INVITE"):
            contact = ("Contact: <sip:c@%s;transport=tcp>\r\n" % client.local).encode()
            client.socket.sendall(ok(head, b"180 Ringing") + ok(head, extra=contact))
        elif start.startswith(b"BYE"):
            client.socket.sendall(ok(head))
        elif start.startswith(b"SIP/2.0 200") and b"INVITE" in field(head, b"cseq").encode():
            routes = "".join("Route: %s\r\n" % route for route in reversed(fields(head, b"record-route")))
            contact = field(head, b"contact").split("<")[1].split(">")[0]
            number = int(field(head, b"cseq").split(" ")[0])
            inside = dict(uri=contact, to=field(head, b"to"), call=field(head, b"call-id"), user=client.number, extra=routes)
            client.socket.sendall(client.request("ACK", cseq=number, **inside) + client.request("BYE", **inside))
        elif start.startswith(b"SIP/2.0 200") and b"BYE" in field(head, b"cseq").encode():
            return 1
        return 0

    calls = 4_000
    before = cpu(process.pid)
    pump([caller, callee], lambda i: caller.request("INVITE", target, "<%s>" % target, "c%d" % i, caller.number), calls, 20, call)
    row("exchange: CPU for a call (INVITE, 180, 200, ACK, BYE, 200)", (cpu(process.pid) - before) / calls * 1e6, "us", None, "<= 300 us")
    process.kill()
    process.wait()


def crowd(program, row, cpu, pss):
    lines = ["line%d" % i for i in range(100)]
    process = exchange(program, lines)
    empty = pss(process.pid)
    people = Crowd()
    begun = time.perf_counter()
    people.join(lines, 50)
    people.all(Client.register, registered)
    people.all(Client.subscribe, lambda client, start, head: start.startswith(b"SIP/2.0 2"))
    people.quiet(1.0)
    taken = time.perf_counter() - begun - 1.0
    # All of their line, and the Echo test.
    short = [client for client in people.clients if client.seen.count(b"<tuple") != 51]
    if short:
        raise SystemExit("%d clients were not shown all of their line; one saw %r" % (len(short), short[0].seen))
    row("exchange: 5,000 clients on 100 lines registered, all lists whole", taken, "s")
    row("exchange: memory for each connected, watching client", (pss(process.pid) - empty) * 1024 / len(people.clients), "kB", None, "<= 20 kB")
    leaver, watcher = people.clients[0], people.clients[1]
    before, begun = watcher.notified, time.perf_counter()
    people.selector.unregister(leaver.socket)
    leaver.socket.close()
    while watcher.notified == before:
        watcher.receive()
    row("exchange: a lost connection told to the line", (time.perf_counter() - begun) * 1e3, "ms", None, "<= 200 ms")
    process.kill()
    process.wait()


def run(program, row, cpu, pss):
    costs(program, row, cpu)
    crowd(program, row, cpu, pss)
