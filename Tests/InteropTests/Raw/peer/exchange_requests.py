"""Legal messages that ask for what may not be: registrations, numbers, calls."""
from guest import together
from message import Wrong, token
from peer import SDP, OFFER, Dialog
from suites import suite

TITLE = "A raw peer at the exchange"
case = suite(TITLE)


@case("lets nobody speak before registering, whatever the method and whoever they say they are")
def unregistered(exchange):
    guest, stranger = exchange.guest(), exchange.stranger()
    stranger.user = guest.user
    for draft in (stranger.message("600"), stranger.message(guest.user), stranger.invite("600"),
                  stranger.subscription(), stranger.draft("REFER", stranger.uri("600")).add("Refer-To", "<sip:600@x>"),
                  stranger.draft("PUBLISH", stranger.uri("600")), stranger.draft("NOTIFY", stranger.uri(guest.user))):
        stranger.asks(draft, 403)
    guest.heard_nothing_else()


@case("lets nobody speak as another number, nor as another's flow, and passes on no identity but its own")
def forged(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    forged = bob.message("600").set("From", '"ann" <sip:%s@%s>;tag=x' % (ann.user, bob.domain))
    bob.asks(forged, 403)
    bob.asks(bob.message("600").set("From", "<sip:600@%s>;tag=x" % bob.domain), 403)
    bob.asks(bob.message("600").set("From", "<sip:%s@elsewhere.example>;tag=x" % bob.user), 403)
    claim = '"ann" <sip:%s@%s>' % (ann.user, bob.domain)
    draft = bob.message(ann.user, "hi").set("P-Asserted-Identity", claim).set("P-Preferred-Identity", claim)
    draft = draft.set("From", '"ann" <sip:%s@%s>;tag=x' % (bob.user, bob.domain))
    bob.send(draft)
    arrived = ann.hears("MESSAGE")
    if arrived.all("P-Asserted-Identity") != [bob.asserted]:
        raise Wrong("asserted: %s" % arrived.all("P-Asserted-Identity"))
    ann.answer(arrived, 200, fields=[("P-Asserted-Identity", claim)])
    if bob.gets(draft, 200).all("P-Asserted-Identity"):
        raise Wrong("the called one asserted an identity")


@case("refuses a REGISTER for another domain, another line, with unknown demands, or too brief, and says why")
def registrations(exchange):
    peer = exchange.stranger()
    draft = peer.register_draft()
    elsewhere = draft.again().starting("REGISTER sip:elsewhere.example SIP/2.0")
    peer.asks(elsewhere.set("To", "<sip:Webphone1@elsewhere.example>"), 403, 404)
    peer.asks(peer.register_draft().set("To", "<sip:Nowhere@%s>" % peer.domain), 404)
    if peer.asks(peer.register_draft().add("Require", "gruu, teleport"), 420).get("Unsupported") == "":
        raise Wrong("420 without Unsupported")
    if not peer.asks(peer.register_draft().set("Expires", "1"), 423).get("Min-Expires"):
        raise Wrong("423 without Min-Expires")
    peer.asks(peer.register_draft().set("Contact", "*").set("Expires", "60"), 400)
    peer.asks(peer.register_draft().set("Contact", "<mailto:a@b>"), 400, 403, 416)
    peer.asks(peer.message("600"), 403)


@case("is not moved by an old REGISTER that comes late, nor by a copy of one")
def late_register(exchange):
    peer = exchange.guest()
    number = peer.numbers
    peer.asks(peer.register_draft(), 200)
    old = peer.register_draft().set("CSeq", "%d REGISTER" % number).set("Expires", "0").set(
        "From", '"x" <sip:Webphone1@%s>;tag=%s' % (peer.domain, token()))
    peer.send(old)
    peer.final(old)
    peer.asks(peer.message("600"), 200)


@case("answers a request that was taken already 482 when it comes by another way")
def merged(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    draft = ann.message(bob.user)
    ann.send(draft)
    arrived = bob.hears("MESSAGE")
    ann.asks(draft.again(), 482)
    bob.answer(arrived, 200)
    ann.gets(draft, 200)
    bob.heard_nothing_else()


@case("answers a loop 482, too many hops 483, an unknown demand 420, no address 484 and nobody's number 404")
def proxying(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    ann.asks(ann.message(bob.user).set("Max-Forwards", "0"), 483)
    if ann.asks(ann.message(bob.user).add("Proxy-Require", "privacy"), 420).get("Unsupported") != "privacy":
        raise Wrong("420 without Unsupported")
    ann.asks(ann.draft("MESSAGE", "sip:" + ann.domain).carrying("text/plain", "?"), 484)
    ann.asks(ann.message("1999"), 404)
    ann.asks(ann.draft("MESSAGE", "sip:%s@elsewhere.example" % bob.user).carrying("text/plain", "?"), 404)
    ann.asks(ann.draft("MESSAGE", "mailto:bob@elsewhere.example").carrying("text/plain", "?"), 416)
    draft = ann.message(bob.user)
    ann.send(draft)
    arrived = bob.hears("MESSAGE")
    looped = bob.message(bob.user).set("Via", bob.via(), *arrived.all("Via"))
    bob.asks(looped.set("Call-ID", arrived.get("Call-ID")).set("Max-Forwards", arrived.get("Max-Forwards")), 482)
    bob.answer(arrived, 200)
    ann.gets(draft, 200)


@case("counts hops down and names itself in Via and Record-Route, and takes itself off the answer")
def vias(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    invite = ann.invite(bob.user).set("Max-Forwards", "7")
    ann.send(invite)
    arrived = bob.hears("INVITE")
    if arrived.get("Max-Forwards") != "6" or len(arrived.all("Via")) != 2 or not arrived.all("Record-Route"):
        raise Wrong("passed on as %s" % arrived.fields)
    if any(";lr" not in route for route in arrived.all("Record-Route")):
        raise Wrong("a route that is not loose")
    bob.answer(arrived, 603, "Decline", token())
    if len(ann.gets(invite, 603).all("Via")) != 1:
        raise Wrong("the exchange's Via came along")
    bob.hears("ACK")


@case("passes on answers with Vias of its own knowledge only, and no 100 and no second final one")
def forged_vias(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    invite = ann.invite(bob.user)
    ann.send(invite)
    arrived = bob.hears("INVITE")
    tag = token()
    bob.answer(arrived, 100)
    bob.send(bob.reply(arrived, 180, "Ringing", tag).set("Via", arrived.get("Via"),
                                                         "SIP/2.0/TCP 192.0.2.9;branch=z9hG4bKx",
                                                         "SIP/2.0/TCP 192.0.2.10;branch=z9hG4bKy"))
    while True:
        message = ann.receive()
        if message.status == 180:
            break
        if message.status != 100 or message.tag("To"):
            raise Wrong("got " + message.start)
    if not message.answers(invite) or len(message.all("Via")) != 1:
        raise Wrong("the called one chose the way of the answer")
    bob.answer(arrived, 603, "Decline", tag)
    bob.answer(arrived, 200, "OK", tag, [("Contact", bob.contact)])
    ann.gets(invite, 603)
    ann.heard_nothing_else()
    bob.hears("ACK")


@case("drops answers that bear a wrong branch or a wrong method, and the right one still counts")
def unmatched(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    draft = ann.message(bob.user)
    ann.send(draft)
    arrived = bob.hears("MESSAGE")
    wrong = bob.reply(arrived, 486)
    bob.send(wrong.set("Via", "SIP/2.0/TCP x;branch=z9hG4bKnever", *arrived.all("Via")[1:]))
    bob.send(wrong.set("CSeq", "%d INVITE" % arrived.number))
    bob.send(wrong.set("Via"))
    bob.answer(arrived, 200)
    ann.gets(draft, 200)


@case("answers a CANCEL to nothing 481, to an answered INVITE 200 without effect, and from another flow 481")
def cancels(exchange):
    ann, bob, eve = (exchange.guest(name=name) for name in ("ann", "bob", "eve"))
    invite = ann.invite(bob.user)
    ann.asks(ann.cancel_of(invite), 481)
    ann.send(invite)
    arrived = bob.hears("INVITE")
    tag = token()
    bob.answer(arrived, 180, "Ringing", tag)
    ann.provisional(invite, 180)
    eve.asks(eve.cancel_of(invite), 481)
    bob.answer(arrived, 200, "OK", tag, [("Contact", bob.contact)], SDP, OFFER)
    here = Dialog.called(ann, invite, ann.gets(invite, 200))
    here.acknowledge()
    bob.hears("ACK")
    cancel = ann.cancel_of(invite)
    ann.send(cancel)
    ann.final(cancel)
    bob.heard_nothing_else()


@case("does not ask what a CANCEL requires, answers it once each, and ends the INVITE with 487")
def cancelled(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    invite = ann.invite(bob.user)
    ann.send(invite)
    arrived = bob.hears("INVITE")
    bob.answer(arrived, 180, "Ringing", "t")
    ann.provisional(invite, 180)
    cancel = ann.cancel_of(invite).add("Require", "teleport").add("Proxy-Require", "teleport")
    ann.asks(cancel, 200)
    passed = bob.hears("CANCEL")
    if passed.get("Via").split("branch=")[1] != arrived.get("Via").split("branch=")[1]:
        raise Wrong("the CANCEL has another branch than the INVITE")
    bob.answer(passed, 200)
    bob.answer(arrived, 487, "Request Terminated", "t")
    bob.hears("ACK")
    ann.gets(invite, 487)


@case("answers no ACK, whatever is wrong with it")
def acks(exchange):
    peer = exchange.guest()
    for draft in (peer.draft("ACK", peer.uri("600")), peer.draft("ACK", peer.uri("1999")).add("Require", "teleport"),
                  peer.draft("ACK", "mailto:a@b"), peer.draft("ACK", peer.uri("600")).set("Max-Forwards", "0"),
                  peer.draft("ACK", peer.uri("600")).set("CSeq", "x"),
                  peer.draft("ACK", peer.uri("600")).set("To", "<sip:x@y>;tag=z")):
        peer.send(draft)
    peer.heard_nothing_else()


@case("belongs to no dialog that it does not know: 481, also with a Route that somebody made up")
def dialogs(exchange):
    ann, bob, eve = (exchange.guest(name=name) for name in ("ann", "bob", "eve"))
    for method in ("BYE", "MESSAGE", "INVITE", "UPDATE", "INFO", "REFER", "NOTIFY", "PRACK"):
        ann.asks(ann.draft(method, ann.uri(bob.user), "<%s>;tag=never" % ann.uri(bob.user)), 481)
    here, there = together(ann, bob)
    stolen = eve.draft("BYE", here.target, here.remote, here.call).set("Route", *here.routes)
    eve.asks(stolen.set("From", here.local), 403)
    eve.asks(stolen, 403, 481)
    ann.asks(here.draft("BYE").set("Route", "<sip:made-up@%s;lr>" % ann.domain, *here.routes[1:]), 403, 481)
    bye = here.draft("BYE")
    ann.send(bye)
    arrived = bob.hears("BYE")
    bob.answer(arrived, 200)
    ann.gets(bye, 200)


@case("passes a call's own messages on as from whom the flow is, and nobody speaks as the other one")
def in_dialog_identity(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    here, there = together(ann, bob)
    ann.asks(here.text("in your name").set("From", here.remote), 403)
    text = here.text("mine").set("P-Asserted-Identity", "<sip:%s@localhost>" % bob.user)
    ann.send(text)
    arrived = bob.hears("MESSAGE")
    if arrived.all("P-Asserted-Identity") != [ann.asserted]:
        raise Wrong("asserted: %s" % arrived.all("P-Asserted-Identity"))
    bob.answer(arrived, 200)
    ann.gets(text, 200)


@case("over UDP, absorbs copies of a request and answers each with what was answered first")
def copies(exchange):
    ann, bob = exchange.guest("udp", "ann"), exchange.guest(name="bob")
    draft = ann.message(bob.user)
    for _ in range(3):
        ann.send(draft)
    arrived = bob.hears("MESSAGE")
    bob.answer(arrived, 200)
    ann.gets(draft, 200)
    ann.send(draft)
    ann.gets(draft, 200)
    bob.heard_nothing_else()


@case("takes a client of RFC 2543, without cookie in its branch and without tag in From")
def old_client(exchange):
    peer = exchange.stranger("udp")
    draft = peer.draft("OPTIONS", "sip:" + peer.domain).set("Via", "SIP/2.0/UDP %s" % peer.wire.local)
    draft = draft.set("From", peer.identity)
    peer.asks(draft, 200)
    peer.send(draft)
    peer.gets(draft, 200)


@case("passes on fields and bodies that it does not know as they came")
def unknown(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    body = bytes(range(256))
    draft = ann.message(bob.user).add("X-Odd", ' a;b="c,\\"d",e ').carrying("x/y;z=1", body)
    draft = draft.add("Content-Disposition", "strange")
    ann.send(draft)
    arrived = bob.hears("MESSAGE")
    if arrived.body != body or arrived.get("X-Odd") != 'a;b="c,\\"d",e' or arrived.get("Content-Type") != "x/y;z=1":
        raise Wrong("passed on as %s" % arrived.fields)
    bob.answer(arrived, 415)
    ann.gets(draft, 415)


@case("gives nobody's number to somebody else who prefers it")
def stolen(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.stranger()
    preferred = bob.register_draft().add("P-Preferred-Identity", "<sip:%s@%s>" % (ann.user, bob.domain))
    if ann.user + "@" in bob.asks(preferred, 200).get("P-Associated-URI"):
        raise Wrong("the number was taken over")
    ann.asks(ann.message("600"), 200)


@case("gives a call up that nobody answers, and passes an answer on that comes after all", slow=True)
def too_late(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    invite = ann.invite(bob.user)
    ann.send(invite)
    arrived = bob.hears("INVITE")
    ann.gets(invite, 408, 480)
    tag = token()
    bob.answer(arrived, 200, "OK", tag, [("Contact", bob.contact)], SDP, OFFER)
    here = Dialog.called(ann, invite, ann.gets(invite, 200))
    here.acknowledge()
    bob.hears("ACK")
    bye = here.draft("BYE")
    ann.send(bye)
    bob.answer(bob.hears("BYE"), 200)
    ann.gets(bye, 200)


@case("has each copy of a 200 reach the caller, whose ACK reaches the called one each time")
def repeated_answers(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    invite = ann.invite(bob.user)
    ann.send(invite)
    arrived = bob.hears("INVITE")
    answer = bob.reply(arrived, 200, "OK", "t", [("Contact", bob.contact)], SDP, OFFER)
    for _ in range(3):
        bob.send(answer)
        Dialog.called(ann, invite, ann.gets(invite, 200)).acknowledge()
        bob.hears("ACK")


@case("writes who refers itself, whatever a REFER says")
def referrers(exchange):
    ann, bob = exchange.guest(name="ann"), exchange.guest(name="bob")
    here, _ = together(ann, bob)
    refer = here.draft("REFER").add("Refer-To", "<sip:600@%s>" % ann.domain)
    refer = refer.add("Referred-By", "<sip:boss@%s>" % ann.domain)
    ann.send(refer)
    arrived = bob.hears("REFER")
    if "boss" in arrived.get("Referred-By") or ann.user + "@" not in arrived.get("Referred-By"):
        raise Wrong("Referred-By: " + arrived.get("Referred-By"))
    bob.answer(arrived, 603)
    ann.gets(refer, 603)
