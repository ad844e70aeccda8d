"""A peer of the program behind the same exchange: what the exchange lets through."""
from message import Wrong, token
from peer import OFFER, SDP, Dialog
from registrar import Person
from suites import suite

TITLE = "The program, with a raw peer behind its exchange"
case = suite(TITLE)
HELD = OFFER.replace("inactive", "sendonly").replace("- 1 1", "- 1 2")


def answered(peer):
    """The person calls the peer, who takes the call."""
    peer.watches()
    Person().calls(peer.name)
    invite = peer.hears("INVITE")
    peer.answer(invite, 200, "OK", "callee", [("Contact", peer.contact)], SDP, OFFER)
    peer.hears("ACK")
    Person().sees("IN_CALL")
    return Dialog.answered(peer, invite, "callee")


def talks(peer, dialog):
    peer.asks(dialog.text("still talking"), 200)
    Person().sees("mallory said: still talking")


@case("keeps its call through late, doubled and foreign requests, unknown methods and demands")
def in_call(exchange):
    peer = exchange.guest()
    dialog = answered(peer)
    text = dialog.text("said once")
    peer.asks(text, 200)
    peer.asks(text.again(), 200, 482)
    peer.asks(dialog.draft("INFO", 1), 500)
    peer.asks(dialog.draft("DANCE"), 405)
    peer.asks(dialog.draft("MESSAGE").add("Require", "teleport"), 420)
    peer.asks(dialog.draft("BYE").set("To", dialog.remote + "x"), 481)
    peer.asks(dialog.draft("INVITE").carrying(SDP, "nonsense"), 400)
    peer.asks(dialog.draft("MESSAGE").carrying("text/html", "<b>"), 415)
    Person().counts(1, "said once")
    talks(peer, dialog)
    dialog.hangs_up()
    Person().never_sees("IN_CALL")


@case("hangs up on the second of two answers, and passes over what comes after the first")
def forked(exchange):
    peer = exchange.guest()
    peer.watches()
    Person().calls(peer.name)
    invite = peer.hears("INVITE")
    contact = [("Contact", peer.contact)]
    peer.answer(invite, 200, "OK", "first", contact, SDP, OFFER)
    peer.hears("ACK")
    peer.answer(invite, 200, "OK", "first", contact, SDP, OFFER)
    peer.hears("ACK")
    peer.answer(invite, 200, "OK", "second", contact, SDP, OFFER)
    found = [peer.receive() for _ in range(2)]
    if sorted(message.method for message in found) != ["ACK", "BYE"] or any(m.tag("To") != "second" for m in found):
        raise Wrong("the second got %s" % [message.start for message in found])
    peer.answer(next(message for message in found if message.method == "BYE"), 200)
    peer.answer(invite, 603, "Decline", "first")
    talks(peer, Dialog.answered(peer, invite, "first"))


@case("believes no identity that a peer claims")
def claims(exchange):
    peer = exchange.guest()
    dialog = answered(peer)
    for draft in (dialog.text("as somebody else"), peer.message(dialog.number_of_peer, "as somebody else, outside")):
        peer.asks(draft.set("P-Asserted-Identity", '"Echo test" <sip:600@exchange.local>'), 200)
    Person().sees("mallory said: as somebody else")
    Person().never_sees("Echo test said")


@case("refuses to be sent on by a caller outside of a call, and replaces no call of others")
def outside(exchange):
    peer, other = exchange.guest(), exchange.guest(name="eve")
    dialog = answered(peer)
    number = dialog.number_of_peer
    other.asks(other.draft("REFER", other.uri(number)).add("Refer-To", "<sip:600@%s>" % other.domain), 403)
    other.asks(other.invite(number).add("Replaces", token() + ";to-tag=a;from-tag=b"), 481)
    other.asks(other.draft("INFO", other.uri(number)), 481)
    talks(peer, dialog)


@case("is over with a peer that vanished in the middle of a change, and goes on with others")
def vanished(exchange):
    peer = exchange.guest()
    answered(peer)
    Person().presses("C-o")
    peer.hears("INVITE")
    peer.wire.close()
    Person().never_sees("IN_CALL")


@case("proves no password to the other side of a call, whatever realm it names", password=True)
def asked_by_peer(exchange):
    peer = exchange.guest()
    answered(peer)
    challenge = [("Proxy-Authenticate", 'Digest realm="localhost", nonce="n", algorithm=SHA-256, qop="auth"'),
                 ("WWW-Authenticate", 'Digest realm="localhost", nonce="n", algorithm=SHA-256, qop="auth"')]
    Person().types("ask me")
    text = peer.hears("MESSAGE")
    peer.answer(text, 407, "Prove It", fields=challenge)
    Person().presses("C-x")
    bye = peer.hears("BYE")
    peer.answer(bye, 401, "Prove It", fields=challenge)
    for message in (text, bye):
        if message.get("Authorization") or message.get("Proxy-Authorization"):
            raise Wrong("credentials left: %s" % message.fields)
    peer.heard_nothing_else()
