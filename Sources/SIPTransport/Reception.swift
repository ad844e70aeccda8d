import SIP

/// What became of the bytes of one message.
enum Reception {
    case message(Message)
    /// Malformed; with the answer it deserves, if it deserves one.
    case rejected(answer: [UInt8]?)
}

extension Switchboard {
    /// Parses one message and notes where it really came from.
    func read(_ bytes: [UInt8], on flow: Flow) -> Reception {
        do {
            let message = try Message.parse(bytes)
            counters.received += 1
            guard case .request(var request) = message else { return .message(message) }
            request.noteSource(flow.remote)
            return .message(.request(request))
        } catch {
            diagnose(.malformed(flow, error))
            guard let answer = try? error.rejection?.serialized() else {
                counters.dropped += 1
                return .rejected(answer: nil)
            }
            counters.rejected += 1
            return .rejected(answer: answer)
        }
    }
}

extension Request {
    /// Adds `received` and `rport` to the top Via (RFC 3261 §18.2.1, RFC 3581 §4), so that the peer's answers find
    /// their way, and the sender learns which address it is seen under.
    mutating func noteSource(_ source: SocketAddress) {
        guard var via = topVia else { return }
        let wantsPort = via.parameters.contains("rport") && via.rport == nil
        guard wantsPort || via.host != source.host else { return }
        via.received = source.host
        if wantsPort { via.rport = source.port }
        topVia = via
    }
}
