#if Voice
import Exchange
import RTP
import SIP
import Voice

/// The sound of the Echo test: what the exchange orders is done on a thread that all its streams share.
struct EchoStreams {
    private let engine: EchoEngine

    /// - Parameter tell: called on that thread.
    init(tell: @escaping @Sendable (Exchange.SoundNews) -> Void) {
        engine = EchoEngine { event in
            switch event {
            case .forgotten(let stream), .failed(let stream, _):
                tell(.ended(Exchange.SoundID(UInt64(bitPattern: Int64(stream)))))
            }
        }
    }

    /// - Returns: what the exchange is to be told at once.
    func perform(_ order: Exchange.SoundOrder) throws(EchoFault) -> Exchange.SoundNews? {
        switch order {
        case .reserve(let id, let host, let isSecured):
            do throws(StreamFault) {
                let ports = try engine.reserve(id.stream, host: host)
                // There is nobody who could be asked whether it may be plain.
                let security = isSecured ? SRTPPolicy.required : .answered
                return .reserved(id, AudioCapabilities(ports, at: host, security: security))
            } catch {
                throw EchoFault(news: .reserved(id, nil), words: "\(error)")
            }
        case .echo(let id, let stream, let host):
            guard var parameters = StreamParameters(stream) else {
                throw EchoFault(news: .ended(id), words: "what was agreed on is of a kind that is not known here")
            }
            parameters.vouched = [host.flatMap { RemoteAddress(host: $0, port: 0)?.host }].compactMap(\.self)
            engine.start(id.stream, parameters)
        case .release(let id): engine.stop(id.stream)
        }
        return nil
    }
}

extension Exchange.SoundID {
    fileprivate var stream: StreamID { Int(truncatingIfNeeded: value) }
}
#else
import Exchange

/// An exchange that was built without voice never agrees to any: it has no codecs.
struct EchoStreams {
    init(tell: @escaping @Sendable (Exchange.SoundNews) -> Void) {}

    func perform(_ order: Exchange.SoundOrder) throws(EchoFault) -> Exchange.SoundNews? {
        switch order {
        case .reserve(let id, _, _): .reserved(id, nil)
        case .echo, .release: nil
        }
    }
}
#endif

/// Why the Echo test does not speak, for the log, and what the exchange is told instead.
struct EchoFault: Error, Equatable {
    var news: Exchange.SoundNews
    var words: String
}
