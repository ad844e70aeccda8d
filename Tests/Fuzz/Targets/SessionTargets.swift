import SIP

/// What stands in a Refer-To, a Replaces, a `message/sipfrag`, an INFO and the Contacts of a 3xx: each is read or
/// refused, what was read can be written and is read as the same again, and nothing comes along with it.
func fuzzReferral(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let replaces = Replaces(text) {
        require(Replaces(replaces.description) == replaces, "\(replaces) does not parse to itself")
        let target = URI.sip("1", "exchange.local").asking(replaces)
        require((try? URI(parsing: target.description)) == target, "\(target) does not parse to itself")
        require(target.headers.compactMap { Replaces($0.value) } == [replaces], "\(target) lost its Replaces")
    }
    if let fragment = StatusFragment(parsing: bytes) {
        require((100..<700).contains(fragment.status), "a status of \(fragment.status)")
        require(fragment.serialized.count <= StatusFragment.longestLine + 2, "a longer line than is read")
        require(StatusFragment(parsing: fragment.serialized) == fragment, "\(fragment) does not parse to itself")
    }
    for type in [TelephoneKeys.relay, TelephoneKeys.plain] {
        var info = Request(.info, .sip("1", "h"), body: bytes)
        info.headers[.contentType] = type
        if let key = try? TelephoneKeys.key(in: info), !key.isEmpty {
            require(key.count == 1 && "0123456789*#ABCD".contains(key), "\(key) is no key")
        }
    }
    var refer = Request(.refer, .sip("1", "h"))
    refer.headers[.referTo] = text
    if let order = try? ReferOrder(refer) {
        require(order.target.uri.query == nil && order.target.parameters.isEmpty, "more than an address to call")
        require(order.replaces.map { Replaces($0.description) == $0 } ?? true, "a Replaces that does not parse again")
    }
    var moved = Response(302, to: refer)
    moved.headers[.contact] = text
    let others = moved.redirections(from: refer.uri)
    require(others.count <= UserAgent.Limits.redirections, "too many addresses")
    require(others.allSatisfy { $0.uri.query == nil && $0.parameters.isEmpty }, "more than an address to call")
}

/// A peer, and others over the same exchange, say whatever they like to a user agent in a call: what it sends can be
/// written and read, and its INVITEs are its own.
///
/// `qMETHOD` and further fields, a body behind an empty line: a request of the peer in the call; `oMETHOD` one outside of
/// it, where `@` stands for what names the call in Replaces; `kMETHOD` one in the call that came in last, where `#` stands
/// for the last RSeq; `i`, `a` the person is rung by that one, accepts it; `rNNN` the last request is answered; `t` the next
/// timer fires; `fURI`, `j`, `y`, `n`, `dKEYS`, `p`, `u`, `sTEXT`, `h` the person transfers, joins, follows, refuses, presses
/// keys, holds, resumes, writes, hangs up; `v`, `w`, `x`, `z` it asks for voice, says yes to it (also by accepting the call
/// that came in last), ends it, says no.
func fuzzSession(_ bytes: [UInt8]) {
    var host = SessionHost()
    host.call()
    for record in records(of: bytes).prefix(200) { host.perform(record[0], record.dropFirst()) }
}

/// What the person brings who speaks.
let ownVoice = AudioCapabilities(
    address: SocketAddress(host: "192.0.2.1", port: 4_000),
    codecs: [.opus, .pcmu, .pcma, .telephoneEvent(clockRate: 8_000)], security: .preferred,
    keys: [SRTPKey(.aes128SHA1Tag80, Array(repeating: 1, count: 30))].compactMap { $0 })

private struct SessionHost {
    var agent = UserAgent(
        .init(
            identity: NameAddress(.sip("1001", "exchange.local")), trust: .everyFlow, sessionLimit: 8,
            codecs: ownVoice.codecs),
        identifiers: .seeded(1))
    let flow = exampleFlow(1, .tcp)
    var timers = Timers<UserAgent.Timer>()
    var asked: Request?
    var dialog: (callID: String, tag: String) = ("", "")
    var number: UInt32 = 0
    var placed: UInt64 = 1
    var referral: (ReferralID, URI)?
    /// The call that came in last, how it is named, and the number of its last reliable response.
    var incoming: SessionID?
    var heard: (callID: String, tag: String?, rseq: String) = ("", nil, "1")

    mutating func call() {
        handle(.command(.invite(.placed(1), to: .sip("1002", "exchange.local"), on: flow)))
        dialog = (asked?.callID ?? "", asked?.from?.tag ?? "")
        perform(UInt8(ascii: "r"), Array("200Contact: <sip:1002@h>".utf8)[...])
    }

    mutating func perform(_ kind: UInt8, _ content: ArraySlice<UInt8>) {
        let text = String(decoding: content, as: UTF8.self)
        let call = SessionID.placed(1)
        switch kind {
        case UInt8(ascii: "q"): hears(text, callID: dialog.callID, toTag: dialog.tag)
        case UInt8(ascii: "o"):
            let name = "\(dialog.callID);to-tag=\(dialog.tag);from-tag=fuzz"
            hears(
                text.split(separator: "@", omittingEmptySubsequences: false).joined(separator: name),
                callID: "o\(number)", toTag: nil)
        case UInt8(ascii: "k"):
            let named = text.split(separator: "#", omittingEmptySubsequences: false).joined(separator: heard.rseq)
            hears(named, callID: heard.callID, toTag: heard.tag)
        case UInt8(ascii: "i"): if let incoming { handle(.command(.ring(incoming))) }
        case UInt8(ascii: "a"): if let incoming { handle(.command(.accept(incoming))) }
        case UInt8(ascii: "r"):
            guard let asked, let response = answer(to: asked, content) else { return }
            handle(.received(.response(response), on: flow))
        case UInt8(ascii: "t"): if let timer = timers.fireNext() { handle(.fired(timer)) }
        case UInt8(ascii: "f"): if let uri = try? URI(parsing: text) { handle(.command(.refer(call, to: uri))) }
        case UInt8(ascii: "j"): handle(.command(.join(call, with: .placed(placed))))
        case UInt8(ascii: "y"):
            guard let (id, uri) = referral else { return }
            placed += 1
            handle(.command(.invite(.placed(placed), to: uri, on: flow, following: id)))
        case UInt8(ascii: "n"): if let (id, _) = referral { handle(.command(.refuse(id))) }
        case UInt8(ascii: "d"): handle(.command(.dtmf(call, text)))
        case UInt8(ascii: "p"): handle(.command(.hold(call)))
        case UInt8(ascii: "u"): handle(.command(.resume(call)))
        case UInt8(ascii: "s"):
            handle(.command(.message(MessageToken(UInt64(timers.started)), .init(text: text), in: call)))
        case UInt8(ascii: "h"): handle(.command(.hangUp(call)))
        case UInt8(ascii: "v"): handle(.command(.offerVoice(call, ownVoice)))
        case UInt8(ascii: "w"):
            handle(.command(.acceptVoice(call, ownVoice)))
            if let incoming { handle(.command(.accept(incoming, voice: ownVoice))) }
        case UInt8(ascii: "x"): handle(.command(.endVoice(call)))
        case UInt8(ascii: "z"): handle(.command(.refuseVoice(call)))
        default: break
        }
    }

    private mutating func hears(_ text: String, callID: String, toTag: String?) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        let method = Method(lines.popFirst() ?? "")
        number += 1
        var request = Request(method, .sip("1001", "192.0.2.1"))
        request.headers[.via] = "SIP/2.0/TCP h;branch=z9hG4bK\(number)"
        request.from = NameAddress(.sip("1002", "exchange.local"), tag: "fuzz")
        request.to = NameAddress(.sip("1001", "exchange.local"), tag: toTag)
        request.callID = callID
        request.cseq = CSeq(number, method)
        request.contact = NameAddress(.sip("1002", "h"))
        while let line = lines.popFirst(), let colon = line.firstIndex(of: ":") {
            request.headers.append(HeaderName(line[..<colon]), String(line[line.index(after: colon)...]))
        }
        request.body = Array(lines.joined(separator: "\n").utf8)
        // Only what the wire carries arrives.
        guard let bytes = try? Message.request(request).serialized(), let read = try? Message.parse(bytes) else {
            return
        }
        handle(.received(read, on: flow))
    }

    private mutating func handle(_ event: UserAgent.Event) {
        let effects = agent.handle(event)
        require(effects.count < 256, "\(effects.count) effects of one event")
        for effect in effects {
            switch effect {
            case .transmit(let message, _):
                switch writtenAndRead(message).read {
                case .request(let request): check(request)
                case .response(let response): check(response)
                }
            case .start(let timer, let delay): timers.start(timer, delay)
            case .cancel(let timer): timers.cancel(timer)
            case .report(.referred(let id, _, let to, _)): referral = (id, to.uri)
            case .report(.incoming(let id, _, _)): incoming = id
            case .report(.voice(_, .agreed(let stream))): check(stream)
            case .report: break
            }
        }
        require(timers.count < 2_000, "timers without end")
    }

    private func check(_ stream: AudioStream) {
        require(stream.sends.codec.isSound && !stream.receives.isEmpty, "a voice without sound")
        require((stream.receives + [stream.sends]).allSatisfy { $0.payloadType < 128 }, "a number of more than 7 bits")
        require(Set(stream.receives.map(\.payloadType)).count == stream.receives.count, "a number with two codecs")
        require((10...120).contains(stream.packetTime), "packets of \(stream.packetTime) ms")
        require(stream.remote.port != 0 && stream.remote.port != AudioDescription.discard, "voice to nowhere")
        require(stream.security.map { $0.local.suite == $0.remote.suite } ?? true, "two suites")
    }

    private mutating func check(_ response: Response) {
        if response.cseq?.method == .invite, response.callID != dialog.callID, response.status < 300 {
            heard = (response.callID ?? "", response.to?.tag, response.headers[.rseq] ?? heard.rseq)
        }
        if let interval = response.sessionExpires?.seconds {
            require((90...86_400).contains(interval), "a session of \(interval) seconds")
        }
        guard response.contentType == .sdp else { return }
        require((try? SessionDescription(parsing: response.body)) != nil, "a description that is none")
    }

    private mutating func check(_ request: Request) {
        asked = request
        guard request.method == .invite, request.to?.tag == nil else { return }
        require(request.from?.uri == .sip("1001", "exchange.local"), "an INVITE in another's name")
        require(request.headers.values(.via).count == 1 && !request.headers.contains(.route), "another way")
        require(request.contact?.uri.host == flow.local.host, "another's Contact")
        require(request.replaces != nil || !request.headers.contains(.replaces), "a Replaces that is none")
    }
}
