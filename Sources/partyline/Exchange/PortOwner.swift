import Glibc

/// Finds out which program listens on a TCP address of this machine, for an error message that names it.
enum PortOwner {
    /// `nc (process 4711)`, or nil when the address is free or its owner belongs to somebody else.
    static func name(of address: HostPort) -> String? {
        let sockets = listeningSockets(on: address)
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

    /// The `socket:[inode]` names of what listens on the address, or on all addresses.
    private static func listeningSockets(on address: HostPort) -> Set<String> {
        let listening = "0A"
        var found: Set<String> = []
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
            for line in ProcFiles.contents(of: table).split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                guard fields.count > 9, fields[3] == listening else { continue }
                let local = fields[1].split(separator: ":")
                guard local.count == 2, UInt16(local[1], radix: 16) == address.port else { continue }
                let isEverywhere = local[0].utf8.allSatisfy { $0 == UInt8(ascii: "0") }
                guard isEverywhere || table.hasSuffix("6") || kernelForm(ofIPv4: address.host) == String(local[0])
                else {
                    continue
                }
                found.insert("socket:[\(fields[9])]")
            }
        }
        return found
    }

    /// `0100007F` for 127.0.0.1: the number in memory order, as the kernel's tables write it.
    private static func kernelForm(ofIPv4 host: String) -> String? {
        var number = in_addr()
        guard inet_pton(AF_INET, host, &number) == 1 else { return nil }
        let digits = String(number.s_addr, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
