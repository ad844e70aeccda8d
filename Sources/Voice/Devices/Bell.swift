import Glibc

/// Wakes the thread of the streams. Ringing it never waits: a callback may.
final class Bell: Sendable {
    /// Readable when rung.
    let descriptor: Int32
    private let clapper: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no descriptor is left for the voice")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (descriptor, clapper) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(clapper)
    }

    /// One that rings long enough to fill the pipe rings.
    func ring() {
        var octet: UInt8 = 1
        _ = write(clapper, &octet, 1)
    }

    /// Makes it quiet again.
    func answer() {
        withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { octets in
            while read(descriptor, octets.baseAddress, octets.count) == octets.count {}
        }
    }
}
