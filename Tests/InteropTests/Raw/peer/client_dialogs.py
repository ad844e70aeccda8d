"""A peer that misuses dialogs: offers, targets, early dialogs, subscriptions, notifications."""
from message import Wrong
from peer import OFFER, SDP, Dialog
from suites import suite
from wires import Closed

TITLE = "The program, whose exchange is a raw peer"
case = suite(TITLE)


@case("acknowledges each copy of a refusal over UDP, and believes no other one after it", udp=True)
def refused(peer):
    invite = peer.is_called()
    for _ in range(3):
        peer.answer(invite, 486, "Busy Here", "t")
        ack = peer.receive()
        while ack.method == "INVITE":
            ack = peer.receive()
        if (ack.method, ack.get("Via"), ack.tag("To"), ack.number) != ("ACK", invite.get("Via"), "t", invite.number):
            raise Wrong("the ACK is not its INVITE's: %s %s" % (ack.start, ack.fields))
    peer.answer(invite, 180, "Ringing", "t")
    peer.heard_nothing_else()


@case("waits with its BYE for the ACK when the person hangs up before it came")
def hung_up_early(peer):
    invite = peer.rings()
    peer.person.sees("number 1001, asks")
    peer.person.answers("Enter")
    dialog = Dialog.called(peer, invite, peer.gets(invite, 200))
    peer.person.presses("C-x")
    peer.person.never_sees("IN_CALL")
    ping = peer.send(peer.request("OPTIONS"))
    message = peer.receive()
    while message.status == 200 and message.answers(invite):
        message = peer.receive()
    if not message.answers(ping):
        raise Wrong("before the ACK it sent " + message.start)
    dialog.acknowledge()
    message = peer.receive()
    while message.status == 200 and message.answers(invite):
        message = peer.receive()
    if message.method != "BYE":
        raise Wrong("after the ACK it sent " + message.start)
    peer.answer(message, 200)


@case("follows a re-INVITE to its new target, but no route that it brings, and no target that is none")
def targets(peer):
    dialog = peer.calls()
    moved = "<sip:moved@%s;transport=tcp>" % peer.wire.local
    change = dialog.draft("INVITE").carrying(SDP, OFFER).set("Contact", moved)
    change = change.add("Record-Route", "<sip:evil@192.0.2.1;lr>")
    peer.asks(change, 200)
    dialog.acknowledge(change.number)
    peer.asks(dialog.draft("UPDATE").set("Contact", "<mailto:evil@192.0.2.1>"), 200, 400)
    old = dialog.draft("INVITE", change.number).carrying(SDP, OFFER).set("Contact", "<sip:old@%s>" % peer.wire.local)
    peer.asks(old, 500)
    peer.person.types("where are you")
    text = peer.hears("MESSAGE")
    if not text.start.startswith("MESSAGE sip:moved@") or "evil" in str(text.fields):
        raise Wrong("the text went to %s by %s" % (text.start, text.get("Route")))
    peer.answer(text, 200)


@case("answers each medium in its place, also of offers nobody makes, and ends a call whose late offer is not answered")
def media(peer):
    strange = OFFER + ("m=video 5000 RTP/AVP 96\r\na=rtpmap:96 x/1\r\nm=application 9 TCP/x y z\r\nm=audio 0 RTP/AVP 0\r\n"
                       "m=image 7 udptl t38\r\n")
    invite = peer.rings(peer.invite().carrying(SDP, strange))
    peer.person.sees("number 1001, asks")
    peer.person.answers("Enter")
    answer = peer.gets(invite, 200)
    found = [line.split(" ")[:2] for line in answer.body.decode().split("\r\n") if line.startswith("m=")]
    if [kind for kind, _ in found] != ["m=audio", "m=video", "m=application", "m=audio", "m=image"]:
        raise Wrong("answered %s" % found)
    if any(port != "0" for _, port in found[1:]):
        raise Wrong("agreed to %s" % found)
    dialog = Dialog.called(peer, invite, answer)
    dialog.acknowledge()
    dialog.hangs_up()
    invite = peer.rings(peer.request("INVITE"))
    peer.person.sees("number 1001, asks")
    peer.person.answers("Enter")
    answer = peer.gets(invite, 200)
    if b"m=audio" not in answer.body:
        raise Wrong("no offer in the 200")
    Dialog.called(peer, invite, answer).acknowledge()
    peer.answer(peer.hears("BYE"), 200)


@case("answers an UPDATE with an offer 491 while its own change is under way, and one without 200")
def updates(peer):
    dialog = peer.calls()
    peer.person.presses("C-o")
    ours = peer.hears("INVITE")
    peer.asks(dialog.draft("UPDATE").carrying(SDP, OFFER), 491)
    peer.asks(dialog.draft("UPDATE"), 200)
    peer.answer(ours, 488, "Not Acceptable Here")
    peer.hears("ACK")
    peer.talks(dialog)


@case("hears no news of a transfer that it did not ask for, and gives no ringing call of another's away")
def uninvited(peer):
    dialog = peer.calls()
    news = dialog.draft("NOTIFY").add("Event", "refer").add("Subscription-State", "active")
    peer.asks(news.carrying("message/sipfrag", "SIP/2.0 200 OK"), 481)
    dialog.hangs_up()
    invite = peer.send(peer.invite())
    early = Dialog.called(peer, invite, peer.provisional(invite, 180))
    name = "%s;to-tag=%s;from-tag=%s" % (early.call, early.remote.split(";tag=")[1], early.local.split(";tag=")[1])
    peer.asks(peer.invite().add("Replaces", name), 481)
    peer.asks(peer.cancel_of(invite), 200)
    peer.gets(invite, 487)


@case("takes its list before the 200, and asks in no circle for one that is ended again and again", bare=True)
def subscriptions(peer):
    peer.accepts()
    asked, ordinary = 0, peer.serve
    peer.wire.socket.settimeout(3)
    try:
        while asked < 10:
            message = peer.wire.receive()
            if message.method != "SUBSCRIBE":
                ordinary(message)
                continue
            asked += 1
            peer.subscription = message
            ended = peer.notify(1).set("Subscription-State", "terminated;reason=deactivated")
            peer.send(peer.notify(1) if asked == 1 else ended)
            peer.answer(message, 200, "OK", "s", [("Expires", "3600"), ("Contact", "<sip:x@%s>" % peer.wire.local)])
            if asked == 1:
                peer.person.sees(peer.name)
                peer.send(peer.notify(2).set("Subscription-State", "terminated;reason=deactivated"))
    except Wrong as end:
        if isinstance(end, Closed):
            raise
    if asked >= 10:
        raise Wrong("asked %d times at once" % asked)
    peer.wire.socket.settimeout(20)
    peer.lists_told = 2


NOTICE = ("From: <sip:1001@x>\r\nTo: <sip:1000@x>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: %s\r\n"
          "DateTime: 2026-01-01T00:00:00Z\r\nimdn.Disposition-Notification: positive-delivery\r\n\r\n%s")
TOLD = ("<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>%s</message-id><delivery-notification><status><delivered/>"
        "</status></delivery-notification></imdn>")


@case("confirms a text once, and no confirmation, though both ask for it")
def receipts(peer):
    dialog = peer.calls()
    asking = NOTICE % ("first", "Content-Type: text/plain\r\n\r\nconfirm me")
    peer.asks(dialog.draft("MESSAGE").carrying("message/cpim", asking), 200)
    told = peer.hears("MESSAGE")
    if b"first" not in told.body or b"delivered" not in told.body:
        raise Wrong("told %r" % told.body)
    peer.answer(told, 200)
    body = "Content-Type: message/imdn+xml\r\nContent-Disposition: notification\r\n\r\n" + TOLD % "never"
    peer.asks(dialog.draft("MESSAGE").carrying("message/cpim", NOTICE % ("second", body)), 200)
    peer.heard_nothing_else()
    peer.talks(dialog)
