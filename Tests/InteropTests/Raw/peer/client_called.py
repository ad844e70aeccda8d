"""A peer that is called by the program, and answers as nobody should."""
from message import Wrong
from peer import OFFER, SDP
from suites import suite
from wires import Closed

TITLE = "The program, whose exchange is a raw peer"
case = suite(TITLE)


@case("drops answers with another branch, another method or a second Via, and takes the right one")
def unmatched(peer):
    invite = peer.is_called()
    wrong = peer.reply(invite, 603, "Decline", "t")
    via = invite.get("Via")
    for response in (wrong.set("Via", via.replace("branch=z9hG4bK", "branch=z9hG4bKno")),
                     wrong.set("CSeq", "%d MESSAGE" % invite.number),
                     wrong.set("Via", via, "SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKother"), wrong.set("Via"),
                     wrong.set("CSeq"), wrong.starting("SIP/2.0 700 Beyond"), wrong.starting("SIP/2.0 60 Below")):
        peer.send(response)
    peer.answer(invite, 180, "Ringing", "callee")
    peer.talks(peer.accepts_call(invite))


@case("acknowledges each copy of a 200, and hangs up on a fork that answers second")
def forks(peer):
    invite = peer.is_called()
    dialog = peer.accepts_call(invite)
    for _ in range(2):
        peer.answer(invite, 200, "OK", "callee", [("Contact", peer.contact)], SDP, OFFER)
        if peer.hears("ACK").tag("To") != "callee":
            raise Wrong("the copy was not acknowledged")
    for _ in range(2):
        peer.answer(invite, 200, "OK", "other", [("Contact", peer.contact)], SDP, OFFER)
    others = [peer.receive() for _ in range(3)]
    if sorted(message.method for message in others) != ["ACK", "ACK", "BYE"]:
        raise Wrong("the second answer got %s" % [message.start for message in others])
    if any(message.tag("To") != "other" for message in others):
        raise Wrong("the wrong one was hung up on")
    peer.answer(next(message for message in others if message.method == "BYE"), 481)
    peer.answer(invite, 603, "Decline", "third")
    peer.talks(dialog)


@case("takes a refusal that comes after the answer, and further provisional ones, for what they are: late")
def late(peer):
    invite = peer.is_called()
    dialog = peer.accepts_call(invite)
    for status in (180, 183, 486, 302, 401):
        peer.answer(invite, status, "Late", "callee")
    peer.talks(dialog)


@case("takes a call back only after a provisional answer, and hangs up on an answer that crosses its CANCEL")
def crossing(peer):
    invite = peer.is_called()
    peer.person.sees("You have sent a chat request")
    peer.person.presses("Escape")
    peer.heard_nothing_else()
    peer.answer(invite, 180, "Ringing", "callee")
    cancel = peer.hears("CANCEL")
    if cancel.get("Via") != invite.get("Via") or cancel.get("Require") or cancel.number != invite.number:
        raise Wrong("the CANCEL is not its INVITE's: %s" % cancel.fields)
    peer.answer(cancel, 481)
    peer.answer(invite, 200, "OK", "callee", [("Contact", peer.contact)], SDP, OFFER)
    peer.hears("ACK")
    peer.answer(peer.hears("BYE"), 200)
    peer.person.never_sees("IN_CALL")


@case("acknowledges reliable provisional answers in their order only: no copy, no gap, none without a number")
def reliable(peer):
    invite = peer.is_called()

    def ring(number):
        fields = [("Contact", peer.contact), ("Require", "100rel")] + ([("RSeq", str(number))] if number else [])
        peer.answer(invite, 183, "Progress", "callee", fields)

    ring(10)
    prack = peer.hears("PRACK")
    if prack.get("RAck") != "10 %d INVITE" % invite.number or prack.tag("To") != "callee":
        raise Wrong("acknowledged as " + prack.get("RAck"))
    peer.answer(prack, 200)
    for number in (10, 12, 9, 0, 4294967296):
        ring(number)
    ring(11)
    prack = peer.hears("PRACK")
    if prack.get("RAck") != "11 %d INVITE" % invite.number:
        raise Wrong("acknowledged out of order: " + prack.get("RAck"))
    peer.answer(prack, 200)
    peer.talks(peer.accepts_call(invite))


@case("follows no redirection unasked, none to what is no telephone, and not a hundred")
def redirections(peer):
    invite = peer.is_called()
    peer.answer(invite, 302, "Moved", "callee", [("Contact", "<mailto:a@b>")])
    peer.hears("ACK")
    peer.heard_nothing_else()
    peer.person.presses("Enter")
    invite = peer.hears("INVITE")
    contacts = [("Contact", "<mailto:a@b>"), ("Contact", "<http://x/>"), ("Contact", "<sip:1002@%s>" % peer.domain)]
    contacts += [("Contact", "<sip:%d@elsewhere.example>" % number) for number in range(100)]
    peer.answer(invite, 302, "Moved", "callee", contacts)
    peer.hears("ACK")
    peer.person.sees("Sent on")
    peer.heard_nothing_else()
    peer.person.answers("Escape")
    peer.heard_nothing_else()


@case("asks for a longer session timer as often as 422 makes sense, and then gives up")
def refused_timers(peer):
    invite = peer.is_called()
    seconds, asked = 120, 1
    while asked < 30:
        peer.answer(invite, 422, "Interval Too Small", "t%d" % asked, [("Min-SE", str(seconds))])
        peer.hears("ACK")
        peer.send(peer.request("OPTIONS"))
        message = peer.receive()
        if message.status == 200:
            break
        if message.method != "INVITE" or message.number <= invite.number:
            raise Wrong("got " + message.start)
        invite, asked = message, asked + 1
        peer.receive()
    if asked > 10:
        raise Wrong("asked %d times" % asked)


@case("gives nobody credentials that it has not, whoever asks with 401 or 407, inside of a call and outside")
def challenged(peer):
    invite = peer.is_called()
    challenge = 'Digest realm="elsewhere.example", nonce="n", algorithm=SHA-256, qop="auth"'
    dialog = peer.accepts_call(invite)
    peer.person.types("ask me")
    text = peer.hears("MESSAGE")
    peer.answer(text, 407, "Proxy Authentication Required", fields=[("Proxy-Authenticate", challenge)])
    peer.person.presses("C-x")
    bye = peer.hears("BYE")
    peer.answer(bye, 407, "Proxy Authentication Required", fields=[("Proxy-Authenticate", challenge)])
    if text.get("Proxy-Authorization") or bye.get("Proxy-Authorization"):
        raise Wrong("credentials left")
    peer.heard_nothing_else()


@case("ends the call when a text of its own is answered 481, and shows which one failed")
def unknown_there(peer):
    peer.accepts_call(peer.is_called())
    peer.person.types("are you there")
    peer.answer(peer.hears("MESSAGE"), 481)
    message = peer.receive()
    if message.method == "BYE":
        peer.answer(message, 481)
    peer.person.sees("✗")
    peer.person.never_sees("IN_CALL")


@case("shows refusals with odd codes and phrases as words, and obeys none of them")
def phrases(peer):
    for status, phrase in ((499, "%n%s"), (699, "\u202egnol"), (699, "x" * 3000), (480, "")):
        invite = peer.is_called()
        peer.answer(invite, status, phrase, "t")
        peer.hears("ACK")
    peer.heard_nothing_else()


@case("lives with an answer without Contact and with one whose description is broken")
def poor_answers(peer):
    invite = peer.is_called()
    peer.answer(invite, 200, "OK", "callee", [], SDP, "nonsense")
    peer.hears("ACK")
    ping = peer.send(peer.request("OPTIONS"))
    message = peer.receive()
    if message.method == "BYE":
        peer.answer(message, 200)
        message = peer.receive()
    if not message.answers(ping):
        raise Wrong("got " + message.start)


@case("believes no registration that lasts no time or for ever, or names no number, and asks in no circle", bare=True)
def registrations(peer):
    peer.accepts()
    peer.wire.socket.settimeout(1.5)
    for expires in ("0", "1", "4294967295", "99999999999999999999", "-1", "x"):
        asked = 0
        try:
            while asked < 10:
                message = peer.wire.receive()
                if message.method == "REGISTER":
                    asked += 1
                    peer.answer(message, 200, "OK", "r", [
                        ("Contact", message.get("Contact") + ";expires=" + expires), ("Expires", expires)])
                elif message.method == "SUBSCRIBE":
                    peer.answer(message, 489, "Bad Event", "s")
        except Closed:
            peer.accepts()
            peer.wire.socket.settimeout(1.5)
        except Wrong:
            pass  # nothing came any more, as it should be
        if asked >= 10:
            raise Wrong("registered in circles for expires=" + expires)
    peer.wire.close()
    peer.wire = None
    peer.admits()


@case("moves to TCP with a text that no datagram may hold, and keeps its number", udp=True)
def large(peer):
    peer.calls()
    peer.person.types("x" * 1500)
    peer.accepts()
    while True:
        message = peer.receive()
        if message.method != "INVITE":
            break
        peer.answer(message, 200, "OK", fields=[("Contact", peer.contact)], kind=SDP, body=OFFER)
        peer.hears("ACK")
    if message.method != "MESSAGE" or b"x" * 1500 not in message.body:
        raise Wrong("got " + message.start)
    peer.answer(message, 200)
