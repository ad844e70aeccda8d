/// A G.711 coder: an octet a sample at 8 kHz. Its table is made with it, so that the audio's thread makes nothing.
package struct G711: Sendable {
    package enum Law: Equatable, Sendable, CaseIterable {
        case mu, a

        /// What stands for no sound.
        package var silence: UInt8 {
            switch self {
            case .mu: MuLaw.silence
            case .a: ALaw.silence
            }
        }
    }

    package let law: Law
    private let samples: [Int16]

    package init(_ law: Law) {
        self.law = law
        samples = (0...255).map {
            switch law {
            case .mu: MuLaw.decode(UInt8($0))
            case .a: ALaw.decode(UInt8($0))
            }
        }
    }

    /// - Returns: the samples written; fewer than there are octets where there is no more room.
    @discardableResult
    package func decode(_ payload: Span<UInt8>, into sound: inout MutableSpan<Int16>) -> Int {
        let count = min(payload.count, sound.count)
        for index in 0..<count { sound[index] = samples[Int(payload[index])] }
        return count
    }

    /// - Returns: the octets written; fewer than there are samples where there is no more room.
    @discardableResult
    package func encode(_ sound: Span<Int16>, into payload: inout MutableSpan<UInt8>) -> Int {
        let count = min(payload.count, sound.count)
        switch law {
        case .mu: for index in 0..<count { payload[index] = MuLaw.encode(sound[index]) }
        case .a: for index in 0..<count { payload[index] = ALaw.encode(sound[index]) }
        }
        return count
    }
}
