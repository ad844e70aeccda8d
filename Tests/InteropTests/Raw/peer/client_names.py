"""Names, numbers and texts of strangers at the program: whatever they hold, they are text."""
from message import Wrong, token
from peer import TEXT
from suites import suite

TITLE = "The program, whose exchange is a raw peer"
case = suite(TITLE)

# C1 controls, an OSC that C1 begins and ends, overrides of the direction, a line separator.
POISON = "\u009b2J\u009d0;stolen\u009cEvil\u202elive\u2066\u2028"
# In a quoted string SIP allows C0 behind a backslash: an ESC, an OSC, a NUL and a BEL.
QUOTED = "\\\x1b[2J\\\x1b]0;stolen\\\x07\\\0Evil\\\x08live"


def somebody(peer, name, user="1001"):
    return '"%s" <sip:%s@%s>' % (name, user, peer.domain)


@case("shows and logs every field as text: names, lists, bodies, phrases, addresses, warnings", log=True)
def plain(peer):
    invite = peer.is_called()
    peer.answer(invite, 480, POISON, "t", [("Warning", '399 x "%s"' % POISON), ("Retry-After", "5 (%s)" % POISON),
                                           ("Server", POISON), ("Reason", 'SIP;cause=480;text="%s"' % POISON)])
    peer.hears("ACK")
    peer.person.presses("Enter")
    invite = peer.hears("INVITE")
    peer.answer(invite, 302, "Moved", "t", [("Contact", '"%s" <sip:1006@%s>' % (POISON, peer.domain))])
    peer.hears("ACK")
    peer.person.sees("Sent on")
    peer.person.answers("Escape")
    for name in (POISON, QUOTED):
        peer.asks(peer.message(name + "\x1b]0;x\x07").set("P-Asserted-Identity", somebody(peer, name, "1004")).set(
            "From", somebody(peer, name) + ";tag=1").add("Subject", POISON).add("User-Agent", POISON).add(
                "Organization", POISON), 200)
    invite = peer.rings(peer.invite().set("P-Asserted-Identity", somebody(peer, QUOTED, "1005")))
    peer.person.sees("number 1005, asks")
    peer.person.answers("Escape")
    peer.gets(invite, 603)
    peer.send(peer.notify(peer.lists_told + 1, (("1000", "ada"), ("1001", "mallory"), ("1002", POISON))))
    peer.person.sees("1002")
    dialog = peer.calls()
    peer.asks(dialog.draft("REFER").add("Refer-To", somebody(peer, QUOTED, "1007")).add(
        "Referred-By", somebody(peer, POISON)), 202)
    peer.answer(peer.hears("NOTIFY"), 200)
    peer.person.sees("1007")
    peer.person.answers("Escape")
    peer.answer(peer.hears("NOTIFY"), 200)
    peer.asks(dialog.text(POISON + "\x1b[?1049l\x1bc"), 200)
    peer.talks(dialog)
    peer.asks(dialog.draft("BYE").add("Reason", 'SIP;cause=200;text="%s"' % POISON), 200)


@case("paints what was cut in the middle of an escape sequence or of a character, at every octet, as text", log=True)
def cut(peer):
    dialog = peer.calls()
    for sequence in ("\x1b[38;5;1m", "\x1b]0;stolen\x07", "\x1bP1;2|x\x1b\\", "\u009b?1049l", "👩\u200d👩\u200d👧",
                     "e\u0301\u0302", "🇩🇪"):
        octets = sequence.encode()
        for end in range(1, len(octets)):
            peer.asks(dialog.draft("MESSAGE").carrying(TEXT, b"cut" + octets[:end]), 200)
    peer.talks(dialog)


@case("reads names, users and tags that are empty or missing, and goes by the number")
def empty(peer):
    for name in ('"" <sip:1001@%s>', "<sip:1001@%s>", "sip:1001@%s", '"   " <sip:1001@%s>'):
        peer.asks(peer.message("nameless").set("P-Asserted-Identity", name % peer.domain).set(
            "From", name % peer.domain + ";tag=x"), 200)
    for name in ("<sip:%s>", '"" <sip:@%s>', '"" <sip:%%00@%s>'):
        draft = peer.message("?").set("P-Asserted-Identity").set("From", name % peer.domain + ";tag=x")
        peer.asks(draft, 200, 400, 403)
    peer.asks(peer.message("?").set("From", "<sip:1001@%s>;tag=" % peer.domain), 200, 400)
    peer.asks(peer.message("?").set("From", "<sip:1001@%s>" % peer.domain), 200)
    peer.is_strict = False
    for name in ("From", "To", "Call-ID", "CSeq"):
        peer.send(peer.message("?").set(name, ""))
        if peer.receive().status != 400:
            raise Wrong("an empty %s" % name)
    peer.is_strict = True
    peer.send(peer.notify(peer.lists_told + 1,
                          (("1000", "ada"), ("1001", "mallory"), ("1004", ""), ("", "nobody"), ("", ""))))
    peer.person.sees("1004")


@case("takes names and numbers for no path, no format and no command: %n, $(id), ../../x, %00, /quit")
def names(peer):
    for name in ("%n%s%x", "$(id) `id`", "../../x", "/quit", "<b>&amp;</b>"):
        peer.asks(peer.message(name).set("P-Asserted-Identity", somebody(peer, name, "1009")), 200)
        peer.person.sees("%s (1009) writes outside of a chat: %s" % (name, name))
    for user in ("..%2F..%2Fetc%2Fpasswd", "%00", "%25n", "a%5eb", "a;b", "$(id)"):
        peer.asks(peer.message("from " + user).set("P-Asserted-Identity").set(
            "From", "<sip:%s@elsewhere.example>;tag=x" % user), 200)
    peer.person.sees("a^b@elsewhere.example")


@case("reads texts in UTF-8 whatever their parameters, and marks what is no text")
def charsets(peer):
    dialog = peer.calls()
    for number, kind in enumerate(("text/plain;charset=UTF-8", 'text/plain; charset="utf-8"',
                                   "TEXT/PLAIN ; CHARSET=utf-8;format=flowed",
                                   "text/plain;charset=us-ascii", "text/plain")):
        peer.asks(dialog.draft("MESSAGE").carrying(kind, "grüße %d 日本 ^%%5e" % number), 200)
        peer.person.sees("mallory said: grüße %d 日本 ^%%5e" % number)


@case("shows a text once, though its 200 was lost and it comes again", udp=True)
def lost_answer(peer):
    dialog = peer.calls()
    for draft in (dialog.text("only once"), peer.message("only once")):
        for _ in range(3):
            peer.send(draft)
        for _ in range(3):
            peer.gets(draft, 200)
    peer.talks(dialog)
    peer.person.counts(2, "only once")


@case("proves its password to the realm that registered it, to no other, by no weaker function, nor for ever", bare=True, password=True)
def realms(peer):
    peer.accepts()
    challenge = 'Digest realm="%s", nonce="%s", algorithm=SHA-256, qop="auth"'
    register = peer.wire.receive()
    peer.answer(register, 401, "Unauthorized", "r", [("WWW-Authenticate", challenge % ("here", "one"))])
    register = peer.wire.receive()
    if 'realm="here"' not in register.get("Authorization") or "secret" in str(register.fields):
        raise Wrong("no credentials for its own registrar: %s" % register.fields)
    peer.serve(register)
    peer.admits()
    invite = peer.is_called()
    if "Authorization" in str(invite.fields) and 'realm="here"' not in str(invite.fields):
        raise Wrong("credentials for nobody")
    peer.answer(invite, 407, "Prove It", "t", [("Proxy-Authenticate", challenge % ("elsewhere.example", "two"))])
    peer.hears("ACK")
    peer.heard_nothing_else()
    peer.person.presses("Enter")
    invite, asked = peer.hears("INVITE"), 0
    while asked < 10:
        peer.answer(invite, 407, "Prove It", "t",
                    [("Proxy-Authenticate", challenge % ("here", token()) + ", stale=true")])
        peer.hears("ACK")
        ping = peer.send(peer.request("OPTIONS"))
        invite = peer.receive()
        if invite.method is None:
            break
        if "elsewhere" in str(invite.fields):
            raise Wrong("credentials for a foreign realm")
        peer.gets(ping, 200)
        asked += 1
    if asked > 5:
        raise Wrong("believed in stale nonces %d times" % asked)
    peer.person.presses("Enter")
    invite = peer.hears("INVITE")
    weak = 'Digest realm="here", nonce="four", algorithm=MD5, qop="auth"'
    unknown = 'Digest realm="here", nonce="five", algorithm=SHA3-999, qop="auth"'
    peer.answer(invite, 407, "Prove It", "t", [("Proxy-Authenticate", unknown), ("Proxy-Authenticate", weak)])
    peer.hears("ACK")
    peer.heard_nothing_else()
