import CNcurses
import Glibc
import TerminalUI

/// The terminal through ncurses: paints frames, reads keys. One at a time, from one queue.
///
/// It has descriptors of its own, so the program may point 1 and 2 elsewhere: nothing but the screen reaches the terminal.
/// Nothing waits for a terminal that takes no more: see `isBehind`.
package final class CursesTerminal {
    package let capabilities: Capabilities
    /// What a read source waits on; readable also when the terminal is gone.
    package let inputDescriptor: Int32
    /// The size that frames are to have.
    package private(set) var size = Size(width: 0, height: 0)

    private let outlet: Outlet
    private let screen: UnsafeMutableRawPointer
    private let palette: Palette
    private var painted = Frame()
    /// Whether what ncurses holds is no longer `painted`.
    private var mustPutAll = true
    private var decoder = KeyDecoder()
    private var isClosed = false
    private var isSuspended = false

    /// Takes the terminal over. Standard input and output both have to be one.
    package init() throws(TerminalError) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else { throw .notATerminal }
        guard let term = environment("TERM") else { throw .noTerm }
        let isUTF8 = setUpLocale(term: term)
        inputDescriptor = dup(STDIN_FILENO)
        guard let input = fdopen(inputDescriptor, "r"), let outlet = Outlet(to: STDOUT_FILENO) else {
            throw .notATerminal
        }
        self.outlet = outlet
        guard let screen = withoutSignalHandlers({ cn_open(term, outlet.descriptor, outlet.composed, input) }) else {
            throw .unknownTerm(term)
        }
        self.screen = screen
        guard cn_can_move_cursor() == 1, cn_configure(25) == 0 else {
            cn_close(screen)
            throw .poorTerm(term)
        }
        palette = Palette()
        capabilities = Capabilities(unicode: isUTF8, colours: palette.hasColours)
        if resize().width == 0 { size = Size(width: Int(cn_columns()), height: Int(cn_rows())) }
        // The mouse prefix comes as one key; what follows it is read by the decoder.
        cn_define_key(nil, cn_key_mouse)
        cn_define_key("\u{1B}[<", Self.mouseKey)
        setModes(on: true)
    }

    static let mouseKey: Int32 = 0x4000

    /// All that is there to read now: never waits but for the rest of an escape sequence (25 ms).
    package func read() -> [TerminalInput] {
        guard !isClosed else { return [.hangup] }
        var units: [KeyDecoder.Unit] = []
        var isGone = false
        // A terminal that never stops sending must not keep the screen from being painted.
        while units.count < 65_536 {
            let key = cn_read_key()
            if key >= 0 {
                if let unit = unit(for: key) { units.append(unit) }
                continue
            }
            var descriptor = pollfd(fd: inputDescriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&descriptor, 1, 0) > 0 else { break }
            if descriptor.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 {
                isGone = true
                break
            }
            // Something came between the two calls; if it still cannot be read, it is the end.
            let late = cn_read_key()
            if late < 0 {
                isGone = true
                break
            }
            if let unit = unit(for: late) { units.append(unit) }
        }
        return decoder.decode(units) + (isGone ? [.hangup] : [])
    }

    /// Shows a frame: only cells that changed go to ncurses, and one refresh to the terminal.
    ///
    /// Leaves the frame shown before in its place: drawn into next, its storage is nobody else's and need not be copied.
    package func paint(_ frame: inout Frame) {
        guard !isClosed, !isSuspended, !isBehind else { return }
        // A frame larger than the screen is one of before a resize; the next one fits.
        let (width, height) = (Int(cn_columns()), Int(cn_rows()))
        frame.forEachChange(since: mustPutAll ? nil : painted) { cell, x, y in
            if x < width, y < height { put(cell, x: x, y: y) }
        }
        cn_refresh(Int32(clamping: frame.cursor.y), Int32(clamping: frame.cursor.x), frame.showsCursor ? 1 : 0)
        outlet.flush()
        mustPutAll = false
        swap(&painted, &frame)
    }

    /// Whether the terminal has not taken yet all that it was sent. Until then nothing is painted: when
    /// `outputDescriptor` is writable, `catchUp()`.
    package var isBehind: Bool { !outlet.isEmpty }
    package var outputDescriptor: Int32 { outlet.descriptor }

    package func catchUp() { outlet.flush() }

    private func put(_ cell: Cell, x: Int, y: Int) {
        guard cell.width > 0 else { return }
        let (x, y) = (Int32(clamping: x), Int32(clamping: y))
        let (attributes, pair) = palette.look(cell.style)
        let scalar = cell.scalar
        if scalar < 0x7F, !cell.hasMarks {
            // Frames hold no control characters; this is the last gate.
            cn_put_one(y, x, scalar < 0x20 ? 0x3F : scalar, attributes, pair)
        } else if cn_width(scalar) == cell.width {
            let marks = cell.hasMarks ? cell.marks.filter { cn_width($0) == 0 } : []
            cn_put(y, x, [scalar] + marks, Int32(marks.count + 1), attributes, pair)
        } else {
            // The C library knows the scalar not, or by another width: ncurses would shift the row.
            cn_put_one(y, x, capabilities.unicode ? 0xFFFD : 0x3F, attributes, pair)
            if cell.width == 2 { cn_put_one(y, x + 1, 0x20, attributes, pair) }
        }
    }

    /// Takes on the size that the terminal has now; after SIGWINCH.
    @discardableResult
    package func resize() -> Size {
        guard !isClosed else { return size }
        var now = winsize()
        if ioctl(outlet.descriptor, UInt(TIOCGWINSZ), &now) == 0, now.ws_row > 0, now.ws_col > 0 {
            let new = Size(width: Int(now.ws_col), height: Int(now.ws_row))
            if new != size {
                size = new
                cn_resize(Int32(now.ws_row), Int32(now.ws_col))
                mustPutAll = true
            }
        }
        return size
    }

    /// Has the next paint send every cell: after another program wrote on the screen.
    package func repaint() {
        mustPutAll = true
        cn_repaint_all()
    }

    package func beep() {
        guard !isClosed, !isSuspended, !isBehind else { return }
        cn_beep()
        outlet.flush()
    }

    /// Gives the terminal back for a while, as the shell left it; `resume()` takes it again.
    package func suspend() {
        guard !isClosed, !isSuspended else { return }
        isSuspended = true
        setModes(on: false)
        cn_end()
        outlet.flush(within: Self.farewell)
    }

    package func resume() {
        guard !isClosed, isSuspended else { return }
        isSuspended = false
        resize()
        setModes(on: true)
        repaint()
    }

    /// Leaves the terminal clean. More calls do nothing.
    package func close() {
        guard !isClosed else { return }
        isClosed = true
        if !isSuspended { setModes(on: false) }
        cn_close(screen)
        outlet.flush(within: Self.farewell)
    }

    /// Milliseconds for a terminal that takes nothing, until it is left as it is.
    private static let farewell: Int32 = 200

    /// Bracketed paste, and the mouse's buttons and wheel as SGR reports. Terminals that know them not ignore them.
    private func setModes(on: Bool) {
        if on { cn_guard(outlet.descriptor, Self.modes("l")) } else { cn_unguard() }
        outlet.compose(Self.modes(on ? "h" : "l"))
    }

    private static func modes(_ letter: Character) -> String {
        "\u{1B}[?2004\(letter)\u{1B}[?1000\(letter)\u{1B}[?1006\(letter)"
    }
}
