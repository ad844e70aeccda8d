#if Voice
import Glibc

/// A file that stands for the microphone: its sound at 48 kHz, then silence.
final class WaveReader {
    private let samples: [Int16]
    private var place = 0

    /// - Throws: why it cannot be used, in words that begin with its path.
    init(path: String) throws(DeviceFault) {
        guard let file = fopen(path, "rb") else { throw DeviceFault("\(path): \(String(cString: strerror(errno)))") }
        defer { fclose(file) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while octets.count < Self.limit {
            let count = fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { break }
            octets += chunk[..<count]
        }
        do {
            samples = Self.converted(try WaveFile(parsing: octets.span))
        } catch {
            throw DeviceFault("\(path) \(error)")
        }
    }

    init(_ file: WaveFile) { samples = Self.converted(file) }

    /// An hour in stereo at 48 kHz.
    private static let limit = 700_000_000

    private static func converted(_ file: WaveFile) -> [Int16] {
        guard file.rate != Sound.rate else { return file.samples }
        let resampler = Resampler(from: file.rate, to: Sound.rate)
        // What the filter still holds at the end is let out by as much silence.
        let input = file.samples + [Int16](repeating: 0, count: file.rate / 100)
        var output = [Int16](repeating: 0, count: input.count * Sound.rate / file.rate + 1)
        let written = resampler.process(input, 0..<input.count, into: &output).written
        return Array(output[..<written])
    }

    var isAtEnd: Bool { place >= samples.count }

    func read(into frame: inout [Int16]) {
        let count = min(frame.count, samples.count - place)
        frame.copy(samples, place..<(place + count))
        frame.silence(count..<frame.count)
        place += count
    }
}
#endif
