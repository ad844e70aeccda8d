import CNcurses
import Glibc

/// What goes to the terminal: composed in memory, then sent as far as the terminal takes it.
///
/// A terminal may take nothing for a while, when the connection to it stalls or somebody reads what was before. ncurses by
/// itself waits for it, and everything else with it.
final class Outlet {
    /// Where ncurses writes: a file in memory, which takes all at once.
    let composed: UnsafeMutablePointer<FILE>
    /// The terminal.
    let descriptor: Int32
    /// Composed, and not taken yet.
    private var unsent: ArraySlice<UInt8> = []

    /// - Parameter terminal: left as it is. Others have it too, who may not expect that a write does not wait: so the
    ///   terminal is opened anew for us, unless it is somebody else's.
    init?(to terminal: Int32) {
        let file = cn_memory()
        guard file >= 0, let composed = fdopen(file, "w") else { return nil }
        self.composed = composed
        let own = open("/proc/self/fd/\(terminal)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        descriptor = own >= 0 ? own : dup(terminal)
    }

    var isEmpty: Bool { unsent.isEmpty }

    func compose(_ text: String) {
        var text = text
        text.withUTF8 { _ = write(fileno(composed), $0.baseAddress, $0.count) }
    }

    /// Sends what was composed, as far as the terminal takes it now.
    func flush() {
        take()
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                unsent.removeFirst(count)
            } else if count == 0 || errno == EAGAIN {
                return
            } else if errno != EINTR {
                // It is gone, which whoever reads from it will see.
                unsent = []
            }
        }
    }

    /// Sends all of it, unless the terminal takes nothing for so long.
    func flush(within milliseconds: Int32) {
        flush()
        var terminal = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        while !unsent.isEmpty, poll(&terminal, 1, milliseconds) > 0 { flush() }
    }

    private func take() {
        let file = fileno(composed)
        let count = lseek(file, 0, SEEK_CUR)
        guard count > 0 else { return }
        unsent += [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(file, buffer.baseAddress, count, 0))
        }
        lseek(file, 0, SEEK_SET)
    }
}
