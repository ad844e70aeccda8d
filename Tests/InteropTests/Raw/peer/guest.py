"""Clients of an exchange, registered and not."""
import re

from message import Wrong, token
from peer import SDP, OFFER, Dialog, Peer
from wires import Datagrams, Stream, WebSocket

WIRES = {"tcp": Stream, "udp": Datagrams, "ws": WebSocket}


class Guest(Peer):
    def __init__(self, place, transport="tcp", name="mallory", wire=None):
        super().__init__(wire or WIRES[transport](place), place[0], "Webphone1", name)
        self.registration = token()

    def register_draft(self):
        draft = self.draft("REGISTER", "sip:" + self.domain, '"%s" <sip:Webphone1@%s>' % (self.name, self.domain),
                           self.registration)
        return draft.add("Expires", "60")

    def registers(self):
        self.user = "Webphone1"
        answer = self.asks(self.register_draft(), 200)
        granted = answer.get("P-Associated-URI").partition("sip:")[2]
        self.user, self.asserted = granted.partition("@")[0], '"%s" <sip:%s' % (self.name, granted)
        return self

    def subscription(self, line="Webphone1"):
        return self.draft("SUBSCRIBE", self.uri(line)).add("Event", "presence").add(
            "Accept", "application/pidf+xml").add("Expires", "120")

    def watches(self):
        self.asks(self.subscription(), 200)

    def invite(self, user):
        return self.draft("INVITE", self.uri(user)).carrying(SDP, OFFER)

    def message(self, user, text="?"):
        return self.draft("MESSAGE", self.uri(user)).carrying("text/plain", text)

    def calls(self, user):
        """A call that is answered by whoever has the number."""
        draft = self.invite(user)
        dialog = Dialog.called(self, draft, self.asks(draft, 200))
        dialog.acknowledge()
        return dialog


class Exchange:
    """Where the exchange under test listens."""

    def __init__(self, host, port, websocket=None):
        self.place = (host, port)
        self.websocket = (host, websocket) if websocket else None

    def stranger(self, transport="tcp"):
        return Guest(self.websocket if transport == "ws" else self.place, transport)

    def guest(self, transport="tcp", name="mallory"):
        return Guest(self.websocket if transport == "ws" else self.place, transport, name).registers()

    def serves_on(self):
        """It lives, and serves somebody who comes now."""
        guest = self.guest(name="afterwards")
        dialog = guest.calls("600")
        guest.asks(dialog.text("still there?"), 200)
        echo = guest.hears("MESSAGE")
        if echo.body != b"still there?":
            raise Wrong("the Echo test said %r" % echo.body)
        guest.answer(echo, 200)
        dialog.hangs_up()

    def program_serves_on(self, person):
        """The person's program takes a text, and shows it."""
        guest = self.guest(name="afterwards")
        guest.watches()
        while not guest.lists:
            guest.heard_nothing_else()
        listed = re.search(r"sip:(\d+)@[^<]*</contact>\s*<note>ada<", guest.lists[-1])
        guest.asks(guest.message(listed.group(1) if listed else "601", "shown?"), 200)
        person.sees("shown?")


def together(caller, callee):
    """A call of two raw clients through the exchange, as each of them sees it."""
    invite = caller.invite(callee.user)
    caller.send(invite)
    arrived = callee.hears("INVITE")
    tag = token()
    callee.answer(arrived, 200, "OK", tag, [("Contact", callee.contact)], SDP, OFFER)
    here = Dialog.called(caller, invite, caller.gets(invite, 200))
    here.acknowledge()
    callee.hears("ACK")
    return here, Dialog.answered(callee, arrived, tag)
