"""A peer that calls the program and breaks the rules of calls."""
from message import Wrong, token
from peer import OFFER, SDP, TEXT, Dialog
from suites import suite

TITLE = "The program, whose exchange is a raw peer"
case = suite(TITLE)
HELD = OFFER.replace("inactive", "sendonly").replace("- 1 1", "- 1 2")


@case("rings once for copies of an INVITE over UDP, and repeats its refusal until the ACK", udp=True)
def copies(peer):
    invite = peer.rings()
    peer.send(invite)
    peer.provisional(invite, 180)
    peer.person.sees("number 1001, asks")
    peer.person.answers("Escape")
    first, second = peer.final(invite), peer.final(invite)
    if first.fields != second.fields or first.status != 603:
        raise Wrong("refused with %s, then %s" % (first.start, second.start))
    for _ in range(3):
        peer.send(peer.ack_of_refusal(invite, first))
    peer.send(invite)
    peer.heard_nothing_else()


@case("ends an INVITE by CANCEL with 487, once, under one tag, and its dialog closes")
def cancelled(peer):
    invite = peer.send(peer.invite())
    ringing = peer.provisional(invite, 180)
    peer.person.sees("number 1001, asks")
    cancel = peer.cancel_of(invite)
    if peer.asks(cancel, 200).tag("To") != ringing.tag("To") or peer.gets(invite, 487).tag("To") != ringing.tag("To"):
        raise Wrong("the tag changed")
    peer.asks(cancel.again(), 481)
    peer.person.never_sees("Cancel")


@case("passes over a CANCEL that comes after the answer")
def late_cancel(peer):
    invite = peer.rings()
    peer.person.answers("Enter")
    dialog = Dialog.called(peer, invite, peer.gets(invite, 200))
    peer.asks(peer.cancel_of(invite), 200)
    dialog.acknowledge()
    peer.talks(dialog)


@case("gives an INVITE up with 487 when its Expires is over")
def expires(peer):
    peer.gets(peer.rings(peer.invite().add("Expires", "1")), 487)


@case("takes callers from before RFC 3261, who tag nothing and have no cookie in their branch", udp=True)
def old_caller(peer):
    invite = peer.invite().set("Via", "SIP/2.0/UDP %s;branch=1" % peer.wire.local).set("Max-Forwards")
    invite = invite.set("From", "<sip:1001@%s>" % peer.domain)
    peer.rings(invite)
    peer.person.sees("number 1001, asks")
    peer.person.answers("Enter")
    dialog = Dialog.called(peer, invite, peer.gets(invite, 200))
    dialog.acknowledge()
    peer.asks(dialog.text("an old phone"), 200)
    peer.person.sees("said: an old phone")


@case("repeats its 200 until an ACK of its own number and dialog comes")
def acknowledged(peer):
    invite = peer.rings()
    peer.person.answers("Enter")
    answer = peer.gets(invite, 200)
    dialog = Dialog.called(peer, invite, answer)
    dialog.acknowledge(invite.number + 1)
    peer.send(dialog.draft("ACK", invite.number).set("To", "<%s>;tag=never" % peer.target))
    peer.send(dialog.draft("ACK", invite.number).set("Call-ID", token()))
    for _ in range(2):
        if peer.final(invite).fields != answer.fields:
            raise Wrong("another 200")
    dialog.acknowledge(invite.number)
    peer.talks(dialog)


@case("ends a call whose ACK never comes, with BYE after 64*T1 and not before", slow=True)
def unacknowledged(peer):
    invite = peer.rings()
    peer.person.answers("Enter")
    copies = 0
    while True:
        message = peer.receive()
        if message.method == "BYE":
            break
        copies += 1
    if not 8 <= copies <= 12:
        raise Wrong("%d copies of the 200" % copies)
    peer.answer(message, 200)


@case("refuses requests in a call that come late (500) or are unknown (405), and takes no text twice")
def order(peer):
    dialog = peer.calls()
    text = dialog.text("said once")
    peer.asks(text, 200)
    peer.asks(text.again(), 200)
    peer.asks(dialog.draft("INFO", 1), 500)
    peer.asks(dialog.draft("BYE", 1), 500)
    for method in ("REGISTER", "SUBSCRIBE", "PUBLISH", "DANCE"):
        peer.asks(dialog.draft(method), 405)
    peer.asks(dialog.draft("OPTIONS").add("Require", "teleport"), 420)
    peer.asks(dialog.draft("MESSAGE", 2 ** 31), 400)
    peer.talks(dialog)
    peer.person.counts(1, "said once")


@case("belongs to no other dialog: a BYE or a text with another tag or Call-ID is 481, and the call goes on")
def foreign(peer):
    dialog = peer.calls()
    for method in ("BYE", "MESSAGE", "INVITE", "UPDATE"):
        peer.asks(dialog.draft(method).set("From", peer.identity + ";tag=other"), 481)
        peer.asks(dialog.draft(method).set("Call-ID", token()), 481)
        peer.asks(dialog.draft(method).set("To", "<sip:1000@x>;tag=other"), 481)
    peer.talks(dialog)


@case("takes one BYE, and answers the next and all that follows 481")
def farewell(peer):
    dialog = peer.calls()
    dialog.hangs_up()
    for method in ("BYE", "MESSAGE", "INVITE", "UPDATE", "INFO", "REFER", "PRACK"):
        peer.asks(dialog.draft(method), 481)
    peer.person.never_sees("IN_CALL")


@case("answers a BYE before its own answer 200, and the INVITE 487")
def early_bye(peer):
    invite = peer.send(peer.invite())
    dialog = Dialog.called(peer, invite, peer.provisional(invite, 180))
    bye = peer.send(dialog.draft("BYE"))
    found = sorted(peer.receive().status for _ in range(2))
    if found != [200, 487]:
        raise Wrong("BYE and INVITE were answered %s" % found)
    peer.send(bye)
    peer.gets(bye, 200, 481)


@case("refuses a change it cannot agree to 488 with Warning or 400, and the call stays as it was")
def changes(peer):
    dialog = peer.calls()
    for body, status in ((OFFER.replace("audio 9 RTP/AVP 0", "video 9 RTP/AVP 96"), 488), ("nonsense", 400)):
        for method in ("INVITE", "UPDATE"):
            answer = peer.asks(dialog.draft(method).carrying(SDP, body), status)
            if status == 488 and not answer.get("Warning"):
                raise Wrong("488 without Warning")
    peer.talks(dialog)


@case("refuses a re-INVITE while an earlier one is not acknowledged, and stays in the call")
def impatient(peer):
    dialog = peer.calls()
    first = dialog.draft("INVITE").carrying(SDP, HELD)
    peer.asks(first, 200)
    second = dialog.draft("INVITE").carrying(SDP, OFFER)
    answer = peer.asks(second, 491, 500)
    if answer.status == 500 and not answer.get("Retry-After"):
        raise Wrong("500 without Retry-After")
    dialog.acknowledge(first.number)
    peer.talks(dialog)


@case("answers a re-INVITE that meets its own 491, and asks again itself")
def glare(peer):
    dialog = peer.calls()
    peer.person.presses("C-o")
    ours = peer.hears("INVITE")
    peer.asks(dialog.draft("INVITE").carrying(SDP, HELD), 491)
    peer.answer(ours, 491, "Request Pending")
    peer.hears("ACK")
    again = peer.hears("INVITE")
    if again.number <= ours.number:
        raise Wrong("the number did not rise")
    peer.answer(again, 200, "OK", fields=[("Contact", peer.contact)], kind=SDP, body=OFFER)
    peer.hears("ACK")
    peer.talks(dialog)


@case("ends the call when its own change is answered 481")
def gone(peer):
    dialog = peer.calls()
    peer.person.presses("C-o")
    peer.answer(peer.hears("INVITE"), 481)
    peer.hears("ACK")
    message = peer.receive()
    if message.method == "BYE":
        peer.answer(message, 481)
    peer.person.never_sees("IN_CALL")


@case("answers a session timer below 90 seconds 422 with Min-SE, in the first request and later ones")
def timers(peer):
    brief = ("Session-Expires", "30")
    if not peer.asks(peer.invite().add("Supported", "timer").add(*brief), 422).get("Min-SE"):
        raise Wrong("422 without Min-SE")
    dialog = peer.calls()
    for method in ("INVITE", "UPDATE"):
        draft = dialog.draft(method).add("Supported", "timer").add(*brief)
        peer.asks(draft.carrying(SDP, OFFER) if method == "INVITE" else draft, 422)
    peer.asks(dialog.draft("UPDATE").add("Session-Expires", "x"), 200, 400)
    peer.talks(dialog)


@case("answers a PRACK of another number 481, one without 400, the right one once, and keeps its 200 back meanwhile")
def pracks(peer):
    invite = peer.send(peer.invite().add("Require", "100rel"))
    ringing = peer.provisional(invite, 180)
    dialog = Dialog.called(peer, invite, ringing)
    number = int(ringing.get("RSeq"))
    for rack, status in (("%d %d INVITE" % (number + 1, invite.number), 481),
                         ("%d %d INVITE" % (number, invite.number + 1), 481),
                         ("%d %d OPTIONS" % (number, invite.number), 481), ("99999999999 1 INVITE", 400), (None, 400)):
        draft = dialog.draft("PRACK")
        peer.send(draft.add("RAck", rack) if rack else draft)
        while True:
            message = peer.receive()
            if message.answers(draft):
                break
            if message.status != 180:
                raise Wrong("got " + message.start)
        if message.status != status:
            raise Wrong("RAck %s: %s" % (rack, message.start))
    peer.person.sees("number 1001, asks")
    peer.person.answers("Enter")
    ping = peer.send(peer.request("OPTIONS"))
    while not (message := peer.receive()).answers(ping):
        if message.status != 180:
            raise Wrong("before the PRACK came " + message.start)
    right = peer.send(dialog.draft("PRACK").add("RAck", "%d %d INVITE" % (number, invite.number)))
    answers = {}
    while len(answers) < 2:
        message = peer.receive()
        if message.status != 180:
            answers[message.get("CSeq").split(" ")[1]] = message.status
    if answers != {"PRACK": 200, "INVITE": 200}:
        raise Wrong("the PRACK brought %s" % answers)
    dialog.acknowledge(invite.number)
    peer.asks(dialog.draft("PRACK").add("RAck", right.get("RAck")), 481)
    peer.talks(dialog)


@case("refuses to be sent to nobody, to two, or to no telephone, and takes nothing along but the address")
def referrals(peer):
    dialog = peer.calls()
    peer.asks(dialog.draft("REFER"), 400)
    two = dialog.draft("REFER").add("Refer-To", "<sip:1@x>").add("Refer-To", "<sip:2@x>")
    peer.asks(two, 400)
    for target in ("<mailto:a@b>", "nonsense <", "<sip:1002@x;method=BYE>"):
        peer.asks(dialog.draft("REFER").add("Refer-To", target), 400, 403, 416, 603)
    loaded = "<sip:1002@%s?Route=%%3Csip:evil%%3E&Subject=x&Contact=%%3Csip:e%%3E>" % peer.domain
    peer.asks(dialog.draft("REFER").add("Refer-To", loaded), 202)
    peer.answer(peer.hears("NOTIFY"), 200)
    peer.person.sees("1002")
    peer.person.answers("Enter")
    message = peer.receive()
    while message.method != "INVITE":
        peer.answer(message, 200)
        message = peer.receive()
    brought = message.get("Route") or message.get("Subject") or "evil" in str(message.fields)
    if brought or "sip:1002@" not in message.start:
        raise Wrong("the REFER's fields came along: %s" % message.fields)
    peer.answer(message, 404, "Not Found", "t")
    peer.hears("ACK")
    news = peer.hears("NOTIFY")
    peer.answer(news, 200)
    if b"404" not in news.body or "terminated" not in news.get("Subscription-State"):
        raise Wrong("the last word was %r" % news.body)
    peer.talks(dialog)


@case("gives no call away to a Replaces that names none of its own, comes twice, or in another request")
def replaces(peer):
    dialog = peer.calls()
    real = "%s;to-tag=%s;from-tag=%s" % (dialog.call, dialog.remote.split(";tag=")[1], dialog.local.split(";tag=")[1])
    peer.asks(peer.invite().add("Replaces", token() + ";to-tag=1;from-tag=2").add("Require", "replaces"), 481)
    peer.asks(peer.invite().add("Replaces", real).add("Replaces", real), 400)
    peer.asks(peer.message().add("Replaces", real), 400)
    peer.asks(peer.invite().add("Replaces", real + ";early-only"), 486)
    peer.asks(peer.invite().add("Replaces", dialog.call + ";to-tag=1"), 400)
    peer.talks(dialog)
    dialog.hangs_up()
    peer.asks(peer.invite().add("Replaces", real), 603)


@case("refuses packages of information it does not know 469, and reads keys whatever else is in them")
def information(peer):
    dialog = peer.calls()
    peer.asks(dialog.draft("INFO").add("Info-Package", "x").carrying("text/plain", "x"), 469)
    peer.asks(dialog.draft("INFO").carrying("text/plain", "x"), 415)
    for keys in ("Signal=%n\r\nDuration=99999999999\r\n", "Signal=\r\n", "Duration=1", "Signal=5\0\r\n"):
        peer.asks(dialog.draft("INFO").carrying("application/dtmf-relay", keys), 200, 400, 415)
    peer.talks(dialog)


@case("reads or refuses texts, signs of typing and notices of delivery that are cut, endless or about nothing")
def texts(peer):
    dialog = peer.calls()
    sign = "<?xml version='1.0'?><isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>active</state>%s</isComposing>"
    notice = ("From: <sip:x@y>\r\nTo: <sip:y@x>\r\nNS: imdn <urn:ietf:params:imdn>\r\n\r\nContent-Type: message/imdn+xml\r\n\r\n"
              "<imdn xmlns='urn:ietf:params:xml:ns:imdn'><message-id>never</message-id><delivery-notification><status>"
              "<delivered/></status></delivery-notification></imdn>")
    for kind, body in ((TEXT, b"\xff\xfe\xc3"), ("text/plain;charset=us-ascii", b"gr\xfc\xdfe"),
                       ("text/plain;charset=x", b"x"),
                       ("application/im-iscomposing+xml", sign.encode() % b"<refresh>99999999999999999999</refresh>"),
                       ("application/im-iscomposing+xml", b"<isComposing"), ("message/imdn+xml", notice.encode()[-60:]),
                       ("message/cpim", notice.encode()), ("message/cpim", notice.encode()[:70]),
                       ("message/cpim", b"\r\n\r\n"),
                       ("message/cpim", b"Content-Type: text/plain"), ("text/plain", b"")):
        peer.asks(dialog.draft("MESSAGE").carrying(kind, body), 200, 400, 415)
    peer.talks(dialog, "grüße")
