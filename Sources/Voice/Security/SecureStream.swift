#if Voice
import CSRTP

/// SRTP and SRTCP of one stream (RFC 3711), both directions. It knows nothing of addresses: the counters of rollovers live
/// as long as the stream, wherever the packets come from. Packets are changed in place.
package final class SecureStream {
    /// Octets that a packet may grow by.
    static let trailer = 16 + 4
    /// Packets that may overtake another before it counts as a replay; 128 are 2.5 s of ours.
    private static let replayWindow = 128

    /// Why nothing can be secured; nil where it can. libsrtp is loaded when this is asked first, once for the process.
    static let fault: SecurityFault? = {
        if let words = csrtp_load() { return .missing(String(cString: words)) }
        let status = srtp_init()
        return status == srtp_err_status_ok ? nil : .refused(Int32(status.rawValue))
    }()

    private var keys: StreamKeys
    private let outgoing: Context
    private var incoming: Context
    /// While the other side changes its key, packets under the old one are still on their way.
    private var incomingBefore: Context?
    /// Whom the last packet that we opened was from.
    private var remoteSource: UInt32?

    package init(_ keys: StreamKeys) throws(SecurityFault) {
        self.keys = keys
        outgoing = try Context(keys.sending, ssrc_any_outbound)
        incoming = try Context(keys.receiving, ssrc_any_inbound)
    }

    /// Takes new keys in the middle of the stream. The rollover counters go on (RFC 3711 §3.3.1).
    func change(_ keys: StreamKeys) throws(SecurityFault) {
        if keys.sending != self.keys.sending { try outgoing.update(keys.sending, ssrc_any_outbound) }
        if keys.receiving != self.keys.receiving {
            // The old context stays as it is: a new one under the old key would listen to replays.
            let new = try Context(keys.receiving, ssrc_any_inbound, known: remoteSource)
            if let remoteSource { new.continueRollover(of: incoming, source: remoteSource) }
            (incomingBefore, incoming) = (incoming, new)
        }
        self.keys = keys
    }

    /// - Parameter packet: `count` octets of a packet and room for `trailer` more.
    /// - Returns: its octets now.
    package func protect(_ packet: inout [UInt8], count: Int, rtcp: Bool = false) throws(SecurityFault) -> Int {
        precondition(packet.count >= count + Self.trailer)
        return try outgoing.apply(rtcp ? srtp_protect_rtcp : srtp_protect, &packet, count)
    }

    /// - Returns: the octets of the plain packet. A packet that is refused is left as it came.
    package func unprotect(_ packet: inout [UInt8], count: Int, rtcp: Bool = false) throws(SecurityFault) -> Int {
        precondition(packet.count >= count)
        let open = rtcp ? srtp_unprotect_rtcp : srtp_unprotect
        do {
            let plain = try incoming.apply(open, &packet, count)
            if !rtcp {
                incomingBefore = nil
                remoteSource = packet[8..<12].reduce(0) { $0 << 8 | UInt32($1) }
            }
            return plain
        } catch {
            guard error == .unauthenticated, let incomingBefore else { throw error }
            return try incomingBefore.apply(open, &packet, count)
        }
    }

    /// libsrtp's session for one direction.
    private final class Context {
        private let session: srtp_t

        /// - Parameter known: the source whose rollovers are to go on.
        init(_ key: MasterKey, _ direction: srtp_ssrc_type_t, known: UInt32? = nil) throws(SecurityFault) {
            if let fault = SecureStream.fault { throw fault }
            var made: srtp_t?
            let status = Self.withPolicy(key, direction) { policy in
                let status = srtp_create(&made, &policy)
                guard status == srtp_err_status_ok, let known else { return status }
                policy.ssrc = srtp_ssrc_t(type: ssrc_specific, value: known)
                return srtp_add_stream(made, &policy)
            }
            guard status == srtp_err_status_ok, let made else { throw .refused(Int32(status.rawValue)) }
            session = made
        }

        deinit { srtp_dealloc(session) }

        func update(_ key: MasterKey, _ direction: srtp_ssrc_type_t) throws(SecurityFault) {
            let status = Self.withPolicy(key, direction) { srtp_update(session, &$0) }
            guard status == srtp_err_status_ok else { throw .refused(Int32(status.rawValue)) }
        }

        func continueRollover(of before: Context, source: UInt32) {
            var rollover: UInt32 = 0
            guard srtp_get_stream_roc(before.session, source, &rollover) == srtp_err_status_ok else { return }
            _ = srtp_set_stream_roc(session, source, rollover)
        }

        func apply(
            _ operation: (srtp_t?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?) -> srtp_err_status_t,
            _ packet: inout [UInt8], _ count: Int
        ) throws(SecurityFault) -> Int {
            var length = Int32(count)
            let status = packet.withUnsafeMutableBytes { operation(session, $0.baseAddress, &length) }
            switch status {
            case srtp_err_status_ok: return Int(length)
            case srtp_err_status_auth_fail: throw .unauthenticated
            case srtp_err_status_replay_fail, srtp_err_status_replay_old: throw .replayed
            default: throw .refused(Int32(status.rawValue))
            }
        }

        private static func withPolicy(
            _ key: MasterKey, _ direction: srtp_ssrc_type_t, _ body: (inout srtp_policy_t) -> srtp_err_status_t
        ) -> srtp_err_status_t {
            var policy = srtp_policy_t()
            switch key.suite {
            case .aes128CounterSHA1Tag80:
                srtp_crypto_policy_set_rtp_default(&policy.rtp)
            case .aes128CounterSHA1Tag32:
                srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp)
            }
            // Control packets carry the long tag with either suite (RFC 4568 §6.2.2).
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
            policy.ssrc.type = direction
            policy.window_size = UInt(replayWindow)
            var octets = key.octets
            return octets.withUnsafeMutableBufferPointer {
                policy.key = $0.baseAddress
                return body(&policy)
            }
        }
    }
}
#endif
