import Foundation

/// Sound of one channel at 48 kHz, 16 bits, in and out of WAV files.
package enum WaveSound {
    package static func write(_ samples: [Int16], to path: String) throws {
        func octets(_ value: some FixedWidthInteger) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
        let sound = samples.withUnsafeBytes { Data($0) }
        let head =
            Data("RIFF".utf8) + octets(UInt32(36 + sound.count)) + Data("WAVEfmt ".utf8) + octets(UInt32(16))
            + octets(UInt16(1)) + octets(UInt16(1)) + octets(UInt32(48_000)) + octets(UInt32(96_000))
            + octets(UInt16(2)) + octets(UInt16(16)) + Data("data".utf8) + octets(UInt32(sound.count))
        try (head + sound).write(to: URL(fileURLWithPath: path))
    }

    /// What a file of 16 bits at 8 or 48 kHz holds so far, whatever its header says; several channels become one.
    package static func read(_ path: String) throws -> [Int16] {
        let file = try Data(contentsOf: URL(fileURLWithPath: path))
        guard file.count > 44 else { return [] }
        let channels = max(1, Int(file[22]))
        let rate = Int(file[24]) | Int(file[25]) << 8 | Int(file[26]) << 16
        let samples = file.dropFirst(44).withUnsafeBytes { octets -> [Int16] in
            let count = octets.count / 2 / channels
            return (0..<count).map { index in
                let sum = (0..<channels).reduce(0) {
                    $0 + Int(octets.loadUnaligned(fromByteOffset: 2 * (index * channels + $1), as: Int16.self))
                }
                return Int16(sum / channels)
            }
        }
        return rate == 8_000 ? widened(samples) : samples
    }

    /// From 8 to 48 kHz, through a sinc of 8 periods a side.
    private static func widened(_ samples: [Int16]) -> [Int16] {
        let taps = (0..<6).map { phase in
            (-8...8).map { tap -> Double in
                let time = Double(phase) / 6 - Double(tap)
                let sinc = time == 0 ? 1 : sin(.pi * time) / (.pi * time)
                return abs(time) < 9 ? sinc * (0.5 + 0.5 * cos(.pi * time / 9)) : 0
            }
        }
        var wide = [Int16](repeating: 0, count: samples.count * 6)
        for index in samples.indices.dropFirst(8).dropLast(8) {
            for phase in 0..<6 {
                var sum = 0.0
                for tap in 0...16 { sum += Double(samples[index + tap - 8]) * taps[phase][tap] }
                wide[index * 6 + phase] = Int16(clamping: Int(sum))
            }
        }
        return wide
    }
}
