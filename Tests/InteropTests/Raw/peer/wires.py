"""Bare sockets: TCP, UDP and WebSocket (RFC 6455, RFC 7118) without any library."""
import base64
import os
import socket
import struct

from message import Message, Wrong, split, token

PATIENCE = 15


class Closed(Wrong):
    """The other side ended the connection."""


class Stream:
    transport = "TCP"

    def __init__(self, place, accepted=None):
        self.socket = accepted or socket.create_connection(place, timeout=PATIENCE)
        self.socket.settimeout(PATIENCE)
        self.is_server = accepted is not None
        self.local = "%s:%d" % self.socket.getsockname()
        self.buffer = b""

    def send(self, octets):
        try:
            self.socket.sendall(octets)
        except OSError as error:
            raise Closed(str(error))

    def read(self):
        try:
            octets = self.socket.recv(65536)
        except socket.timeout:
            raise Wrong("nothing came")
        except OSError as error:
            raise Closed(str(error))
        if not octets:
            raise Closed("the connection was ended")
        self.buffer += octets

    def receive(self):
        while True:
            if self.is_server and self.buffer.startswith(b"\r\n\r\n"):
                self.send(b"\r\n")  # the pong (RFC 5626 §4.4.1)
            message, self.buffer = split(self.buffer)
            if message:
                return message
            self.read()

    def ends(self):
        """The other side has to end the connection; what it says before is given back."""
        try:
            while True:
                self.read()
        except Closed:
            return self.buffer

    def close(self):
        self.socket.close()


class Datagrams:
    transport = "UDP"

    def __init__(self, place, bound=None):
        self.socket = bound or socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(PATIENCE)
        self.place = place
        self.is_bound = bound is not None
        if not bound:
            self.socket.connect(place)
        self.local = "%s:%d" % self.socket.getsockname()

    def send(self, octets):
        self.socket.sendto(octets, self.place)

    def receive(self):
        while True:
            try:
                octets, source = self.socket.recvfrom(65536)
            except socket.timeout:
                raise Wrong("nothing came")
            if octets.strip(b"\r\n\0"):
                if self.is_bound:
                    self.place = source
                head, _, body = octets.partition(b"\r\n\r\n")
                return Message(head, body)

    def close(self):
        self.socket.close()


class WebSocket(Stream):
    transport = "WS"

    def __init__(self, place, protocol="sip"):
        super().__init__(place)
        key = base64.b64encode(os.urandom(16)).decode()
        fields = ["GET / HTTP/1.1", "Host: %s:%d" % place, "Upgrade: websocket", "Connection: Upgrade",
                  "Sec-WebSocket-Key: " + key, "Sec-WebSocket-Version: 13"]
        fields += ["Sec-WebSocket-Protocol: " + protocol] if protocol else []
        self.send_raw("\r\n".join(fields + ["", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self.read()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.greeting = head.decode()
        self.local = "%s.invalid" % token()

    def send_raw(self, octets):
        Stream.send(self, octets)

    def send(self, octets):
        self.send_raw(frame(octets))

    def receive(self):
        while True:
            code, payload = self.next_frame()
            if code in (1, 2):
                head, _, body = payload.partition(b"\r\n\r\n")
                return Message(head, body)
            if code == 8:
                raise Closed("good-bye %d" % struct.unpack(">H", payload[:2]))

    def next_frame(self):
        while True:
            found = self.take_frame()
            if found:
                return found
            self.read()

    def take_frame(self):
        if len(self.buffer) < 2:
            return None
        if self.buffer[1] & 0x80:
            raise Wrong("a server masked its frame")
        length, start = self.buffer[1] & 0x7F, 2
        if length >= 126:
            size = 2 if length == 126 else 8
            if len(self.buffer) < 2 + size:
                return None
            length, start = int.from_bytes(self.buffer[2:2 + size], "big"), 2 + size
        if len(self.buffer) < start + length:
            return None
        code, payload = self.buffer[0] & 0x0F, self.buffer[start:start + length]
        self.buffer = self.buffer[start + length:]
        return code, payload


def frame(payload, code=1, final=True, masked=True, reserved=0):
    head = bytes([(0x80 if final else 0) | reserved << 4 | code])
    bit = 0x80 if masked else 0
    if len(payload) < 126:
        head += bytes([bit | len(payload)])
    elif len(payload) < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", len(payload))
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(octet ^ mask[index % 4] for index, octet in enumerate(payload))
