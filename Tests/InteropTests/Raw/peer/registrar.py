"""The program's exchange, played on a bare socket: nothing stands between the program and what a case sends."""
import signal
import socket

from message import Wrong, address, token
from peer import SDP, OFFER, Dialog, Peer
from wires import Datagrams, Stream

LIST = """<?xml version='1.0'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:Webphone1@%s'>%s</presence>"""
TUPLE = ("<tuple id='n%s'><status><basic>open</basic></status><contact>sip:%s@%s</contact><note>%s</note></tuple>")


class Person:
    """Whoever sits at the program's terminal: what they are to do is said to the test, which sends SIGUSR1 when it is
    done."""

    def does(self, verb, words):
        print("PERSON %s %s" % (verb, words), flush=True)
        if not signal.sigtimedwait({signal.SIGUSR1}, 90):
            raise Wrong("nobody did what was asked for")

    def waits(self, text):
        self.does("waits", text)

    def counts(self, number, text):
        """So often the screen shows it."""
        self.does("counts", "%d %s" % (number, text))

    def sees(self, text):
        self.does("sees", text)

    def never_sees(self, text):
        self.does("misses", text)

    def presses(self, key):
        self.does("presses", key)

    def answers(self, key):
        self.does("answers", key)

    def types(self, line):
        self.does("types", line)

    def calls(self, name):
        self.does("calls", name)


class Registrar(Peer):
    """Gives the program the number 1000, and is 1001 on its list."""

    def __init__(self, place, transport):
        self.listener = socket.create_server(place)
        self.datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.datagrams.bind(place)
        super().__init__(Datagrams(None, self.datagrams) if transport == "udp" else None, place[0], "1001")
        self.person = Person()
        self.subscription = None
        self.registered = 0
        self.lists_told = self.lists_taken = 0
        print("LISTENING", flush=True)

    def accepts(self):
        """The program's connection."""
        self.listener.settimeout(20)
        self.wire = Stream(None, self.listener.accept()[0])

    def admits(self):
        """Registers the program and gives it its list."""
        if not self.wire:
            self.accepts()
        self.lists_told = self.lists_taken = 0
        while not self.lists_taken:
            message = self.wire.receive()
            if not self.serve(message):
                raise Wrong("wanted a registration and a subscription, got: " + message.start)
        self.person.sees(self.name)

    def serve(self, message):
        if message.method == "REGISTER":
            self.target = address(message.get("Contact"))
            self.registered += 1
            self.answer(message, 200, "OK", "r", [
                ("Contact", message.get("Contact") + ";expires=3600"),
                ("P-Associated-URI", "<sip:1000@%s>" % self.domain)])
        elif message.method == "SUBSCRIBE":
            if message.get("To").count(";tag=") == 0:
                self.subscription = message
            self.answer(message, 200, "OK", "s", [("Expires", "3600"), ("Contact", "<sip:x@%s>" % self.wire.local)])
            self.lists_told += 1
            self.send(self.notify(self.lists_told))
        elif message.method == "OPTIONS":
            self.answer(message, 200, "OK", "o")
        else:
            taken = message.status == 200 and message.get("CSeq").endswith(" NOTIFY")
            self.lists_taken += taken
            return taken
        return True

    def notify(self, number, people=(("1000", "ada"), ("1001", "mallory"))):
        watched = self.subscription
        body = LIST % (self.domain, "".join(TUPLE % (who, who, self.domain, name) for who, name in people))
        draft = self.draft("NOTIFY", address(watched.get("Contact")), watched.get("From"), watched.get("Call-ID"),
                           number)
        draft = draft.set("From", watched.get("To") + ";tag=s").add("Event", "presence")
        return draft.add("Subscription-State", "active;expires=3600").carrying("application/pidf+xml", body)

    def draft(self, method, uri, to=None, call=None, number=None):
        asserted = '"%s" <sip:%s@%s>' % (self.name, self.user, self.domain)
        return super().draft(method, uri, to, call, number).add("P-Asserted-Identity", asserted)

    def request(self, method):
        return self.draft(method, self.target, "<sip:1000@%s>" % self.domain)

    def message(self, text="?"):
        return self.request("MESSAGE").carrying("text/plain", text)

    def invite(self):
        return self.request("INVITE").carrying(SDP, OFFER)

    @property
    def probe(self):
        return self.target

    def rings(self, invite=None):
        """An INVITE, sent, that rings at the program."""
        invite = self.send(invite or self.invite())
        self.provisional(invite, 180)
        return invite

    def calls(self, invite=None):
        """A call that the person accepts."""
        invite = self.rings(invite)
        self.person.sees("number 1001, asks")
        self.person.answers("Enter")
        dialog = Dialog.called(self, invite, self.gets(invite, 200))
        dialog.acknowledge()
        self.person.sees("IN_CALL")
        return dialog

    def is_called(self):
        """The INVITE of the person's own call."""
        self.person.calls(self.name)
        return self.hears("INVITE")

    def accepts_call(self, invite, tag="callee", fields=()):
        self.answer(invite, 200, "OK", tag, [("Contact", self.contact)] + list(fields), SDP, OFFER)
        ack = self.hears("ACK")
        self.person.sees("IN_CALL")
        dialog = Dialog.answered(self, invite, tag)
        if ack.number != invite.number:
            raise Wrong("the ACK has another number than its INVITE")
        return dialog

    def talks(self, dialog, text="still talking"):
        """The call goes on: a text is taken and shown."""
        self.asks(dialog.text(text), 200)
        self.person.sees("%s said: %s" % (self.name, text))

    def serves_on(self):
        self.asks(self.request("OPTIONS"), 200)
        self.asks(self.message("still here"), 200)
        self.person.sees(": still here")
