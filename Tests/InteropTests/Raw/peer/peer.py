"""A user agent that does what a case tells it, right or wrong."""
from message import Draft, Wrong, address, token

OFFER = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
         "m=audio 9 RTP/AVP 0\r\na=inactive\r\n")
SDP, TEXT = "application/sdp", "text/plain;charset=UTF-8"


class Peer:
    def __init__(self, wire, domain, user, name="mallory"):
        self.wire, self.domain, self.user, self.name = wire, domain, user, name
        self.numbers = 0
        self.lists = []
        self.is_strict = True

    # Sending

    @property
    def identity(self):
        return '"%s" <sip:%s@%s>' % (self.name, self.user, self.domain)

    @property
    def contact(self):
        return "<sip:%s@%s;transport=%s>" % (self.user, self.wire.local, self.wire.transport.lower())

    def via(self):
        return "SIP/2.0/%s %s;rport;branch=z9hG4bK%s" % (self.wire.transport, self.wire.local, token())

    def uri(self, user):
        return "sip:%s@%s" % (user, self.domain)

    def draft(self, method, uri, to=None, call=None, number=None):
        """A whole and legal request, not sent yet; its From has a tag of its own."""
        if number is None:
            self.numbers += 1
            number = self.numbers
        return Draft("%s %s SIP/2.0" % (method, uri), [
            ("Via", self.via()), ("Max-Forwards", "70"), ("From", "%s;tag=%s" % (self.identity, token())),
            ("To", to or "<%s>" % uri), ("Call-ID", call or token()), ("CSeq", "%d %s" % (number, method)),
            ("Contact", self.contact)])

    def send(self, what):
        self.wire.send(what if isinstance(what, bytes) else what.bytes())
        return what

    def answer(self, request, status, reason="Whatever", tag=None, fields=(), kind=None, body=""):
        self.send(self.reply(request, status, reason, tag, fields, kind, body))

    def reply(self, request, status, reason="Whatever", tag=None, fields=(), kind=None, body=""):
        to = request.get("To")
        if tag and ";tag=" not in to:
            to += ";tag=" + tag
        copied = [("Via", via) for via in request.all("Via")]
        copied += [("Record-Route", route) for route in request.all("Record-Route")]
        copied += [("From", request.get("From")), ("To", to), ("Call-ID", request.get("Call-ID")),
                   ("CSeq", request.get("CSeq"))]
        draft = Draft("SIP/2.0 %d %s" % (status, reason), copied + list(fields))
        return draft.carrying(kind, body) if kind else draft

    # Receiving

    def receive(self):
        """The next message for a case; lists and pings are seen to."""
        while True:
            message = self.wire.receive()
            if self.is_strict and message.lacks:
                raise Wrong("%s came without %s" % (message.start, ", ".join(message.lacks)))
            if not self.serve(message):
                return message

    def serve(self, message):
        """What goes on beside a case. True when nothing is left to do."""
        if message.method == "NOTIFY" and message.get("Event").startswith("presence"):
            self.lists.append(message.body.decode())
            self.answer(message, 200)
            return True
        return False

    def final(self, draft):
        """The final response to the request; provisional ones, and an earlier INVITE's 200 again, are passed over."""
        while True:
            message = self.receive()
            if message.status is None:
                raise Wrong("wanted an answer to %s, got: %s" % (draft.start, message.start))
            if message.answers(draft) and message.status >= 200:
                return message
            if message.status >= 300 or message.status >= 200 and not message.get("CSeq").endswith(" INVITE"):
                raise Wrong("wanted an answer to %s, got one to %s: %s" % (
                    draft.start, message.get("CSeq"), message.start))

    def asks(self, draft, *statuses):
        """Sends it and demands one of these final responses; one that is no 2xx to INVITE is acknowledged."""
        self.send(draft)
        return self.gets(draft, *statuses)

    def gets(self, draft, *statuses):
        answer = self.final(draft)
        if draft.method == "INVITE" and answer.status >= 300:
            self.send(self.ack_of_refusal(draft, answer))
        if answer.status not in statuses:
            raise Wrong("%s was answered %s, not %s" % (draft.start, answer.start, " or ".join(map(str, statuses))))
        return answer

    @staticmethod
    def ack_of_refusal(draft, answer):
        """RFC 3261 §17.1.1.3."""
        keep = [field for field in draft.fields if field[0] in ("Via", "From", "Call-ID", "Max-Forwards", "Route")]
        return Draft(draft.start.replace("INVITE", "ACK", 1), keep + [
            ("To", answer.get("To")), ("CSeq", "%d ACK" % draft.number)])

    @staticmethod
    def cancel_of(draft):
        """RFC 3261 §9.1."""
        keep = [field for field in draft.fields
                if field[0] in ("Via", "From", "To", "Call-ID", "Max-Forwards", "Route")]
        return Draft(draft.start.replace("INVITE", "CANCEL", 1), keep + [("CSeq", "%d CANCEL" % draft.number)])

    def hears(self, method):
        """The next message, which has to be a request of this method."""
        message = self.receive()
        if message.method != method:
            raise Wrong("wanted %s, got: %s" % (method, message.start))
        return message

    def provisional(self, draft, status):
        message = self.receive()
        while message.status == 100 and status != 100:
            message = self.receive()
        if message.status != status or not message.answers(draft):
            raise Wrong("wanted %d, got: %s" % (status, message.start))
        return message

    def heard_nothing_else(self):
        """A question of our own is answered next: so all that was sent before it was left unanswered."""
        self.asks(self.draft("OPTIONS", self.probe), 200)

    @property
    def probe(self):
        return "sip:" + self.domain


class Dialog:
    """One side of a dialog (RFC 3261 §12)."""

    def __init__(self, peer, call, local, remote, target, routes, number):
        self.peer, self.call, self.local, self.remote = peer, call, local, remote
        self.target, self.routes, self.number = target, routes, number

    @classmethod
    def called(cls, peer, draft, answer):
        return cls(peer, draft.get("Call-ID"), draft.get("From"), answer.get("To"), address(answer.get("Contact")),
                   list(reversed(answer.all("Record-Route"))), draft.number)

    @classmethod
    def answered(cls, peer, request, tag):
        return cls(peer, request.get("Call-ID"), request.get("To") + ";tag=" + tag, request.get("From"),
                   address(request.get("Contact")), request.all("Record-Route"), 0)

    @property
    def number_of_peer(self):
        return self.remote.partition("sip:")[2].partition("@")[0]

    def draft(self, method, number=None):
        if number is None:
            self.number += 1
            number = self.number
        draft = self.peer.draft(method, self.target, self.remote, self.call, number).set("From", self.local)
        return draft.set("Route", *self.routes) if self.routes else draft

    def text(self, text):
        return self.draft("MESSAGE").carrying(TEXT, text)

    def acknowledge(self, number=None):
        return self.peer.send(self.draft("ACK", self.number if number is None else number))

    def hangs_up(self):
        self.peer.asks(self.draft("BYE"), 200)
