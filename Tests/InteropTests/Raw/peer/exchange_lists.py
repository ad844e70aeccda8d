"""Lists and passwords at the exchange, asked for in ways that are not good enough."""
import hashlib

from message import Wrong, token
from peer import Dialog
from suites import suite

TITLE = "A raw peer at the exchange"
case = suite(TITLE)


@case("answers a SUBSCRIBE for another event 489, without a list it can send 406, too brief 423, for another line 403 or 404")
def subscriptions(exchange):
    peer = exchange.guest()
    if peer.asks(peer.subscription().set("Event", "dialog"), 489).get("Allow-Events") != "presence":
        raise Wrong("489 without Allow-Events")
    peer.asks(peer.subscription().set("Event"), 489)
    peer.asks(peer.subscription().set("Accept", "text/html"), 406)
    if not peer.asks(peer.subscription().set("Expires", "1"), 423).get("Min-Expires"):
        raise Wrong("423 without Min-Expires")
    peer.asks(peer.subscription("Nowhere"), 403, 404)
    peer.asks(peer.subscription().add("Require", "eventlist"), 420)


@case("ends the subscription of a watcher that answers 481, and takes an old SUBSCRIBE in its dialog for 500")
def watchers(exchange):
    peer = exchange.guest()
    draft = peer.subscription()
    answer = peer.asks(draft, 200)
    dialog = Dialog.called(peer, draft, answer)
    old = dialog.draft("SUBSCRIBE", draft.number).add("Event", "presence").add("Expires", "120")
    peer.asks(old.set("Route"), 500)
    peer.asks(dialog.draft("SUBSCRIBE").set("To", dialog.remote + "x").add("Event", "presence"), 481)
    peer.serve = lambda message: False
    exchange.guest(name="somebody new")
    peer.answer(peer.hears("NOTIFY"), 481)
    exchange.guest(name="somebody newer")
    peer.heard_nothing_else()
    peer.asks(dialog.draft("SUBSCRIBE").add("Event", "presence").add("Expires", "120"), 481)


def digest(challenge, user, password, method, uri, count="00000001"):
    facts = dict(part.strip().split("=", 1) for part in challenge.partition(" ")[2].split(","))
    facts = {name: value.strip('"') for name, value in facts.items()}
    function = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}[facts.get("algorithm", "MD5")]
    digest = lambda text: function(text.encode()).hexdigest()
    secret = digest("%s:%s:%s" % (user, facts["realm"], password))
    response = digest(":".join([secret, facts["nonce"], count, "cafe", "auth", digest(method + ":" + uri)]))
    return ('Digest username="%s", realm="%s", nonce="%s", uri="%s", response="%s", algorithm=%s, cnonce="cafe", '
            'qop=auth, nc=%s' % (user, facts["realm"], facts["nonce"], uri, response, facts.get("algorithm", "MD5"),
                                 count)
            + (', opaque="%s"' % facts["opaque"] if "opaque" in facts else ""))


@case("believes each digest once: no copy, no other method, no other user, no nonce of its own making", extension=True)
def digests(exchange):
    peer = exchange.stranger()
    uri = "sip:" + peer.domain

    def register():
        return peer.draft("REGISTER", uri, '"Ada" <sip:601@%s>' % peer.domain, peer.registration).set(
            "From", "<sip:601@%s>;tag=%s" % (peer.domain, token())).add("Expires", "60")

    def challenged():
        found = peer.asks(register(), 401).all("WWW-Authenticate")
        return next(value for value in found if "SHA-256" in value or len(found) == 1)

    good = digest(challenged(), "601", "secret", "REGISTER", uri)
    peer.asks(register().add("Authorization", good), 200)
    peer.asks(register().add("Authorization", good), 401)
    challenge = challenged()
    for credentials in (digest(challenge, "601", "secret", "INVITE", uri),
                        digest(challenge, "601", "wrong", "REGISTER", uri)):
        peer.asks(register().add("Authorization", credentials), 403)
    made_up = challenge.replace('nonce="', 'nonce="0')
    peer.asks(register().add("Authorization", digest(made_up, "601", "secret", "REGISTER", uri)), 401)
    other = digest(challenged(), "601", "secret", "REGISTER", uri).replace('username="601"', 'username="602"')
    peer.asks(register().add("Authorization", other), 403, 503)


@case("never asks a CANCEL or an ACK for a password", extension=True)
def unasked(exchange):
    peer = exchange.stranger()
    peer.user = "601"
    peer.asks(peer.cancel_of(peer.invite("600")), 481)
    peer.send(peer.draft("ACK", peer.uri("600")))
    peer.heard_nothing_else()


@case("slows down who guesses passwords, and says nothing of which extensions there are", extension=True)
def guesses(exchange):
    def guess(number):
        peer = exchange.stranger()
        uri = "sip:" + peer.domain

        def register():
            return peer.draft("REGISTER", uri, "<sip:%s@%s>" % (number, peer.domain)).set(
                "From", "<sip:%s@%s>;tag=%s" % (number, peer.domain, token()))

        first = peer.final(peer.send(register()))
        challenge = next((value for value in first.all("WWW-Authenticate") if "SHA-256" in value), None)
        if not challenge:
            return [first.status]
        proof = digest(challenge, number, "wrong", "REGISTER", uri)
        second = peer.final(peer.send(register().add("Authorization", proof)))
        if second.status == 503 and not second.get("Retry-After"):
            raise Wrong("503 without Retry-After")
        return [first.status, second.status]

    if guess("601") != guess("602") or guess("601") != [401, 403]:
        raise Wrong("an extension that is there is answered otherwise than one that is not")
    found = [guess("601") for _ in range(4)]
    if [503] not in found and [401, 503] not in found:
        raise Wrong("nobody was slowed down: %s" % found)
