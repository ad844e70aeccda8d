"""SIP messages as text, written from RFC 3261 alone: what is sent may be as wrong as a case wants it."""
import random
import re


def token():
    return "%016x" % random.getrandbits(64)


class Wrong(Exception):
    """What came is not what the RFC wants."""


class Draft:
    """A message before it is sent. Every step gives a new one, so that copies and variations come from one draft."""

    def __init__(self, start, fields, body=b""):
        self.start, self.fields, self.body = start, list(fields), body

    def set(self, name, *values):
        """The field with these values, a line each, where it stood; without values it is left out."""
        found, done = [], False
        for field, value in self.fields:
            if field.lower() != name.lower():
                found.append((field, value))
            elif not done:
                found += [(name, new) for new in values]
                done = True
        if not done:
            found += [(name, new) for new in values]
        return Draft(self.start, found, self.body)

    def add(self, name, value):
        return Draft(self.start, self.fields + [(name, value)], self.body)

    def carrying(self, kind, body):
        body = body.encode() if isinstance(body, str) else body
        return Draft(self.start, self.set("Content-Type", kind).fields, body)

    def starting(self, start):
        return Draft(start, self.fields, self.body)

    def get(self, name):
        return next((value for field, value in self.fields if field.lower() == name.lower()), "")

    @property
    def method(self):
        return self.start.split(" ")[0]

    @property
    def number(self):
        return int(self.get("CSeq").split(" ")[0])

    def again(self):
        """The same by another way: a new branch."""
        return self.set("Via", self.get("Via").split("branch=")[0] + "branch=z9hG4bK" + token())

    def bytes(self):
        fields = self.fields
        if not any(field.lower() in ("content-length", "l") for field, _ in fields):
            fields = fields + [("Content-Length", str(len(self.body)))]
        lines = [self.start] + ["%s: %s" % field for field in fields] + ["", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + self.body


class Message:
    """A message that came. Reading it is strict: the program's own messages have to be right."""

    def __init__(self, head, body):
        lines = head.decode().split("\r\n")
        self.start, self.body, self.fields = lines[0], body, []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            bare = re.sub(r"\\.", "", value)  # what follows a backslash in a quoted string may be any character
            if not colon or not name or name != name.strip() or any(ord(c) < 32 or ord(c) == 127 for c in bare):
                raise Wrong("a header field that is none: %r" % line)
            self.fields.append((name, value.strip()))
        self.lacks = [name for name in ("Via", "From", "To", "Call-ID", "CSeq", "Content-Length") if not self.all(name)]
        if int(self.get("Content-Length") or len(body)) != len(body):
            raise Wrong("%s came with a wrong Content-Length" % self.start)

    def all(self, name):
        return [value for field, value in self.fields if field.lower() == name.lower()]

    def get(self, name):
        return next(iter(self.all(name)), "")

    @property
    def method(self):
        return None if self.start.startswith("SIP/2.0 ") else self.start.split(" ")[0]

    @property
    def status(self):
        return int(self.start.split(" ")[1]) if self.start.startswith("SIP/2.0 ") else None

    @property
    def number(self):
        return int(self.get("CSeq").split(" ")[0])

    def tag(self, name):
        return (self.get(name).split(";tag=") + [""])[1].split(";")[0]

    def answers(self, draft):
        """Whether it belongs to the request: Via, From, Call-ID and CSeq as they were (RFC 3261 §8.2.6.2)."""
        same = all(self.get(name) == draft.get(name) for name in ("Call-ID", "CSeq", "From"))
        branch = draft.get("Via").partition(";branch=")[2].split(";")[0]
        return same and branch in self.get("Via") and self.get("To").startswith(draft.get("To"))


def split(buffer):
    """The first message of a buffer and what is behind it, or (None, buffer) while it is not whole."""
    while buffer.startswith(b"\r\n"):
        buffer = buffer[2:]
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None, buffer
    length = 0
    for line in buffer[:end].split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    whole = end + 4 + length
    if len(buffer) < whole:
        return None, buffer
    return Message(buffer[:end], buffer[end + 4:whole]), buffer[whole:]


def address(field):
    """The URI between the brackets."""
    return field.partition("<")[2].partition(">")[0]
