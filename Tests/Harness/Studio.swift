import Foundation

/// A folder for tones that are spoken and for what is heard.
package final class Studio {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("studio-\(UUID().uuidString)")

    package init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    package func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// A file with a tone of two minutes, which no test outlasts: its path.
    package func tone(_ hertz: Int, rate: Int = 16_000, channels: Int = 1) throws -> String {
        let path = path("\(hertz)-\(rate)-\(channels).wav")
        try writeTone(hertz, rate: rate, channels: channels, to: path)
        return path
    }

    /// What was heard so far.
    package func heard(_ name: String, last seconds: Double = .infinity, unsaid: Int = 0) -> Recording {
        Recording(files: [path(name)], last: seconds, unsaid: unsaid)
    }
}

/// Writes a WAV file of 16 bits with a tone of two minutes.
package func writeTone(_ hertz: Int, rate: Int, channels: Int = 1, seconds: Int = 120, to path: String) throws {
    func octets(_ value: some FixedWidthInteger) -> Data { withUnsafeBytes(of: value.littleEndian) { Data($0) } }
    // A second holds whole waves, and may come again as it is.
    let wave = (0..<rate).flatMap { index in
        let sample = Int16(8_000 * sin(2 * .pi * Double(hertz) * Double(index) / Double(rate)))
        return Array(repeating: sample.littleEndian, count: channels)
    }
    let second = wave.withUnsafeBytes { Data($0) }
    let size = UInt32(second.count * seconds)
    var file = Data("RIFF".utf8) + octets(36 + size) + Data("WAVEfmt ".utf8) + octets(UInt32(16)) + octets(UInt16(1))
    file += octets(UInt16(channels)) + octets(UInt32(rate)) + octets(UInt32(rate * channels * 2))
    file += octets(UInt16(channels * 2)) + octets(UInt16(16)) + Data("data".utf8) + octets(size)
    for _ in 0..<seconds { file += second }
    try file.write(to: URL(fileURLWithPath: path))
}
