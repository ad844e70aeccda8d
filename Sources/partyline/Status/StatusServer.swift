import Dispatch
import Glibc

/// The exchange's end of a status socket: tells its owner, and the superuser, what goes on. One at a time, on a thread
/// of its own.
final class StatusServer: Sendable {
    let path: String
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "status")

    /// How long one who asks may keep the next one waiting, in seconds.
    private static let patience = 2

    /// - Parameter path: becomes the socket's, readable by its owner only, in the place of one that nobody listens on.
    init(at path: String) throws(StatusError) {
        self.path = path
        descriptor = try LocalSocket.make()
        do {
            try Self.bind(descriptor, path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func bind(_ descriptor: Int32, _ path: String) throws(StatusError) {
        let other = try LocalSocket.make()
        defer { close(other) }
        guard try LocalSocket.call(connect, other, path) != 0 else {
            throw StatusError(
                words: "Another exchange tells its status at '\(path)'; name another place with --socket.")
        }
        // Bound beside and then moved: at its name there is never a socket on which nobody listens yet.
        let draft = "\(path).\(getpid())"
        unlink(draft)
        let mask = umask(0o177)
        let bound = try LocalSocket.call(Glibc.bind, descriptor, draft)
        umask(mask)
        guard bound == 0 else { throw StatusError(path, failed: "cannot be made") }
        guard listen(descriptor, 8) == 0, rename(draft, path) == 0 else {
            let error = StatusError(path, failed: "cannot be listened on")
            unlink(draft)
            throw error
        }
    }

    /// - Parameter report: the status in that form; called on any thread.
    func serve(version: String, _ report: @escaping @Sendable (StatusProtocol.Form) async -> String) {
        queue.async { @Sendable [descriptor] in
            while true {
                let peer = accept(descriptor, nil, nil)
                if peer >= 0 {
                    Self.serve(peer, version: version, report)
                    close(peer)
                } else if errno == EMFILE || errno == ENFILE {
                    sleep(1)  // somebody's connection will have ended by then
                } else if errno != EINTR && errno != ECONNABORTED {
                    return
                }
            }
        }
    }

    private static func serve(
        _ peer: Int32, version: String, _ report: @escaping @Sendable (StatusProtocol.Form) async -> String
    ) {
        LocalSocket.limit(peer, seconds: patience)
        guard let user = LocalSocket.peer(of: peer), user == geteuid() || user == 0 else {
            _ = LocalSocket.write(StatusProtocol.denial, to: peer)
            return
        }
        let question = LocalSocket.read(peer, atMost: StatusProtocol.longestQuestion) { $0.last == UInt8(ascii: "\n") }
        guard let question else { return }
        guard let form = StatusProtocol.form(of: question) else {
            _ = LocalSocket.write(StatusProtocol.answer(nil, version: version), to: peer)
            return
        }
        let answer = Answer()
        Task {
            answer.text = await report(form)
            answer.isThere.signal()
        }
        answer.isThere.wait()
        _ = LocalSocket.write(StatusProtocol.answer(answer.text, version: version), to: peer)
    }

    /// Written before the signal, read behind the wait.
    private final class Answer: @unchecked Sendable {
        let isThere = DispatchSemaphore(value: 0)
        var text = ""
    }

    /// Takes the socket away; the process is about to end.
    func end() { unlink(path) }
}
