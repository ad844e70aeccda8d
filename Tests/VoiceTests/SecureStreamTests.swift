#if Voice
import Testing

@testable import Voice

@Suite("SRTP") struct SecureStreamTests {
    private static func key(_ seed: UInt8, _ suite: CryptoSuite = .aes128CounterSHA1Tag80) throws -> MasterKey {
        try #require(MasterKey(suite, octets: (0..<30).map { seed &+ $0 &* 7 }))
    }

    /// Two ends that know each other's keys.
    private static func pair(
        _ suite: CryptoSuite = .aes128CounterSHA1Tag80
    ) throws -> (ada: SecureStream, bob: SecureStream) {
        let (one, two) = (try key(1, suite), try key(2, suite))
        return (
            try SecureStream(StreamKeys(sending: one, receiving: two)),
            try SecureStream(StreamKeys(sending: two, receiving: one))
        )
    }

    private static func packet(_ sequence: Int) -> [UInt8] {
        [0x80, 0, UInt8(sequence >> 8 & 0xFF), UInt8(sequence & 0xFF), 0, 0, 0, 9, 1, 2, 3, 4] + Array("hello".utf8)
    }

    /// `packet` as `stream` sends it.
    private static func sealed(_ stream: SecureStream, _ sequence: Int) throws -> [UInt8] {
        var octets = packet(sequence) + [UInt8](repeating: 0, count: SecureStream.trailer)
        let count = try stream.protect(&octets, count: packet(sequence).count)
        return Array(octets[..<count])
    }

    private static func opened(_ stream: SecureStream, _ octets: [UInt8]) throws -> [UInt8] {
        var octets = octets
        let count = try stream.unprotect(&octets, count: octets.count)
        return Array(octets[..<count])
    }

    @Test("what one end seals the other opens, and nobody reads it between", arguments: CryptoSuite.allCases)
    func roundTrip(suite: CryptoSuite) throws {
        let (ada, bob) = try Self.pair(suite)
        let sealed = try Self.sealed(ada, 1)
        #expect(sealed.count == Self.packet(1).count + (suite == .aes128CounterSHA1Tag80 ? 10 : 4))
        #expect(!sealed[12...].starts(with: Array("hello".utf8)))
        #expect(try Self.opened(bob, sealed) == Self.packet(1))
    }

    @Test("control packets are sealed with the long tag", arguments: CryptoSuite.allCases)
    func control(suite: CryptoSuite) throws {
        let (ada, bob) = try Self.pair(suite)
        let report: [UInt8] = [0x80, 201, 0, 1, 1, 2, 3, 4]
        var octets = report + [UInt8](repeating: 0, count: SecureStream.trailer)
        let count = try ada.protect(&octets, count: report.count, rtcp: true)
        #expect(count == report.count + 14)
        let plain = try bob.unprotect(&octets, count: count, rtcp: true)
        #expect(Array(octets[..<plain]) == report)
    }

    @Test("a packet under another key is refused, and the next good one is heard") func wrongKey() throws {
        let (ada, bob) = try Self.pair()
        let stranger = try SecureStream(StreamKeys(sending: Self.key(3), receiving: Self.key(2)))
        let forged = try Self.sealed(stranger, 1)
        #expect(throws: SecurityFault.unauthenticated) { try Self.opened(bob, forged) }
        #expect(try Self.opened(bob, Self.sealed(ada, 1)) == Self.packet(1))
    }

    @Test("a packet that comes again is a replay, and the next good one is heard") func replay() throws {
        let (ada, bob) = try Self.pair()
        let first = try Self.sealed(ada, 1)
        _ = try Self.opened(bob, first)
        #expect(throws: SecurityFault.replayed) { try Self.opened(bob, first) }
        for sequence in 2...300 { _ = try Self.opened(bob, Self.sealed(ada, sequence)) }
        #expect(throws: SecurityFault.replayed) { try Self.opened(bob, first) }
        #expect(try Self.opened(bob, Self.sealed(ada, 301)) == Self.packet(301))
    }

    @Test("a changed octet is refused wherever it is, and a packet cut short as well") func changed() throws {
        let (ada, bob) = try Self.pair()
        let sealed = try Self.sealed(ada, 7)
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 0x10
            #expect(throws: SecurityFault.self) { try Self.opened(bob, changed) }
        }
        for count in 0..<sealed.count {
            #expect(throws: SecurityFault.self) { try Self.opened(bob, Array(sealed[..<count])) }
        }
        #expect(try Self.opened(bob, sealed) == Self.packet(7))
    }

    @Test("keys change in the stream: packets under the old one still on their way are heard, replays of them are not")
    func change() throws {
        let (ada, bob) = try Self.pair()
        let heard = try Self.sealed(ada, 1)
        _ = try Self.opened(bob, heard)
        let late = try Self.sealed(ada, 2)
        try ada.change(StreamKeys(sending: Self.key(5), receiving: Self.key(2)))
        try bob.change(StreamKeys(sending: Self.key(2), receiving: Self.key(5)))
        #expect(try Self.opened(bob, late) == Self.packet(2))
        #expect(throws: SecurityFault.self) { try Self.opened(bob, heard) }
        #expect(try Self.opened(bob, Self.sealed(ada, 3)) == Self.packet(3))
    }

    @Test("the sequence number rolls over, also with a change of keys after it") func rollover() throws {
        let (ada, bob) = try Self.pair()
        for sequence in stride(from: 0, through: 0x1_4000, by: 0x800) {
            #expect(try Self.opened(bob, Self.sealed(ada, sequence)).count == Self.packet(0).count)
        }
        try ada.change(StreamKeys(sending: Self.key(5), receiving: Self.key(2)))
        try bob.change(StreamKeys(sending: Self.key(2), receiving: Self.key(5)))
        #expect(try Self.opened(bob, Self.sealed(ada, 0x1_4001)) == Self.packet(0x1_4001))
    }

    @Test("a key is 30 octets, and does not show itself") func keys() throws {
        #expect(MasterKey(.aes128CounterSHA1Tag80, octets: [1, 2, 3]) == nil)
        #expect(!"\(try Self.key(1)) \(String(reflecting: try Self.key(1)))".contains("[1"))
    }
}
#endif
