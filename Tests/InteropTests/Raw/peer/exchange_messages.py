"""What a message may not be, sent to the exchange."""
from message import Wrong, token
from suites import suite
from wires import WebSocket, frame

TITLE = "A raw peer at the exchange"
case = suite(TITLE)


def options(peer):
    return peer.draft("OPTIONS", "sip:" + peer.domain)


def broken(start=None, **fields):
    """What is wrong with a request, as a function on a legal one."""
    def change(draft):
        for name, values in fields.items():
            values = [values] if isinstance(values, str) else values
            draft = draft.set(name.replace("_", "-"), *values)
        return draft.starting(start) if start else draft
    return change


@case("answers a request of another version 505, and takes its own in any case")
def version(exchange):
    peer = exchange.stranger()
    peer.asks(options(peer).starting("OPTIONS sip:%s SIP/7.0" % peer.domain), 505)
    peer.asks(options(peer).starting("OPTIONS sip:%s sip/2.0" % peer.domain), 200)


@case("knows methods by their case: another spelling is another method, and is answered 405 with Allow")
def method_case(exchange):
    peer = exchange.guest()
    draft = peer.draft("options", peer.uri("600"))
    if "INVITE" not in peer.asks(draft, 405).get("Allow"):
        raise Wrong("405 without Allow")


@case("reads names of fields in any case and short form, folded lines, and passes over what it does not know")
def spellings(exchange):
    peer = exchange.stranger()
    draft = options(peer)
    text = draft.bytes().decode().replace("Via:", "v :").replace("From:", "f:\r\n ").replace("To:", "T:")
    text = text.replace("Call-ID", "i").replace("CSeq", "cSEQ")
    text = text.replace("Max-Forwards", "X-Unknown: \t,;:\r\nMAX-forwards")
    peer.send(text.encode())
    peer.gets(draft, 200)


@case("answers a request without From, To, Call-ID or CSeq 400, with the fields that there are")
def missing(exchange):
    peer = exchange.stranger()
    peer.is_strict = False
    for name in ("From", "To", "Call-ID", "CSeq"):
        peer.send(options(peer).set(name))
        answer = peer.receive()
        if answer.status != 400 or answer.lacks != [name]:
            raise Wrong("without %s: %s, which lacks %s" % (name, answer.start, answer.lacks))
    peer.heard_nothing_else()


@case("serves a request without Max-Forwards, as RFC 2543 had none")
def no_hops(exchange):
    peer = exchange.stranger()
    peer.asks(options(peer).set("Max-Forwards"), 200)


MALFORMED = [
    broken(CSeq="4294967296 OPTIONS"), broken(CSeq="x OPTIONS"), broken(CSeq="1 INVITE"), broken(CSeq="-1 OPTIONS"),
    broken(CSeq="1"), broken(Max_Forwards="-1"), broken(Max_Forwards="256"), broken(Max_Forwards="many"),
    broken(Call_ID="two words"), broken(Call_ID=["one", "two"]), broken(From=["<sip:a@b>;tag=1", "<sip:a@b>;tag=1"]),
    broken(To='"unbalanced <sip:a@b>'), broken(To="<sip:a@b"), broken(To="< sip:a@b >"),
    broken(Contact="sip:a@b?Route=%3Csip:c%3E"),
    broken(Contact="Bell, Alexander <sip:a@b>"), broken(From="<sip:%zz@b>;tag=1"),
]
STARTS = ["OPTIONS <sip:%s> SIP/2.0", "OPTIONS sip:%s;x=y z SIP/2.0", "OPTIONS  sip:%s SIP/2.0",
          "OPTIONS sip:%s SIP/2.0 ",
          "OPTIONS sip:%s?Route=%%3Csip:x%%3E SIP/2.0", "OPTIONS sip:[::1 SIP/2.0"]


@case("answers what is malformed 400, each on the same connection, and goes on with the next")
def malformed(exchange):
    for wrong in MALFORMED + [broken(start % "b" if "%s" in start else start) for start in STARTS]:
        peer = exchange.stranger()
        draft = wrong(options(peer))
        peer.send(draft)
        answer = peer.receive()
        if answer.status != 400:
            raise Wrong("%s %s: %s" % (draft.start, draft.fields, answer.start))
        peer.asks(options(peer), 200)
        peer.wire.close()


@case("drops malformed responses, and responses to nothing, without a word")
def responses(exchange):
    peer = exchange.stranger()
    draft = options(peer).starting("SIP/2.0 200 OK")
    for response in (draft, draft.starting("SIP/2.0 4294967301 Better"), draft.set("CSeq", "x"), draft.set("Via"),
                     draft.set("CSeq", "1 INVITE"), draft.starting("SIP/2.0 99 Little"), draft.starting("SIP/2.0")):
        peer.send(response)
    peer.heard_nothing_else()


CONTROLS = ["a\0b", "a\x01b", "a\x1b[2Jb", "a\x7fb", "a\rb", "a\nb", "a\r\n\r b"]


@case("lets no control character in a field be anything but a fault")
def controls(exchange):
    for text in CONTROLS[:-1]:
        for name in ("Subject", "From"):
            peer = exchange.stranger()
            peer.is_strict = False
            value = text if name == "Subject" else '"%s" <sip:a@b>;tag=1' % text
            peer.send(options(peer).set(name, value))
            answer = peer.receive()
            if answer.status != 400:
                raise Wrong("%r in %s: %s" % (text, name, answer.start))
            peer.wire.close()


@case("refuses fields that look like others: Contact with a control character, a blank, or a fold at the start")
def lookalikes(exchange):
    for line in ("Contact\x01: <sip:a@b>", "Cont act: <sip:a@b>", ": nothing", "Contact", "Cöntact: x"):
        peer = exchange.stranger()
        text = options(peer).bytes().replace(b"\r\nMax-Forwards", ("\r\n%s\r\nMax-Forwards" % line).encode())
        peer.send(text)
        if peer.receive().status != 400:
            raise Wrong("%r was not refused" % line)
        peer.wire.close()
    peer = exchange.stranger()
    peer.send(options(peer).bytes().replace(b" SIP/2.0\r\n", b" SIP/2.0\r\n folded: into nothing\r\n"))
    if peer.receive().status != 400:
        raise Wrong("a fold before the first field was not refused")


@case("ends a stream on which Content-Length is negative, huge, no number, or said twice, after a 4xx")
def lengths(exchange):
    for values in (["-1"], ["18446744073709551617"], ["4294967297"], ["0x10"], ["many"], ["2", "3"], ["2", "2"],
                   ["70000000"]):
        peer = exchange.stranger()
        peer.send(options(peer).set("Content-Length", *values))
        said = peer.wire.ends()
        if not said.startswith((b"SIP/2.0 400", b"SIP/2.0 413", b"SIP/2.0 513")):
            raise Wrong("Content-Length %s: %r" % (values, said[:40]))


@case("cuts the stream where Content-Length says: two in one piece, one in single octets")
def pieces(exchange):
    peer = exchange.stranger()
    first, second = options(peer).carrying("text/plain", "OPTIONS sip:x SIP/2.0\r\n\r\n"), options(peer)
    peer.send(first.bytes() + b"\r\n\r\n" + second.bytes())
    peer.gets(first, 200)
    peer.gets(second, 200)
    third = options(peer)
    for octet in third.bytes():
        peer.wire.send(bytes([octet]))
    peer.gets(third, 200)


@case("over UDP, answers more Content-Length than there is 400, and does not read what is behind a smaller one")
def datagrams(exchange):
    peer = exchange.stranger("udp")
    peer.asks(options(peer).set("Content-Length", "9999"), 400)
    peer.asks(options(peer).set("Content-Length", "-1"), 400)
    first, behind = options(peer), options(peer)
    peer.send(first.bytes() + behind.bytes())
    peer.gets(first, 200)
    peer.heard_nothing_else()


@case("over UDP, says what it knows of the way in received and rport, whatever the sender's Via claims")
def lying_via(exchange):
    peer = exchange.stranger("udp")
    draft = options(peer).set("Via", "SIP/2.0/UDP 192.0.2.99:9;rport;branch=z9hG4bK" + token())
    answer = peer.asks(draft, 200)
    host, _, port = peer.wire.local.partition(":")
    if "received=" + host not in answer.get("Via") or "rport=" + port not in answer.get("Via"):
        raise Wrong("the Via came back as " + answer.get("Via"))


@case("answers a body or a message beyond its size 413 or 513, and a head that never ends is the connection's end")
def sizes(exchange):
    peer = exchange.guest()
    peer.asks(peer.message("600", "x" * 60000), 413)
    for wrong in (options(peer).set("Subject", "x" * 40000),
                  options(peer).starting("OPTIONS sip:%s SIP/2.0" % ("a" * 40000))):
        stranger = exchange.stranger()
        stranger.send(wrong)
        if stranger.receive().status not in (400, 413, 414, 513):
            raise Wrong("too large and not refused")
        stranger.wire.close()
    endless = exchange.stranger()
    endless.send(b"OPTIONS sip:x SIP/2.0\r\n" + b"Subject: x\r\n" * 20000)
    endless.wire.ends()


@case("answers pings between messages, and single line ends not at all")
def keep_alive(exchange):
    peer = exchange.stranger()
    peer.wire.send(b"\r\n\r\n")
    while b"\r\n" not in peer.wire.buffer:
        peer.wire.read()
    peer.wire.buffer = b""
    peer.wire.send(b"\r\n")
    peer.heard_nothing_else()


@case("over WebSocket, wants the subprotocol, masks, whole UTF-8 and whole messages, and says good-bye with the code",
      websocket=True)
def websocket(exchange):
    if " 101 " in WebSocket(exchange.websocket, protocol="chat").greeting:
        raise Wrong("a WebSocket for something else was opened")
    text = options(exchange.stranger("ws")).bytes()
    for octets, code in ((frame(text, masked=False), 1002), (frame(b"\xff\xfe"), 1007), (frame(text, reserved=4), 1002),
                         (frame(b"", code=3), 1002), (frame(b"x", code=0), 1002), (frame(b"x" * 126, code=9), 1002),
                         (frame(b"", code=9, final=False), 1002), (frame(b"x" * 200_000), 1009)):
        peer = exchange.stranger("ws")
        peer.wire.send_raw(octets)
        found = peer.wire.next_frame()
        if found[0] != 8 or int.from_bytes(found[1][:2], "big") != code:
            raise Wrong("wanted a good-bye with %d, got %r" % (code, found))


@case("over WebSocket, takes one message from one frame, fragments as one, and a ping between them", websocket=True)
def fragments(exchange):
    peer = exchange.stranger("ws")
    first, behind, third = options(peer), options(peer), options(peer)
    peer.send(first.bytes() + behind.bytes())
    peer.gets(first, 200)
    text = third.bytes()
    peer.wire.send_raw(frame(text[:20], final=False) + frame(b"hello", code=9) + frame(text[20:], code=0))
    if peer.wire.next_frame() != (10, b"hello"):
        raise Wrong("no pong")
    peer.gets(third, 200)


@case("over UDP, answers the same fault alike each time it comes")
def same_fault(exchange):
    peer = exchange.stranger("udp")
    wrong = options(peer).set("CSeq", "x OPTIONS")
    first, second = peer.asks(wrong, 400), peer.asks(wrong, 400)
    if first.fields != second.fields or not first.tag("To"):
        raise Wrong("two answers: %s and %s" % (first.get("To"), second.get("To")))


POISON = "\u009b2J\u009d0;stolen\u009cEvil\u202elive\u2066\u2028"


@case("writes every field of a stranger into its log and its status as text", log=True)
def plain(exchange):
    peer = exchange.guest(name="mallory")
    for draft in (peer.message("600", POISON + "\x1b]0;x\x07"), peer.draft("OPTIONS", peer.uri("600"))):
        draft = draft.set("From", '"%s" <sip:%s@%s>;tag=%s' % (POISON, peer.user, peer.domain, token()))
        for name in ("Subject", "User-Agent", "Organization", "P-Asserted-Identity", "X-Unknown", "Reason"):
            draft = draft.add(name, POISON if name != "P-Asserted-Identity" else '"%s" <sip:1@x>' % POISON)
        peer.asks(draft, 200)
    peer.asks(peer.draft("DANCE%n", peer.uri("600")), 405)
    peer.asks(peer.message("%1b%5d0;x%07").set("Call-ID", "%n$(id)../../x@" + token()), 404)
    dialog = peer.calls("600")
    peer.asks(dialog.draft("BYE").add("Reason", 'SIP;text="%s"' % POISON), 200)


@case("takes names that are text, whatever they mean elsewhere, and refuses those that a terminal would obey")
def names(exchange):
    watcher = exchange.guest(name="watcher")
    watcher.watches()
    for name in ("%n%s%x", "$(id)", "../../x", "; rm -rf", "<b>&amp;</b>"):
        guest = exchange.guest(name=name)
        guest.send(guest.message(watcher.user, name))
        arrived = watcher.hears("MESSAGE")
        if arrived.get("P-Asserted-Identity") != guest.asserted:
            raise Wrong("%s became %s" % (name, arrived.get("P-Asserted-Identity")))
        watcher.answer(arrived, 200)
    for name in ("\\\x1b[2J", "\\\0", "\\\x07", "\u009b31m", "a\u202eb"):
        stranger = exchange.stranger()
        stranger.name = name
        stranger.asks(stranger.register_draft(), 400, 403)
    for nameless in ('"" <sip:Webphone1@%s>', "<sip:Webphone1@%s>"):
        stranger = exchange.stranger()
        stranger.asks(stranger.register_draft().set("To", nameless % stranger.domain), 200)
    listed = set("".join(watcher.lists)) - {"\r", "\n"}
    if any(ord(character) < 32 or character in "\u009b\u202e" for character in listed):
        raise Wrong("a control character stands in the list")
