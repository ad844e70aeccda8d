import NIOCore
import NIOWebSocket

/// What the handlers of a transport tell the connection above them, besides the bytes of messages.
enum StreamEvent {
    /// Something arrived, which may be the beginning of a message.
    case heard(partial: Bool)
    /// The peer said that it ends the connection.
    case ended
    /// The peer broke the rules of the transport.
    case violated(String)
    /// Down the pipeline: ask the peer for a sign of life.
    case ping
}

/// Between WebSocket frames and messages: one SIP message each way is one WebSocket message (RFC 7118 §4.2). Answers
/// pings, and says good-bye as RFC 6455 §7 wants it.
final class WebSocketMessages: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    private let role: StreamConnection.Role
    private let decoder: WebSocketFrames
    private var assembly: WebSocketAssembly
    /// What our close frame will say.
    private var closeCode = WebSocketErrorCode.normalClosure
    private var hasSaidGoodbye = false
    private var hasHeardGoodbye = false

    init(role: StreamConnection.Role, decoder: WebSocketFrames) {
        self.role = role
        self.decoder = decoder
        assembly = WebSocketAssembly(role: role)
    }

    // MARK: - Receiving

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasHeardGoodbye else { return }
        switch assembly.receive(unwrapInboundIn(data)) {
        case .more, .pong: break
        case .message(let message):
            // An empty one is no message; that something was `heard` is said after the read.
            if message.readableBytes > 0, !hasSaidGoodbye { context.fireChannelRead(wrapInboundOut(message)) }
        case .ping(let content):
            guard !hasSaidGoodbye else { return }
            context.writeAndFlush(frame(.pong, content), promise: nil)
        case .close(let code):
            hasHeardGoodbye = true
            if let code { closeCode = code }
            guard !hasSaidGoodbye else { return context.close(promise: nil) }
            context.fireUserInboundEventTriggered(StreamEvent.ended)
        case .violation(let code, let words): violated(context, code, words)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireUserInboundEventTriggered(StreamEvent.heard(partial: decoder.isPartial || assembly.isPartial))
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength: violated(context, .messageTooLarge, "a WebSocket frame that is too large")
        case .fragmentedControlFrame, .multiByteControlFrameLength:
            violated(context, .protocolError, "a malformed WebSocket control frame")
        case nil: context.fireErrorCaught(error)
        }
    }

    private func violated(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode, _ words: String) {
        hasHeardGoodbye = true
        closeCode = code
        context.fireUserInboundEventTriggered(StreamEvent.violated(words))
    }

    // MARK: - Sending

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !hasSaidGoodbye else { return promise?.fail(ChannelError.outputClosed) ?? () }
        let message = unwrapOutboundIn(data)
        // Text where it may be (RFC 7118 §4.2): that is what scripts in a browser like to read.
        let isText = String(validating: message.readableBytesView, as: UTF8.self) != nil
        context.write(frame(isText ? .text : .binary, message), promise: promise)
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard case .ping? = event as? StreamEvent else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        context.writeAndFlush(frame(.ping, ByteBuffer()), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input, !hasSaidGoodbye {
            hasSaidGoodbye = true
            var code = context.channel.allocator.buffer(capacity: 2)
            code.write(webSocketErrorCode: closeCode)
            context.writeAndFlush(frame(.connectionClose, code), promise: nil)
        }
        context.close(mode: mode, promise: promise)
    }

    private func frame(_ opcode: WebSocketOpcode, _ data: ByteBuffer) -> NIOAny {
        wrapOutboundOut(
            WebSocketFrame(fin: true, opcode: opcode, maskKey: role == .client ? .random() : nil, data: data))
    }
}

/// NIO's decoder of frames, which also says whether one has begun and not ended.
final class WebSocketFrames: ByteToMessageDecoder {
    typealias InboundOut = WebSocketFrame

    private let decoder: WebSocketFrameDecoder
    private(set) var isPartial = false

    /// - Parameter size: octets of the largest frame that is waited for.
    init(upTo size: Int) { decoder = WebSocketFrameDecoder(maxFrameSize: size) }

    func decode(context: ChannelHandlerContext, buffer: inout ByteBuffer) throws -> DecodingState {
        let before = buffer.readableBytes
        let state = try decoder.decode(context: context, buffer: &buffer)
        switch state {
        case .continue: isPartial = false
        case .needMoreData: isPartial = isPartial || before > 0
        }
        return state
    }
}
