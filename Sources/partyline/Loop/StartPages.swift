import Glibc

enum StartPages {
    /// Gives back the pages of the executable that only the start needed: most of what the process has in memory. They
    /// are never written, so what is needed again comes from the page cache.
    static func release() {
        // "55c9a06f4000-55c9a1a3b000 r-xp 00000000 fe:00 547 /usr/local/bin/partyline"; libraries come behind it.
        let maps = ProcFiles.contents(of: "/proc/self/maps").split(separator: "\n")
        guard let code = maps.first(where: { $0.split(separator: " ").dropFirst().first == "r-xp" }) else { return }
        let bounds = code.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
        guard bounds.count == 2, bounds[0] < bounds[1] else { return }
        madvise(UnsafeMutableRawPointer(bitPattern: bounds[0]), Int(bounds[1] - bounds[0]), Int32(MADV_DONTNEED))
    }
}
