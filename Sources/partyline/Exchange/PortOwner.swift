import Glibc

/// Finds out which program listens on a TCP port of this machine, for an error message that names it.
enum PortOwner {
    /// `nc (process 4711)`, or nil when the port is free or its owner belongs to somebody else.
    static func name(ofPort port: UInt16) -> String? {
        let sockets = listeningSockets(on: port)
        guard !sockets.isEmpty else { return nil }
        for process in ProcFiles.entries(of: "/proc") where process.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            for descriptor in ProcFiles.entries(of: "/proc/\(process)/fd") {
                guard let target = ProcFiles.link("/proc/\(process)/fd/\(descriptor)"), sockets.contains(target) else {
                    continue
                }
                let command =
                    ProcFiles.contents(of: "/proc/\(process)/comm").split(separator: "\n").first ?? "a program"
                return "\(command) (process \(process))"
            }
        }
        return nil
    }

    /// The `socket:[inode]` names of what listens on `port`.
    private static func listeningSockets(on port: UInt16) -> Set<String> {
        let listening = "0A"
        var found: Set<String> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for line in ProcFiles.contents(of: table).split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                guard fields.count > 9, fields[3] == listening, let colon = fields[1].lastIndex(of: ":") else {
                    continue
                }
                guard UInt16(fields[1][fields[1].index(after: colon)...], radix: 16) == port else { continue }
                found.insert("socket:[\(fields[9])]")
            }
        }
        return found
    }
}
