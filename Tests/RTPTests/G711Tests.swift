import RTP
import Testing

@Suite("G.711") struct G711Tests {
    @Test(
        "mu-law is table 2 of ITU-T G.711, times four for its two bits less",
        arguments: [
            (0xFF, 0), (0xFE, 8), (0xF0, 120), (0xEF, 132), (0xDF, 396), (0xCF, 924), (0xBF, 1_980), (0xAF, 4_092),
            (0x9F, 8_316), (0x8F, 16_764), (0x80, 32_124), (0x00, -32_124), (0x7E, -8), (0x6F, -132),
        ] as [(UInt8, Int16)])
    func muLaw(_ octet: UInt8, _ sample: Int16) {
        #expect(MuLaw.decode(octet) == sample)
        #expect(MuLaw.encode(sample) == octet)
    }

    @Test(
        "A-law is table 1 of ITU-T G.711, times eight for its three bits less",
        arguments: [
            (0xD5, 8), (0xD4, 24), (0xC5, 264), (0xF5, 528), (0xE5, 1_056), (0x95, 2_112), (0x85, 4_224),
            (0xB5, 8_448), (0xA5, 16_896), (0xAA, 32_256), (0x2A, -32_256), (0x55, -8), (0x54, -24),
        ] as [(UInt8, Int16)])
    func aLaw(_ octet: UInt8, _ sample: Int16) {
        #expect(ALaw.decode(octet) == sample)
        #expect(ALaw.encode(sample) == octet)
    }

    @Test("each of the 256 octets comes back from its sample; mu-law's negative zero alone becomes the other")
    func everyOctet() {
        for octet in UInt8.min...UInt8.max {
            #expect(MuLaw.encode(MuLaw.decode(octet)) == (octet == 0x7F ? 0xFF : octet))
            #expect(ALaw.encode(ALaw.decode(octet)) == octet)
        }
    }

    @Test("every sample comes back as near as its step allows, and none changes its sign", arguments: G711.Law.allCases)
    func everySample(_ law: G711.Law) {
        for sample in Int16.min...Int16.max {
            let octet = law == .mu ? MuLaw.encode(sample) : ALaw.encode(sample)
            let back = Int(law == .mu ? MuLaw.decode(octet) : ALaw.decode(octet))
            let distance = abs(back - Int(sample))
            #expect(distance <= max(8, abs(Int(sample)) / 16 + 8) || abs(Int(sample)) > 32_124, "\(sample): \(back)")
            #expect(abs(Int(sample)) < 8 || (back < 0) == (sample < 0))
        }
    }

    @Test("a coder goes through as many as there is room for", arguments: G711.Law.allCases)
    func coder(_ law: G711.Law) {
        let coder = G711(law)
        let sound = (0..<160).map { Int16($0 * 200 - 16_000) }
        var payload = [UInt8](repeating: 0, count: 160)
        var back = [Int16](repeating: 0, count: 100)
        var payloadSpan = payload.mutableSpan
        #expect(coder.encode(sound.span, into: &payloadSpan) == 160)
        var backSpan = back.mutableSpan
        #expect(coder.decode(payload.span, into: &backSpan) == 100)
        for (before, after) in zip(sound, back) { #expect(abs(Int(before) - Int(after)) <= 512) }
    }
}
