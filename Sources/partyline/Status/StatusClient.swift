import Glibc

/// Asks an exchange of this machine what goes on.
enum StatusClient {
    /// How long it may take, in seconds.
    private static let patience = 5

    /// - Parameter path: the exchange's socket; nil for the only one that runs.
    static func ask(_ form: StatusProtocol.Form, at path: String?, in folder: StatusFolder) throws(StatusError)
        -> String
    {
        guard let path else { return try ask(form, in: folder) }
        let descriptor = try LocalSocket.make()
        defer { close(descriptor) }
        guard try LocalSocket.call(connect, descriptor, path) == 0 else {
            switch errno {
            case ENOENT, ENOTDIR, ECONNREFUSED: throw StatusError(words: "No exchange tells its status at '\(path)'.")
            case EACCES, EPERM: throw denied
            default: throw StatusError(path, failed: "cannot be asked")
            }
        }
        return try ask(form, over: descriptor)
    }

    private static func ask(_ form: StatusProtocol.Form, in folder: StatusFolder) throws(StatusError) -> String {
        var running: [(path: String, descriptor: Int32)] = []
        defer { for each in running { close(each.descriptor) } }
        let sockets = folder.sockets
        if !sockets.isEmpty { try folder.check() }
        for path in sockets {
            let descriptor = try LocalSocket.make()
            if try LocalSocket.call(connect, descriptor, path) == 0 {
                running.append((path, descriptor))
            } else {
                close(descriptor)
            }
        }
        guard let only = running.first else {
            throw StatusError(words: "No exchange of yours runs on this machine. 'partyline exchange' starts one.")
        }
        guard running.count == 1 else {
            throw StatusError(
                words: "Several exchanges run. Name one of them:"
                    + running.map { "\n    partyline exchange status --socket \($0.path)" }.joined())
        }
        return try ask(form, over: only.descriptor)
    }

    private static func ask(_ form: StatusProtocol.Form, over descriptor: Int32) throws(StatusError) -> String {
        LocalSocket.limit(descriptor, seconds: patience)
        _ = LocalSocket.write(StatusProtocol.question(form), to: descriptor)
        guard let text = LocalSocket.read(descriptor, atMost: StatusProtocol.longestAnswer), !text.isEmpty else {
            throw StatusError(words: "The exchange does not answer.")
        }
        switch StatusProtocol.read(text) {
        case .report(let report): return report
        case .denied: throw denied
        case .differs(let version):
            throw StatusError(
                words: "The exchange is Partyline \(version) and this is \(Partyline.version): they do not understand "
                    + "each other. Ask with the program that the exchange was started from.")
        case .garbage: throw StatusError(words: "What listens there is no Partyline exchange.")
        }
    }

    private static var denied: StatusError {
        StatusError(words: "The status is told only to the user who runs the exchange, and this is another one.")
    }
}
