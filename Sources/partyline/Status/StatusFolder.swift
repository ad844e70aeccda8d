import Glibc

/// Where the exchanges of one person keep the sockets on which they tell what they do: in `$XDG_RUNTIME_DIR`, or in
/// a folder of `/tmp` that nobody else may enter.
struct StatusFolder {
    let path: String

    private static let suffix = ".status"

    init(path: String) { self.path = path }

    init(environment: (String) -> String?) {
        // The XDG base directories have to be absolute; others are to be ignored.
        if let runtime = environment("XDG_RUNTIME_DIR"), runtime.hasPrefix("/") {
            path = "\(runtime)/partyline"
        } else {
            path = "/tmp/partyline-\(geteuid())"
        }
    }

    /// Each address is listened on by one exchange only, so that each has a socket of its own.
    func socket(for address: String) -> String {
        "\(path)/\(String(address.map { $0 == "/" ? "_" : $0 }))\(Self.suffix)"
    }

    /// The sockets there, those of exchanges that ended without a goodbye included.
    var sockets: [String] {
        ProcFiles.entries(of: path).filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }.sorted()
            .map { "\(path)/\($0)" }
    }

    /// Makes the folder, or makes sure that it is ours alone: in `/tmp` anybody could have made one of that name.
    func prepare() throws(StatusError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StatusError(path, failed: "cannot be made") }
        try check()
    }

    /// Whether the folder is ours alone, so that whoever answers in it is one of our own programs.
    func check() throws(StatusError) {
        var state = stat()
        guard lstat(path, &state) == 0 else { throw StatusError(path, failed: "cannot be looked at") }
        guard state.st_mode & S_IFMT == S_IFDIR, state.st_uid == geteuid(), state.st_mode & 0o077 == 0 else {
            throw StatusError(
                words: "The folder '\(path)' is not yours alone. Remove it, or name another place with --socket.")
        }
    }
}

/// Why a status is not told, in words for people.
struct StatusError: Error, Equatable, CustomStringConvertible {
    var words: String
    var description: String { words }

    init(words: String) { self.words = words }

    /// With the operating system's reason.
    init(_ path: String, failed what: String) {
        words = "'\(path)' \(what): \(String(cString: strerror(errno)))."
    }
}
