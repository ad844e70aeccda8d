import RTP
import Voice

/// What comes to a secured stream, from who has the key and from who has not: each piece is an octet that says which, one
/// of length, and what it holds. What nobody sealed is not opened, nothing is opened twice, and between and behind all of it
/// the peer's next packet is heard.
func fuzzSecurity(_ bytes: [UInt8]) {
    #if Voice
    guard let first = bytes.first, var call = SecuredCall(isShort: first & 1 == 1) else { return }
    var rest = bytes.dropFirst()
    while rest.count >= 2 {
        let (kind, length) = (rest.removeFirst(), Int(rest.removeFirst()))
        let piece = Array(rest.prefix(length))
        rest = rest.dropFirst(length)
        switch kind & 3 {
        case 0, 1: call.meets(piece, rtcp: kind & 1 == 1)
        case 2: call.meetsChanged(piece, at: Int(kind >> 2))
        case _: call.hears(piece)
        }
    }
    call.hears([])
    #endif
}

/// A file that somebody calls a WAV file: what is read of it was in it, and is written so that it reads the same.
func fuzzWave(_ bytes: [UInt8]) {
    guard let file = try? WaveFile(parsing: bytes.span) else { return }
    require((8_000...96_000).contains(file.rate), "\(file.rate) samples a second")
    require(file.samples.count * 2 <= bytes.count, "more samples than there are octets")
    let sound = file.samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    let written = WaveFile.header(rate: file.rate, samples: file.samples.count) + sound
    require((try? WaveFile(parsing: written.span)) == file, "writing changes the sound")
}

#if Voice
/// Both ends of it.
private struct SecuredCall {
    private let peer: SecureStream
    private let ours: SecureStream
    /// Near the first rollover.
    private var sequence: UInt16 = 65_530
    private var buffer = [UInt8](repeating: 0, count: 2_048)

    init?(isShort: Bool) {
        let suite = isShort ? CryptoSuite.aes128CounterSHA1Tag32 : .aes128CounterSHA1Tag80
        guard let one = MasterKey(suite, octets: Array(1...30)), let two = MasterKey(suite, octets: Array(31...60)),
            let peer = try? SecureStream(StreamKeys(sending: one, receiving: two)),
            let ours = try? SecureStream(StreamKeys(sending: two, receiving: one))
        else { return nil }
        (self.peer, self.ours) = (peer, ours)
    }

    /// The peer's next packet as it is, and sealed.
    private mutating func next(_ payload: [UInt8]) -> (plain: [UInt8], sealed: [UInt8]) {
        sequence &+= 1
        let header = RTPHeader(
            marker: false, payloadType: 0, sequence: sequence, timestamp: UInt32(sequence) &* 160, ssrc: 0x1234_5678)
        var span = buffer.mutableSpan
        header.write(into: &span)
        for (place, octet) in payload.enumerated() { buffer[RTPHeader.size + place] = octet }
        let plain = Array(buffer[..<(RTPHeader.size + payload.count)])
        guard let count = try? peer.protect(&buffer, count: plain.count) else { fatalError("a packet is not sealed") }
        return (plain, Array(buffer[..<count]))
    }

    private mutating func opened(_ octets: [UInt8], rtcp: Bool = false) -> [UInt8]? {
        for (place, octet) in octets.enumerated() { buffer[place] = octet }
        guard let count = try? ours.unprotect(&buffer, count: octets.count, rtcp: rtcp) else { return nil }
        require(count <= octets.count, "opening makes a packet longer")
        return Array(buffer[..<count])
    }

    mutating func meets(_ octets: [UInt8], rtcp: Bool) {
        require(opened(octets, rtcp: rtcp) == nil, "what nobody sealed is opened")
        require(opened(octets, rtcp: !rtcp) == nil, "what nobody sealed is opened")
    }

    /// One octet of a packet is not as the peer sealed it; it itself comes behind.
    mutating func meetsChanged(_ octets: [UInt8], at place: Int) {
        let (plain, sealed) = next(octets)
        var changed = sealed
        changed[place % sealed.count] ^= 1 << UInt8(octets.count % 8)
        require(opened(changed) == nil, "a changed packet is opened")
        require(opened(Array(sealed.dropLast())) == nil, "a packet cut short is opened")
        require(opened(sealed) == plain, "a good packet behind a changed one is not heard")
    }

    mutating func hears(_ octets: [UInt8]) {
        let (plain, sealed) = next(octets)
        require(opened(sealed) == plain, "a good packet is not heard")
        require(opened(sealed) == nil, "a packet is heard twice")
    }
}
#endif
