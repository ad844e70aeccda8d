/// Cuts a byte stream into messages by Content-Length, and finds the keep-alives between them (RFC 3261 §18.3,
/// RFC 5626 §4.4.1).
///
/// Every octet is looked at a bounded number of times however the stream is cut, and no more than one message's worth
/// is waited for. After an error the stream has no message boundaries any more: send the rejection if there is one, and
/// close.
public struct StreamFramer: Sendable {
    /// What stands next in the stream.
    public enum Frame: Equatable, Sendable {
        /// One whole message, for `Message.parse`.
        case message([UInt8])
        /// A second CRLF behind another: a server answers it with one CRLF. Its first half has been told as `pong`,
        /// because nobody knows then whether a second one follows.
        case ping
        /// CRLF: the peer answered our ping, or begins one.
        case pong
    }

    /// Octets of memory that stay with a connection on which nothing is pending: enough for most messages. With
    /// thousands of connections one long text each must not cost its size for as long as they last.
    package static let keptCapacity = 2_048

    private var buffer: [UInt8] = []
    /// What is before this has been handed out.
    private var start = 0
    /// What is before this holds no end of a head.
    private var scanned = 0
    /// The size of the message at `start`, once its head is whole.
    private var messageSize: Int?
    private var endsInPong = false

    /// Begins at the start of a stream.
    public init() {}

    /// Octets that wait for the rest of their message.
    public var pendingCount: Int { buffer.count &- start }

    /// Octets of memory held.
    package var capacity: Int { buffer.capacity }

    /// Takes what was read from the connection. Whoever does not call `next()` until it gives nil before more is appended
    /// has it all kept.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Self.keptCapacity)
            scanned = 0
            start = 0
        } else if start > Limits.messageSize {
            buffer.removeFirst(start)
            scanned &-= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next frame; nil when more octets are needed.
    ///
    /// - Throws: `FramingError` when no boundary can be found, or when it lies beyond a limit.
    public mutating func next() throws(FramingError) -> Frame? {
        guard start < buffer.count else { return nil }
        if messageSize == nil, let keepAlive = nextKeepAlive() { return keepAlive }
        if messageSize == nil {
            if buffer[start] == 0x0D, pendingCount == 1 { return nil }
            guard let bodyStart = endOfHead() else {
                guard pendingCount <= Limits.headSize else { throw refusal(.messageTooLarge) }
                return nil
            }
            guard bodyStart &- start <= Limits.headSize else { throw refusal(.messageTooLarge) }
            messageSize = bodyStart &- start &+ (try contentLength(before: bodyStart))
        }
        guard let size = messageSize, pendingCount >= size else { return nil }
        let message = Array(buffer[start..<(start &+ size)])
        start &+= size
        scanned = start
        messageSize = nil
        endsInPong = false
        return .message(message)
    }

    private mutating func nextKeepAlive() -> Frame? {
        guard pendingCount >= 2, buffer[start] == 0x0D, buffer[start &+ 1] == 0x0A else { return nil }
        start &+= 2
        scanned = start
        endsInPong.toggle()
        return endsInPong ? .pong : .ping
    }

    /// The offset behind the empty line.
    private mutating func endOfHead() -> Int? {
        let end = buffer.span.endOfHead(from: max(start, scanned))
        if end == nil { scanned = max(start, buffer.count &- 3) }
        return end
    }

    private func contentLength(before bodyStart: Int) throws(FramingError) -> Int {
        var parser = MessageParser()
        let head = Array(buffer[start..<bodyStart])
        parser.readHead(head.span)
        guard let fault = parser.framingFault else { return parser.contentLength ?? 0 }
        throw FramingError(fault.reason, rejection: parser.rejection(head, fault))
    }

    private func refusal(_ reason: ParseError.Reason) -> FramingError {
        var parser = MessageParser()
        let head = Array(buffer[start...].prefix(Limits.headSize))
        parser.readHead(head.span)
        return FramingError(reason, rejection: parser.rejection(head, Fault(offset: head.count, reason: reason)))
    }
}

extension Span where Element == UInt8 {
    /// The offset behind the first CRLF CRLF from `start` on.
    fileprivate func endOfHead(from start: Int) -> Int? {
        var offset = start
        while offset &+ 3 < count {
            if self[offset] == 0x0D, self[offset &+ 1] == 0x0A, self[offset &+ 2] == 0x0D, self[offset &+ 3] == 0x0A {
                return offset &+ 4
            }
            offset &+= 1
        }
        return nil
    }
}

/// Why a stream cannot be cut any further.
public struct FramingError: Error, Equatable, Sendable {
    /// What was wrong with Content-Length or the size.
    public var reason: ParseError.Reason
    /// What to answer before closing, when the message was a request that shows the way back.
    public var rejection: Response?

    /// An error with the answer that goes with it.
    public init(_ reason: ParseError.Reason, rejection: Response? = nil) {
        self.reason = reason
        self.rejection = rejection
    }
}
