import Glibc
import Settings

/// The person's configuration file: read once the first frame is there, written when something that is kept changes.
struct ConfigurationFile {
    /// Bytes; a file that is longer has been mistaken for another.
    static let longest = 1_048_576

    let path: String
    /// Whether the person named it; one that is not there yet is worth a word then.
    let isNamed: Bool
    private var known = ChatSettings()

    /// Why it was not read or not written, in words.
    struct Trouble: Error, Equatable {
        let words: String
    }

    /// - Parameter path: nil is the usual place.
    /// - Returns: nil where there is no such place, as nobody is at home.
    init?(_ path: String?) {
        guard let found = path ?? Self.usualPath else { return nil }
        self.path = found
        isNamed = path != nil
    }

    private static var usualPath: String? {
        if let folder = variable("XDG_CONFIG_HOME"), folder.hasPrefix("/") { return folder + "/partyline/config.toml" }
        return variable("HOME").map { $0 + "/.config/partyline/config.toml" }
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// What it says; the defaults where it is not there.
    mutating func read() throws(Trouble) -> ChatSettings {
        let text: String?
        do throws(Trouble) {
            text = try contents()
        } catch {
            throw Trouble(words: "\(error.words) What is blocked there does not count now.")
        }
        if text == nil, isNamed {
            throw Trouble(words: "There is no \(path) yet; it is made when there is something to keep.")
        }
        do throws(Complaint) {
            known = try ChatSettings(text ?? "")
        } catch {
            throw Trouble(
                words:
                    "\(error.described(in: path)) Nothing of the file counts, and nothing is kept in it until that is "
                    + "mended.")
        }
        return known
    }

    /// Keeps what changed; what else is in the file stays, and so does what another chat changed there meanwhile.
    mutating func keep(_ change: (inout ChatSettings) -> Void) throws(Trouble) {
        var wanted = known
        change(&wanted)
        guard wanted != known else { return }
        let text = try contents() ?? ""
        let new: String
        do throws(Complaint) {
            new = try ChatSettings(text).applying(wanted, since: known).text(replacing: text)
        } catch {
            throw Trouble(words: "Not kept: \(error.described(in: path))")
        }
        if new != text { try write(new) }
        known = wanted
    }

    private func contents() throws(Trouble) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw trouble("cannot be read") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw trouble("cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.longest else {
            throw Trouble(words: "The configuration file \(path) cannot be read: it is no file, or too long for one.")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= Self.longest {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw trouble("cannot be read") }
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Trouble(words: "The configuration file \(path) cannot be read: it is not in UTF-8.")
        }
        return text
    }

    private func trouble(_ what: String) -> Trouble {
        Trouble(words: "The configuration file \(path) \(what): \(String(cString: strerror(errno))).")
    }
}

/// Writing it whole or not at all.
extension ConfigurationFile {
    private func write(_ text: String) throws(Trouble) {
        makeFolders()
        // Where the name is a link, the file behind it is written, and the link stays.
        let target = realpath(path, nil).map { real in
            defer { free(real) }
            return String(cString: real)
        }
        let final = target ?? path
        var name = Array((final + ".XXXXXX").utf8CString)
        // mkstemp makes it readable by its owner only.
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw trouble("cannot be written") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let isWritten = Self.put(text, on: descriptor) && fsync(descriptor) == 0
        let failure = errno
        close(descriptor)
        guard isWritten, rename(name, final) == 0 else {
            let cause = isWritten ? errno : failure
            unlink(name)
            errno = cause
            throw trouble("cannot be written")
        }
    }

    /// The folders on the way to it, as far as they are missing; if one cannot be made, the file cannot either.
    private func makeFolders() {
        for (index, character) in zip(path.indices, path) where character == "/" && index > path.startIndex {
            mkdir(String(path[..<index]), 0o700)
        }
    }

    private static func put(_ text: String, on descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }
}
