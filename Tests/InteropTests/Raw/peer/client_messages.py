"""What a message may not be, sent to the program by its exchange."""
from exchange_messages import CONTROLS, MALFORMED, STARTS, broken
from message import Wrong, token
from peer import OFFER, SDP
from suites import suite

TITLE = "The program, whose exchange is a raw peer"
case = suite(TITLE)


@case("answers a request of another version 505, unknown methods and those of a server 405 with Allow")
def methods(peer):
    peer.asks(peer.request("OPTIONS").starting("OPTIONS %s SIP/3.0" % peer.target), 505)
    for method in ("options", "MESSAGE2", "PUBLISH", "REGISTER", "SUBSCRIBE"):
        if "INVITE" not in peer.asks(peer.request(method), 405).get("Allow"):
            raise Wrong("405 without Allow")


@case("answers what is malformed 400, one after the other, and goes on", udp=True)
def malformed(peer):
    for wrong in MALFORMED + [broken(start % "b" if "%s" in start else start) for start in STARTS]:
        draft = wrong(peer.request("OPTIONS"))
        peer.send(draft)
        answer = peer.receive()
        if answer.status != 400:
            raise Wrong("%s %s: %s" % (draft.start, draft.fields, answer.start))


@case("drops responses that are malformed or belong to nothing")
def responses(peer):
    draft = peer.request("OPTIONS").starting("SIP/2.0 200 OK")
    for response in (draft, draft.starting("SIP/2.0 4294967301 Better"), draft.set("CSeq", "x"), draft.set("Via"),
                     draft.set("CSeq", "1 INVITE"), draft.set("To", "<sip:a")):
        peer.send(response)
    peer.heard_nothing_else()


@case("lets no control character in any field be anything but a fault, and none reach the screen")
def controls(peer):
    peer.is_strict = False
    for text in CONTROLS[:3]:
        for name in ("Subject", "From", "P-Asserted-Identity"):
            value = text if name == "Subject" else '"%s" <sip:a@b>;tag=1' % text
            peer.send(peer.message().set(name, value))
            answer = peer.receive()
            if answer.status != 400:
                raise Wrong("%r in %s: %s" % (text, name, answer.start))
    peer.is_strict = True


@case("ends a connection on which Content-Length lies, comes back, and registers anew")
def lengths(peer):
    for values in (["-1"], ["18446744073709551617"], ["2", "3"]):
        peer.send(peer.message().set("Content-Length", *values))
        peer.wire.ends()
        peer.accepts()
        peer.admits()


@case("over UDP, answers more Content-Length than there is 400, and does not read behind a smaller one", udp=True)
def datagrams(peer):
    peer.asks(peer.message().set("Content-Length", "9999"), 400)
    first, behind = peer.message("first"), peer.message("behind")
    peer.send(first.bytes() + behind.bytes())
    peer.gets(first, 200)
    peer.heard_nothing_else()
    peer.person.never_sees("behind")


@case("takes no word from anybody but its exchange", udp=True)
def strangers(peer):
    import socket
    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    other.bind((peer.domain, 0))
    other.settimeout(1)
    for draft in (peer.message("from elsewhere"), peer.invite()):
        other.sendto(draft.bytes(), peer.wire.place)
    peer.heard_nothing_else()
    try:
        raise Wrong("a stranger was answered: %r" % other.recv(99))
    except (socket.timeout, ConnectionError):
        other.close()
    peer.person.never_sees("from elsewhere")


@case("answers an unknown Require 420 with Unsupported, but never asks what an ACK or a CANCEL requires")
def required(peer):
    for method in ("MESSAGE", "INVITE", "OPTIONS"):
        draft = peer.request(method).add("Require", "teleport, 100rel")
        if peer.asks(draft, 420).get("Unsupported") != "teleport":
            raise Wrong("420 without Unsupported")
    invite = peer.rings()
    peer.asks(peer.cancel_of(invite).add("Require", "teleport"), 200)
    peer.gets(invite, 487)
    peer.send(peer.request("ACK").add("Require", "teleport"))
    peer.heard_nothing_else()


@case("answers a Request-URI that is no telephone's 416")
def schemes(peer):
    for uri in ("mailto:a@b", "http://127.0.0.1/"):
        peer.asks(peer.request("OPTIONS").starting("OPTIONS %s SIP/2.0" % uri), 416)


@case("answers a body of a kind, or in an encoding, that it does not read 415 with what it does")
def bodies(peer):
    for method, kind in (("MESSAGE", "text/html"), ("MESSAGE", "image/png"), ("INVITE", "text/plain")):
        if not peer.asks(peer.request(method).carrying(kind, "<b>?</b>"), 415).get("Accept"):
            raise Wrong("415 without Accept")
    if not peer.asks(peer.message().add("Content-Encoding", "gzip"), 415).get("Accept-Encoding"):
        raise Wrong("415 without Accept-Encoding")
    peer.asks(peer.message("x" * 40_000), 413)


@case("answers an offer that is broken 400, endless 413, and one without a word for us 488 with Warning")
def offers(peer):
    audio = "m=audio 9 RTP/AVP 0\r\n"
    for body, statuses in (("nonsense", (400,)), ("v=0\r\n", (400,)),
                           (OFFER.replace("RTP/AVP 0", "RTP/AVP 4294967296"), (400, 488)),
                           (OFFER.replace("s=-", "s=\0"), (400,)), (OFFER.replace("audio 9", "audio -1"), (400,)),
                           (OFFER.replace("audio 9", "audio 99999"), (400,)), (OFFER.replace("\r\n", "\r"), (400,)),
                           (OFFER + audio * 1_000, (400, 413, 488)),
                           (OFFER.replace("IN IP4 127", "XX IPX 127"), (400, 488)),
                           (OFFER.replace("m=audio 9 RTP/AVP 0", "m=video 9 RTP/AVP 96"), (488,))):
        answer = peer.asks(peer.invite().carrying(SDP, body), *statuses)
        if answer.status == 488 and not answer.get("Warning"):
            raise Wrong("488 without Warning")
    peer.person.never_sees("asks you")


@case("answers an INVITE without Contact, or with one that is no address, 400")
def contacts(peer):
    peer.asks(peer.invite().set("Contact"), 400)
    for contact in ("<mailto:a@b>", "*", "<tel:1001>"):
        peer.asks(peer.invite().set("Contact", contact), 400, 416)
    peer.asks(peer.invite().add("Contact", "<sip:second@x>"), 400)


@case("answers a request that came before by another way 482, and rings once")
def merged(peer):
    invite = peer.rings()
    copy = invite.again()
    peer.asks(copy, 482)
    peer.asks(peer.cancel_of(invite), 200)
    peer.gets(invite, 487)


@case("answers no ACK to nothing, and a CANCEL to nothing 481")
def nothing(peer):
    peer.send(peer.request("ACK"))
    peer.send(peer.request("ACK").set("To", "<%s>;tag=never" % peer.target))
    peer.heard_nothing_else()
    peer.asks(peer.cancel_of(peer.invite()), 481)


@case("answers requests of dialogs that never were 481, whatever they are")
def unknown_dialogs(peer):
    for method in ("BYE", "MESSAGE", "INVITE", "UPDATE", "INFO", "REFER", "NOTIFY", "PRACK", "OPTIONS"):
        peer.asks(peer.request(method).set("To", "<%s>;tag=never" % peer.target), 481)
    for method in ("BYE", "NOTIFY", "UPDATE", "INFO", "PRACK"):
        peer.asks(peer.request(method), 481)
    peer.asks(peer.request("REFER").add("Refer-To", "<sip:1002@%s>" % peer.domain), 403)


@case("shows who its exchange asserts, not who a From says it is")
def forged(peer):
    peer.asks(peer.message("guess who").set("From", '"Echo test" <sip:600@%s>;tag=%s' % (peer.domain, token())), 200)
    peer.person.sees("mallory (1001) writes outside of a chat: guess who")


@case("refuses lists that are not its own: no subscription, another's, no state, an older one, broken ones")
def lists(peer):
    first = peer.lists_told + 1
    eve = (("1000", "ada"), ("1002", "eve"))
    peer.serve = lambda message: False
    for wrong, statuses in ((peer.notify(first, eve).set("Call-ID", token()), (481,)),
                            (peer.notify(first, eve).set("To", "<sip:x@y>;tag=never"), (481,)),
                            (peer.notify(first, eve).set("From", "<sip:x@y>;tag=never"), (481,)),
                            (peer.notify(first, eve).set("Subscription-State"), (400,)),
                            (peer.notify(first, eve).set("Event", "dialog"), (481, 489)),
                            (peer.notify(first + 9), (200,)), (peer.notify(first + 8, eve), (500,)),
                            (peer.notify(first + 9, eve), (200,))):  # the same number: a copy, which was taken
        peer.asks(wrong, *statuses)
    peer.asks(peer.notify(first + 10).carrying("application/pidf+xml", "<presence"), 200, 400)
    peer.asks(peer.notify(first + 11).carrying("application/pidf+xml", "<!DOCTYPE x [<!ENTITY a 'aa'>]><x>&a;</x>"),
              200, 400)
    peer.asks(peer.notify(first + 12).carrying("text/html", "<b>"), 200, 415)
    del peer.serve
    peer.person.never_sees("eve")
    peer.send(peer.notify(first + 13, (("1000", "ada"), ("1001", "mallory"), ("1003", "fred"))))
    peer.person.sees("fred")


@case("refuses a body of several parts whose boundary is longer than it is, or that does not end")
def parts(peer):
    part = "--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n"
    for kind, body in (("multipart/mixed;boundary=" + "x" * 70, "--x--"), ("multipart/mixed;boundary=x", part),
                       ('multipart/mixed;boundary="%s"' % ("x" * 5_000), part + "--x--"),
                       ("multipart/mixed", part + "--x--"),
                       ("multipart/mixed;boundary=", part + "--x--"), ("multipart/mixed;boundary=x", part * 500),
                       ("multipart/mixed;boundary=x", "--x\r\nContent-Type: multipart/mixed;boundary=x\r\n\r\n" * 300)):
        for method in ("MESSAGE", "INVITE"):
            peer.asks(peer.request(method).carrying(kind, body), 400, 413, 415)
    peer.person.never_sees("hello")
