import Glibc

/// A file that stands for the loudspeaker: 48 kHz, one channel, 16 bits. It is a whole WAV file at every moment, but for
/// the second that was written last.
final class WaveWriter {
    private let file: UnsafeMutablePointer<FILE>
    private var samples = 0
    private var stated = 0

    /// - Throws: why it cannot be written, in words that begin with its path.
    init(path: String) throws(DeviceFault) {
        guard let file = fopen(path, "wbe") else {
            throw DeviceFault("\(path): \(String(cString: strerror(errno)))")
        }
        self.file = file
        state()
    }

    deinit {
        state()
        fclose(file)
    }

    func write(_ frame: [Int16]) {
        #if _endian(little)
        samples += fwrite(frame, 2, frame.count, file)
        #else
        samples += fwrite(frame.map(\.littleEndian), 2, frame.count, file)
        #endif
        if samples - stated >= Sound.rate { state() }
    }

    /// Says at the file's beginning how much there is.
    private func state() {
        let header = WaveFile.header(rate: Sound.rate, samples: samples)
        fseek(file, 0, SEEK_SET)
        fwrite(header, 1, header.count, file)
        fseek(file, 0, SEEK_END)
        fflush(file)
        stated = samples
    }
}
