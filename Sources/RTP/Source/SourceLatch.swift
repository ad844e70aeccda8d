/// Whose stream it is: from where packets are taken, and where ours go (symmetric RTP, RFC 4961).
///
/// A third party must never be taken for the peer, nor get what we send. It can write any source address into a
/// datagram that it need not see answered, and it knows our port if it knows anything; it does not know the 32 random bits
/// of the stream's SSRC, unless it reads along. So:
///
/// 1. The signalled address is the peer's, always: signalling knows it, and we send there until something better is known.
/// 2. Without protection, another address is the peer's only if its packets go on with the stream that was heard: the same
///    SSRC, three sequence numbers in a row ahead of all others, and the address before silent for 200 ms. That is a NAT
///    that gave the peer another port, or a telephone that changed networks. Who talks in between, or from the beginning of
///    a call, is nobody, even on the peer's own host.
/// 3. Of hosts that the caller vouches for (where the peer's signalling came from, when no exchange is between), any port
///    may begin the stream, while nothing was heard from the signalled address: three packets in a row.
/// 4. With protection (SRTP) whoever can authenticate is the peer, wherever; only three in a row ahead of all others move
///    where we send, so that a copy of one packet that is faster than the original moves nothing.
/// 5. A new description with another address counts at once; what is still under way from the old one is taken until the
///    new one speaks.
///
/// What this costs: an unprotected peer behind a NAT whose description names its inner address is heard only if somebody
/// mends the description on the way or vouches for the host. Guessing instead is how streams get captured.
package struct SourceLatch: Equatable, Sendable {
    /// How long the address before must have been silent.
    static let silence: Duration = .milliseconds(200)
    /// Packets in a row that prove a new address.
    static let proof = 3

    /// Where the description says that the peer is; nil where it says nowhere (port 0, or no address of ours).
    package private(set) var signalled: RemoteAddress?
    /// Where packets go: nil before anything is known.
    package private(set) var destination: RemoteAddress?
    private let isProtected: Bool
    private let vouched: [RemoteAddress.Host]
    private var previous: RemoteAddress?
    private var heard: Duration?
    private var candidate: Candidate?

    private struct Candidate: Equatable {
        var address: RemoteAddress
        var ssrc: UInt32
        var sequence: UInt16
        var count = 1
    }

    /// - Parameters:
    ///   - isProtected: only packets that authenticated are shown to it.
    ///   - vouched: hosts of which any port may be the peer's; empty unless the caller knows.
    package init(signalled: RemoteAddress?, isProtected: Bool, vouched: [RemoteAddress.Host] = []) {
        self.signalled = signalled
        destination = signalled
        self.isProtected = isProtected
        self.vouched = vouched
    }

    /// A new description. The same address again changes nothing: a peer that moved says the old one for as long as it
    /// knows no better.
    package mutating func signal(_ address: RemoteAddress?) {
        guard address != signalled else { return }
        previous = destination
        signalled = address
        destination = address
        candidate = nil
    }

    /// Whether a packet is the peer's. One that is moves where we send, if it proves another address.
    ///
    /// - Parameter stream: the highest packet heard of the stream that is played; nil before any.
    package mutating func takes(
        _ header: RTPHeader, from address: RemoteAddress, after stream: (ssrc: UInt32, sequence: UInt16)?,
        at now: Duration
    ) -> Bool {
        if address == destination {
            if address == signalled { previous = nil }
            heard = now
            return true
        }
        let goesOn = stream.map { self.goesOn(header, after: $0) } ?? true
        if address == signalled {
            if goesOn || proves(header, from: address) { move(to: address, at: now) }
            return true
        }
        if isProtected {
            if stream == nil || goesOn && proves(header, from: address) { move(to: address, at: now) }
            return true
        }
        if address == previous { return true }
        guard mayBegin(header, from: address, after: stream, goesOn: goesOn, at: now), proves(header, from: address)
        else { return false }
        move(to: address, at: now)
        return true
    }

    /// Whether a report is the peer's: reports come from where the stream does, or from the port that was signalled for
    /// them. Nothing is learned from them.
    ///
    /// - Parameter control: where the description says that reports come from; nil where they share the stream's port.
    package func takesControl(from address: RemoteAddress, control: RemoteAddress? = nil) -> Bool {
        if isProtected || address == destination || address == signalled || address == control { return true }
        // A peer that moved took its port for reports along, and its NAT made some number of it.
        return control != nil && destination != signalled && address.host == destination?.host
    }

    /// Whether an address that is not the peer's may become it, if it proves that it can go on.
    private func mayBegin(
        _ header: RTPHeader, from address: RemoteAddress, after stream: (ssrc: UInt32, sequence: UInt16)?,
        goesOn: Bool, at now: Duration
    ) -> Bool {
        guard stream != nil else { return vouched.contains(address.host) }
        return goesOn && (heard.map { now - $0 >= Self.silence } ?? true)
    }

    /// Whether it is the same stream, ahead of all that was heard of it.
    private func goesOn(_ header: RTPHeader, after stream: (ssrc: UInt32, sequence: UInt16)) -> Bool {
        let step = Wrapping.distance(from: stream.sequence, to: header.sequence)
        return header.ssrc == stream.ssrc && step > 0 && step < SequenceTracker.maxDropout
    }

    /// Counts packets in a row from one address.
    private mutating func proves(_ header: RTPHeader, from address: RemoteAddress) -> Bool {
        guard var known = candidate, known.address == address, known.ssrc == header.ssrc,
            header.sequence == known.sequence &+ 1
        else {
            candidate = Candidate(address: address, ssrc: header.ssrc, sequence: header.sequence)
            return false
        }
        known.sequence = header.sequence
        known.count += 1
        candidate = known
        return known.count >= Self.proof
    }

    private mutating func move(to address: RemoteAddress, at now: Duration) {
        candidate = nil
        if address == signalled { previous = nil }
        destination = address
        heard = now
    }
}
