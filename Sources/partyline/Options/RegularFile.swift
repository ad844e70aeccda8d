import Glibc

/// A file and what is in it: never a pipe or a device, which a reader could wait on for ever.
struct RegularFile {
    let bytes: [UInt8]
    /// The permission bits.
    let mode: UInt32
    let owner: uid_t

    /// Why it was not read, without the full stop.
    struct Failure: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    init(_ path: String, longest: Int) throws(Failure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw Failure(description: Self.words(for: errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(description: Self.words(for: errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(description: "it is not a regular file") }
        mode = status.st_mode & 0o7777
        owner = status.st_uid
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= longest {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(description: Self.words(for: errno)) }
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        guard bytes.count <= longest else { throw Failure(description: "it is longer than \(longest) bytes") }
        self.bytes = bytes
    }

    private static func words(for error: Int32) -> String { String(cString: strerror(error)) }
}

enum ShellWord {
    /// A word as it is to be typed at a shell.
    static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-+".utf8.contains(octet)
            }
        }
        if plain, !word.isEmpty { return word }
        return "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
