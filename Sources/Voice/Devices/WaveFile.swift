/// A WAV file: PCM of 16 bits, one channel or two.
package struct WaveFile: Equatable {
    /// Samples a second.
    package var rate: Int
    /// One channel; of two the mean.
    package var samples: [Int16]

    package enum Fault: Error, Equatable, CustomStringConvertible {
        case noWave
        case notPCM16
        case noSamples
        case rate(Int)
        case channels(Int)

        package var description: String {
            switch self {
            case .noWave: "is no WAV file"
            case .notPCM16: "is not PCM of 16 bits"
            case .noSamples: "holds no samples"
            case .rate(let rate): "has \(rate) samples a second; 8000 to 96000 are read"
            case .channels(let count): "has \(count) channels; one or two are read"
            }
        }
    }

    init(rate: Int, samples: [Int16]) {
        self.rate = rate
        self.samples = samples
    }

    package init(parsing octets: Span<UInt8>) throws(Fault) {
        guard octets.count >= 12, octets.holds("RIFF", at: 0), octets.holds("WAVE", at: 8) else { throw .noWave }
        var format: Format?
        var start = 12
        while start + 8 <= octets.count {
            let length = Int(octets.little32(at: start + 4))
            let body = start + 8
            // A file that is still being written, or was cut, holds less than it says.
            let end = min(octets.count, body + length)
            if octets.holds("fmt ", at: start), end - body >= 16 {
                format = try Format(octets.extracting(body..<end))
            } else if octets.holds("data", at: start) {
                guard let format else { throw .noWave }
                rate = format.rate
                samples = format.samples(octets.extracting(body..<end))
                return
            }
            start = body + length + length % 2
        }
        throw format == nil ? .noWave : .noSamples
    }

    private struct Format {
        var rate: Int
        var channels: Int

        init(_ chunk: Span<UInt8>) throws(Fault) {
            var kind = chunk.little16(at: 0)
            // WAVE_FORMAT_EXTENSIBLE names the true format behind.
            if kind == 0xFFFE, chunk.count >= 26 { kind = chunk.little16(at: 24) }
            guard kind == 1, chunk.little16(at: 14) == 16 else { throw .notPCM16 }
            channels = Int(chunk.little16(at: 2))
            rate = Int(chunk.little32(at: 4))
            guard channels == 1 || channels == 2 else { throw .channels(channels) }
            guard (8_000...96_000).contains(rate) else { throw .rate(rate) }
        }

        func samples(_ data: Span<UInt8>) -> [Int16] {
            let frame = 2 * channels
            return (0..<(data.count / frame)).map { index in
                let first = Int16(bitPattern: data.little16(at: index * frame))
                guard channels == 2 else { return first }
                return Int16((Int(first) + Int(Int16(bitPattern: data.little16(at: index * frame + 2)))) / 2)
            }
        }
    }

    /// What stands before so many samples in one channel.
    package static func header(rate: Int, samples: Int) -> [UInt8] {
        let octets = UInt32(clamping: samples * 2)
        return Array("RIFF".utf8) + little(UInt32(clamping: samples * 2 + 36)) + Array("WAVEfmt ".utf8) + little(16)
            + [1, 0, 1, 0] + little(UInt32(clamping: rate)) + little(UInt32(clamping: rate * 2)) + [2, 0, 16, 0]
            + Array("data".utf8) + little(octets)
    }

    private static func little(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
}

/// Octets that the caller has checked to be there.
extension Span where Element == UInt8 {
    fileprivate func holds(_ name: StaticString, at start: Int) -> Bool {
        (0..<4).allSatisfy { self[start + $0] == name.utf8Start[$0] }
    }

    fileprivate func little16(at start: Int) -> UInt16 { UInt16(self[start]) | UInt16(self[start + 1]) << 8 }

    fileprivate func little32(at start: Int) -> UInt32 {
        UInt32(little16(at: start)) | UInt32(little16(at: start + 2)) << 16
    }
}
